"""The evaluator says the same of logical and packed rules, message by message."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from aimed_mail import Aim
from companies import company

from mmctl.analysis.questions.equality import Equality
from mmctl.compiler.compile import compile_project, packings_of
from mmctl.compiler.packing.pack import packed_gateway
from mmctl.compiler.packing.proving import why_not_alike
from mmctl.judge.index.index import Index
from mmctl.judge.submission import gateway_of_ingress_point, gateway_of_rule_set
from mmctl.language.parsing.load import read_project, read_text
from mmctl.language.project import Outcome
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from mmctl.judge.judged import Ended
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.language.project import Project

ROOT = Path(__file__).parents[2]


def both(project: Project, name: str = "inbound") -> tuple[Gateway, Gateway]:
    """The logical gateway of a rule set, and the packed one."""
    (packing,) = (each for each in packings_of(project) if each.rule_set == name)
    assert packing.is_packed
    assert packing.is_used, packing.proof.why
    logical = gateway_of_rule_set(project, name)
    return logical, packed_gateway(logical, packing)


def behind(project: Project, point: str) -> tuple[Gateway, Gateway]:
    """What is behind an ingress point as it is written, and as it goes live."""
    configuration, problems = compile_project(project)
    assert not problems
    logical = gateway_of_ingress_point(project, point)
    shape = project.ingress_points[point].ingress_point
    policy = configuration.find(Kind.TRAFFIC_POLICY, shape.traffic_policy_id)
    assert policy is not None
    assert isinstance(policy.shape, TrafficPolicy)
    packed = both(project, shape.rule_set_id)[1]
    names = (None,) * len(policy.shape.policy_statements)
    return logical, replace(
        logical, rules=packed.rules, lists=packed.lists, policy=policy.shape, statement_names=names
    )


def treated(ended: Ended, *, once: bool) -> Hashable:
    """What became of a message for a recipient, as packing counts it."""
    outcome = Outcome.DROPPED if ended.outcome is Outcome.REFUSED else ended.outcome
    if once:
        headers = {(label, to, tuple(dict.fromkeys(own))) for label, to, own in ended.effects}
        return outcome, frozenset(headers)
    done = {label for label, _, _ in ended.effects}
    often = Counter(label for label in ended.actions if label in done)
    return outcome, ended.effects, frozenset(often.items())


def differing(
    gateways: tuple[Gateway, Gateway],
    messages: Iterable[Submission],
    counts: Counter[Outcome],
    *,
    once: bool,
) -> Iterator[str]:
    """Messages that the two treat differently."""
    logical, packed = (Index(gateway=each) for each in gateways)
    for message in messages:
        one, other = logical.judge(message), packed.judge(message)
        for mine, theirs in zip(one.recipients, other.recipients, strict=True):
            counts[mine.ended.outcome] += 1
            if treated(mine.ended, once=once) != treated(theirs.ended, once=once):
                yield f"{message}: {mine} {theirs}"


def test_packed_rules_of_a_company_judge_alike_and_those_of_a_fault_do_not() -> None:
    project, _ = read_text(company(1))
    gateways = both(project)
    counts: Counter[Outcome] = Counter()
    messages = list(Aim(gateways[0], Random(1)).messages(1_500))  # noqa: S311 - no secret
    assert not list(differing(gateways, messages, counts, once=True))
    assert len(counts) >= 4
    rules = gateways[1].rules
    faulty = replace(gateways[1], rules=(*rules[:3], *rules[4:]))
    assert list(differing((gateways[0], faulty), messages, counts, once=True))


def test_the_reference_gateway_is_proved_and_survives_first_match() -> None:
    project, _ = read_project(ROOT)
    (packing,) = (each for each in packings_of(project) if each.rule_set == "inbound")
    assert len(project.rule_sets["inbound"].rules) >= 300
    assert packing.is_packed
    assert packing.is_used
    assert len(packing.rules) <= RULES.most
    assert packing.handed_on <= RELAY_OR_SEND_ACTIONS.most
    assert packing.proof.readings["first_match"] == "no"
    assert packing.survives_first_match


def test_the_reference_gateway_is_proved_with_the_statements_that_refuse_for_its_rules() -> None:
    """All 300 rules against what is live: some of them are statements of the traffic policy."""
    project, _ = read_project(ROOT)
    logical, live = behind(project, "public-mx")
    (packing,) = (each for each in packings_of(project) if each.rule_set == "inbound")
    places = {rule.name: place for place, rule in enumerate(logical.rules)}
    sources = [[places[rule.name] for rule in each.sources] for each in packing.rules]
    assert len({each for several in sources for each in several}) < len(logical.rules)
    assert why_not_alike(logical, live, sources, equality=Equality.SET) == ""
    without = replace(live, policy=logical.policy, statement_names=logical.statement_names)
    assert why_not_alike(logical, without, sources, equality=Equality.SET)


@pytest.mark.slow
@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.deep)])
def test_packed_rules_of_the_reference_gateway_judge_100_000_messages_alike(step: int) -> None:
    project, _ = read_project(ROOT)
    gateways = behind(project, "public-mx")
    counts: Counter[Outcome] = Counter()
    messages = Aim(gateways[0], Random(15)).messages(100_000 // step)  # noqa: S311 - no secret
    once = project.rule_sets["inbound"].duplicates_ignored
    assert not list(differing(gateways, messages, counts, once=once))
    assert (
        min(counts[each] for each in (Outcome.DELIVERED, Outcome.DROPPED, Outcome.STORED))
        > 1000 // step
    )
