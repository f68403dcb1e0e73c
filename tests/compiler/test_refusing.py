"""Rules of `refuse: true` become statements of traffic policies that refuse the same mail."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from generated import gateway_of, refusing, submission_of

from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.sat.solver import Solved
from mmctl.compiler.compile import compile_project
from mmctl.compiler.denials import CannotDeny, denials_of
from mmctl.compiler.refusing import refusing_of
from mmctl.judge.judging import judge
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

SEEDS: Final = range(150)
EDGE: Final = "traffic_policies:\n  edge: {default: allow}\n"
POINT: Final = (
    "{type: open, traffic_policy: edge, rule_set: inbound, tls_policy: required, "
    "network: {public: ipv4}}"
)
POINTS: Final = f"ingress_points:\n  mx-in: {POINT}\n"
BY_NETWORK: Final = "refuse: true, actions: [drop], conditions: [{source_ip: {cidr_matches: "


def project_of(rules: list[str], rest: str = EDGE + POINTS) -> Project:
    """A project with rules in the set `inbound`."""
    listed = "".join(f"      - {{{rule}}}\n" for rule in rules)
    deliver = "      - {name: deliver, actions: [{relay: {to: exchange}}]}\n"
    text = (
        f"version: 1\nrule_sets:\n  inbound:\n    rules:\n{listed}{deliver}"
        "relays:\n  exchange: {server: mail.example.com, port: 25, authentication: none}\n" + rest
    )
    project, problems = read_text({"rules/a.yaml": text})
    assert not problems, problems
    return project


def networks(count: int, *, values: int = 1, keys: str = "") -> list[str]:
    """So many rules that each refuse so many networks."""
    return [
        f"name: net-{rule}, {keys}{BY_NETWORK}"
        f"[{', '.join(f'10.{rule}.{value}.0/24' for value in range(values))}]}}}}]"
        for rule in range(count)
    ]


def in_both_ways(seed: int) -> Iterator[tuple[Gateway, Gateway]]:
    """A gateway whose rules refuse, and one whose policy does: a statement a rule, and shared."""
    random = Random(seed)  # noqa: S311 - no secret
    made = refusing(random, gateway_of(random, 0))
    rules = tuple(rule for rule in made.rules if rule.refuses)
    before = replace(made, rules=rules, policy=None, statement_names=(), closed=False)
    for shared in (False, True):
        try:
            denials = denials_of(rules, before.readings, before.lists, shared=shared)
        except CannotDeny:
            continue
        policy = TrafficPolicy.of_api(
            {
                "TrafficPolicyName": "edge",
                "DefaultAction": "ALLOW",
                "PolicyStatements": [each.statement.to_api() for each in denials],
            }
        )
        yield before, replace(before, rules=(), policy=policy)


def test_statements_refuse_the_mail_that_the_rules_refuse() -> None:
    """Under any readings, also where facts are missing, by the evaluator and by proof."""
    faults: list[str] = []
    met: Counter[object] = Counter()
    for seed in SEEDS:
        for before, after in in_both_ways(seed):
            random = Random(seed)  # noqa: S311 - no secret
            for few_facts in (False, True, False, False):
                submission = submission_of(random, few_facts=few_facts)
                pairs = zip(
                    judge(before, submission).recipients,
                    judge(after, submission).recipients,
                    strict=True,
                )
                for one, other in pairs:
                    met[one.outcome] += 1
                    if (one.outcome, one.possible) != (other.outcome, other.possible):
                        faults.append(f"seed {seed}: {one.outcome}, but {other.outcome}")
            proof = Proof(before, after)
            refused = [path.outcomes[Outcome.REFUSED] for path in proof.paths]
            met["proved"] += 1
            if proof.solved([proof.circuit.differ(*refused)]) is not Solved.UNSATISFIABLE:
                faults.append(f"seed {seed}: not proved alike")
    assert not faults
    assert all(met[each] > len(SEEDS) for each in (Outcome.REFUSED, Outcome.LOST, "proved"))


def test_a_rule_becomes_a_statement_of_its_own_while_there_is_room() -> None:
    project = project_of(networks(3))
    found = refusing_of(project)
    assert [(each.rule.name, each.told) for each in found.moved] == [
        (f"net-{place}", f"in the traffic policy edge, statement {place + 1}") for place in range(3)
    ]
    assert found.policies["edge"].statement_names == ("net-0", "net-1", "net-2")
    configuration, problems = compile_project(project)
    assert problems == ()
    (rule_set,) = configuration.of_kind(Kind.RULE_SET)
    assert [each.name for each in rule_set.origins] == ["deliver"]
    (policy,) = configuration.of_kind(Kind.TRAFFIC_POLICY)
    assert len(policy.shape.to_api()["PolicyStatements"]) == 3
    assert [each.rule for each in configuration.left_out] == ["net-0", "net-1", "net-2"]


def test_rules_share_statements_where_there_is_no_room_for_one_each() -> None:
    """The rules of a statement are those whose values it has; `count: own` shares none."""
    project = project_of(networks(24))
    found = refusing_of(project)
    assert len(found.moved) == 24
    names = found.policies["edge"].statement_names
    assert names[0] == f"one of {', '.join(f'net-{place}' for place in range(10))}"
    assert len(names) == 3
    own = refusing_of(project_of(networks(24, keys="count: own, ")))
    assert len(own.moved) == 20
    assert [each.rule.name for each in own.staying] == [f"net-{place}" for place in range(20, 24)]
    assert {each.why for each in own.staying} == {
        "the traffic policy has no room: the service takes 20 statements"
    }


def test_long_lists_are_spread_over_statements() -> None:
    (moved,) = refusing_of(project_of(networks(1, values=25))).moved
    assert moved.told == "in the traffic policy edge, statement 1, 2, 3"


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("", "no ingress point of this project uses the rule set"),
        (
            "ingress_points:\n  mx-in: " + POINT.replace("edge", "'id:tp-1'") + "\n",
            "the traffic policy of ingress point mx-in is not in this project",
        ),
    ],
)
def test_a_rule_stays_a_drop_rule_where_no_policy_can_take_it(rest: str, why: str) -> None:
    project = project_of(networks(1), rest)
    (staying,) = refusing_of(project).staying
    assert (staying.rule_set, staying.rule.name, staying.why) == ("inbound", "net-0", why)
    configuration, _ = compile_project(project)
    (rule_set,) = configuration.of_kind(Kind.RULE_SET)
    assert [each.name for each in rule_set.origins] == ["net-0", "deliver"]


def test_a_policy_of_two_rule_sets_is_not_changed() -> None:
    """Else mail that the other rule set takes would be refused."""
    text = (
        "version: 1\nrule_sets:\n  inbound:\n    rules:\n"
        f"      - {{{networks(1)[0]}}}\n  outbound:\n    rules:\n"
        "      - {name: out, actions: [{archive: {to: vault}}]}\n"
        f"archives: {{vault: {{retention: ONE_YEAR}}}}\n{EDGE}ingress_points:\n  mx-in: {POINT}\n"
        f"  mx-out: {POINT.replace('inbound', 'outbound')}\n"
    )
    project, problems = read_text({"rules/a.yaml": text})
    assert not problems
    (stays,) = refusing_of(project).staying
    assert stays.why == (
        "traffic policy edge is that of ingress point mx-out too, which uses another rule set"
    )
    assert not refusing_of(project).policies


def test_a_rule_that_refuses_stands_first_in_the_live_rule_set() -> None:
    """The judge takes it before all others, so the service must."""
    project = project_of(
        ["name: mark, actions: [{add_header: {name: X-A, value: b}}]", *networks(1)], ""
    )
    configuration, _ = compile_project(project)
    (rule_set,) = configuration.of_kind(Kind.RULE_SET)
    assert [each.name for each in rule_set.origins] == ["net-0", "mark", "deliver"]
