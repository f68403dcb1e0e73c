"""Mutation: which small mistakes in the rules no case would notice."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest

from mmctl.analysis.commuting import commute
from mmctl.cases.mutants.generate import mutants_of
from mmctl.cases.mutants.trial import Mutation, mutate
from mmctl.records import replace

RULES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
  legal: {server: legal.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
traffic_policies:
  edge:
    default: deny
    max_message_size: 1MB
    statements:
      - name: ours
        allow: [{recipient: {ends_with: "@example.com"}}]
rule_sets:
  inbound:
    rules:
      - name: block
        conditions:
          - from: {ends_with: ["@example.net", "@lottery.example"]}
          - spf: {not_equals: PASS}
        unless: [{recipient: {equals: abuse@example.com}}]
        actions: [drop]
      - name: large
        conditions: [{message_size: {greater_than: 10KB}}]
        actions: [{add_header: {name: X-Large, value: large}}]
      - name: legal
        conditions: [{header: {name: X-Case, starts_with: "L-"}}]
        actions: [{relay: {to: legal}}, stop]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
"""
SHALLOW = """
- name: blocked
  message: {from: eve@example.net, subject: Hello}
  verdicts: {spf: FAIL}
  expect: {bob@example.com: dropped}
- name: delivered
  message: {from: ann@example.org, subject: Hello}
  verdicts: {spf: PASS}
  expect: {bob@example.com: delivered}
"""


def mutated(ran: Any, cases: str, rules: str = RULES, **options: Any) -> Mutation:
    result = ran(cases, rules=rules)
    assert set(result.statuses) <= {"passed"}
    return mutate(result.project, result.results, read_nothing, workers=1, **options)


def read_nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def what(mutation: Mutation, *, killed: bool) -> set[tuple[str, str, str]]:
    return {
        (result.mutant.name, result.mutant.change.value, result.mutant.after)
        for result in mutation.results
        if result.killed is killed
    }


def test_a_mistake_that_a_case_notices_is_killed_by_that_case(ran: Any) -> None:
    mutation = mutated(ran, SHALLOW)
    killed = {
        (result.mutant.name, result.mutant.change.value): result.killed_by
        for result in mutation.results
    }
    assert killed["inbound/block", "rule left out"] == "blocked"
    assert killed["edge", "default flipped"] is None
    assert killed["edge/ours", "statement dropped"] == "blocked"


def test_what_no_case_notices_survives_with_its_place(ran: Any) -> None:
    survivors = mutated(ran, SHALLOW).survivors
    places = {
        (survivor.mutant.change.value, survivor.mutant.after): str(survivor.mutant.position)
        for survivor in survivors
    }
    assert places["value dropped", "no `@lottery.example`"] == "rules.yaml:20:48"
    assert places["unless dropped", ""] == "rules.yaml:22:19"
    assert places["limit dropped", ""] == "rules.yaml:11:23"


@pytest.mark.parametrize(
    ("name", "change", "after"),
    [
        ("inbound/block", "value dropped", "no `@lottery.example`"),
        ("inbound/block", "suffix widened", "from: {ends_with: [example.net, lottery.example]}"),
        (
            "inbound/block",
            "operator changed",
            'from: {contains: ["@example.net", "@lottery.example"]}',
        ),
        ("inbound/block", "condition dropped", ""),
        ("inbound/block", "verdict flipped", "spf: {not_equals: GRAY}"),
        ("inbound/block", "unless dropped", ""),
        ("inbound/large", "operator changed", "message_size: {greater_than_or_equal: 10000}"),
        ("inbound/large", "action changed", "add_header X-Large: not-large"),
        ("inbound/large", "neighbors swapped", "legal, large"),
        ("inbound/legal", "operator changed", "header: {name: X-Case, contains: L-}"),
        ("inbound/legal", "action changed", "relay exchange"),
        ("inbound/legal", "action dropped", ""),
        ("inbound/deliver", "action changed", "drop"),
        ("edge", "limit dropped", ""),
        ("edge/ours", "suffix widened", "recipient: {ends_with: example.com}"),
    ],
)
def test_the_kinds_of_mistakes(ran: Any, name: str, change: str, after: str) -> None:
    mutation = mutated(ran, SHALLOW)
    assert (name, change, after) in what(mutation, killed=True) | what(mutation, killed=False)


def test_suggested_cases_pass_as_they_are_and_kill_what_they_are_for(ran: Any) -> None:
    before = mutated(ran, SHALLOW)
    suggested = [one.suggestion for one in before.survivors if one.suggestion is not None]
    assert len(suggested) >= 20
    after = mutated(ran, SHALLOW + "".join(suggested))
    meant = {id(one): one.mutant for one in before.survivors if one.suggestion is not None}
    named = {(each.name, each.change.value, each.after) for each in meant.values()}
    assert named <= what(after, killed=True)
    assert after.score > before.score


def test_the_same_project_gives_the_same_results(ran: Any) -> None:
    def told(mutation: Mutation) -> list[tuple[str, str | None, str | None]]:
        return [
            (str(result.mutant.position), result.killed_by, result.suggestion)
            for result in mutation.results
        ]

    assert told(mutated(ran, SHALLOW)) == told(mutated(ran, SHALLOW))


def test_several_processes_find_the_same(ran: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    result = ran(SHALLOW, rules=RULES)
    monkeypatch.setattr("mmctl.cases.mutants.trial._FEW", 0)
    alone = mutate(result.project, result.results, read_nothing, workers=1)
    together = mutate(result.project, result.results, read_nothing, workers=2)
    assert [one.killed_by for one in together.results] == [one.killed_by for one in alone.results]
    assert [one.suggestion for one in together.results] == [one.suggestion for one in alone.results]


def test_where_no_process_can_be_started_it_goes_on_in_this_one(
    ran: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    result = ran(SHALLOW, rules=RULES)
    monkeypatch.setattr("mmctl.cases.mutants.trial._FEW", 0)
    monkeypatch.setattr("mmctl.cases.mutants.trial.ProcessPoolExecutor", broken)
    mutation = mutate(result.project, result.results, read_nothing, workers=2)
    assert len(mutation.results) == len(mutants_of(result.project))


def test_a_budget_is_spread_over_all_rules(ran: Any) -> None:
    seen: list[tuple[int, int]] = []
    mutation = mutated(
        ran, SHALLOW, budget=6, progress=lambda done, total: seen.append((done, total))
    )
    every = len(mutation.results) + mutation.left_out
    assert (len(mutation.results), every) == (6, len(mutants_of(ran(SHALLOW, rules=RULES).project)))
    assert len({result.mutant.name for result in mutation.results}) >= 4
    assert seen[-1] == (6, 6)


def test_cases_that_fail_kill_nothing(ran: Any) -> None:
    result = ran(SHALLOW.replace("dropped", "delivered"), rules=RULES)
    mutation = mutate(result.project, result.results, read_nothing, workers=1)
    assert {one.killed_by for one in mutation.results} <= {None, "delivered"}


def test_without_cases_every_mutant_survives(ran: Any) -> None:
    result = ran(SHALLOW, rules=RULES)
    mutation = mutate(result.project, (), read_nothing, workers=1)
    assert mutation.score == 0
    assert mutation.results


PHASE = """
version: 1
rule_sets:
  inbound:
    rules:
      - phase: block
        unless: [{recipient: {equals: abuse@example.com}}]
        on_overlap: any
        rules:
          - {name: one, conditions: [{from: {equals: a@example.net}}], actions: [drop]}
          - {name: two, conditions: [{from: {equals: b@example.net}}], actions: [drop]}
"""


def test_what_a_phase_adds_is_changed_once_for_all_of_its_rules(ran: Any) -> None:
    mutants = mutants_of(ran(SHALLOW, rules=PHASE).project)
    dropped = [mutant for mutant in mutants if mutant.change.value == "unless dropped"]
    assert [(mutant.name, len(mutant.edit.rules)) for mutant in dropped] == [("inbound/block", 2)]  # type: ignore[union-attr] # rules are changed


def pair(ran: Any, one: str, other: str) -> bool:
    rules = f"""
version: 1
relays:
  exchange: {{server: mail.example.com, port: 25, authentication: none}}
archives:
  vault: {{retention: ONE_YEAR}}
rule_sets:
  inbound:
    rules:
{indent(f"- {{name: one, {one}}}", "      ")}
{indent(f"- {{name: other, {other}}}", "      ")}
"""
    project = ran(
        "- {name: x, message: {from: a@b.example}, expect: {c@d.example: lost}}", rules=rules
    )
    return commute(*project.project.rule_sets["inbound"].rules)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("actions: [drop]", "actions: [drop]", True),
        ("actions: [drop]", "actions: [{archive: {to: vault}}]", False),
        ("actions: [{archive: {to: vault}}]", "actions: [{relay: {to: exchange}}]", True),
        (
            "actions: [{add_header: {name: X-A, value: a}}]",
            "actions: [{relay: {to: exchange}}]",
            False,
        ),
        (
            "actions: [{add_header: {name: X-A, value: a}}]",
            "actions: [{add_header: {name: X-B, value: b}}]",
            True,
        ),
        (
            "actions: [{add_header: {name: X-A, value: a}}]",
            "conditions: [{header: {name: X-A, equals: a}}], "
            "actions: [{add_header: {name: X-B, value: b}}]",
            False,
        ),
        (
            "conditions: [{recipient: {ends_with: '@a.example'}}], actions: [drop]",
            "conditions: [{recipient: {ends_with: '@b.example'}}], "
            "actions: [{relay: {to: exchange}}]",
            True,
        ),
        (
            "conditions: [{recipient: {ends_with: '@b.example'}}], actions: [drop]",
            "conditions: [{recipient: {equals: c@B.example}}], actions: [{relay: {to: exchange}}]",
            False,
        ),
        (
            "conditions: [{spf: {equals: PASS}}], actions: [drop]",
            "conditions: [{spf: {not_equals: [PASS, GRAY]}}], actions: [{relay: {to: exchange}}]",
            True,
        ),
        (
            "conditions: [{tls: true}], actions: [drop]",
            "unless: [{tls: true}], actions: [{relay: {to: exchange}}]",
            True,
        ),
    ],
)
def test_rules_commute_only_where_that_is_certain(
    ran: Any, one: str, other: str, *, same: bool
) -> None:
    assert pair(ran, one, other) is same
    assert pair(ran, other, one) is same


FAILING = RULES.replace(
    "actions: [{relay: {to: legal}}, stop]", "actions: [{relay: {to: legal, on_failure: drop}}]"
)


@pytest.mark.parametrize("change", ["limit dropped", "on_failure changed"])
def test_a_limit_and_what_happens_on_failure_get_a_case_that_notices(ran: Any, change: str) -> None:
    before = mutated(ran, SHALLOW, FAILING)
    (survivor,) = [one for one in before.survivors if one.mutant.change.value == change]
    assert survivor.suggested is not None
    assert survivor.suggestion is not None
    after = mutated(ran, SHALLOW + survivor.suggestion, FAILING)
    (found,) = [one for one in after.results if one.mutant.change.value == change]
    assert found.killed_by == survivor.suggested.name
    expected = {"limit dropped": "size: 1000001", "on_failure changed": "failing: [relay:legal]"}
    assert expected[change] in survivor.suggestion.replace('"', "")


HIDDEN = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
traffic_policies:
  edge:
    default: deny
    statements:
      - name: ours
        allow: [{recipient: {ends_with: "@example.com"}}]
rule_sets:
  inbound:
    rules:
      - name: confirmed
        conditions: [{spf: {equals: PASS}}]
        actions: [{relay: {to: exchange}}, stop]
      - name: others
        conditions: [{recipient: {ends_with: "@example.com"}}, {spf: {not_equals: PASS}}]
        actions: [drop]
      - name: codes
        conditions: [{helo: {starts_with: a}}, {helo: {ends_with: z}}, {subject: {contains: b}}]
        unless: [{from: {contains: c}}, {header: {name: X-D, equals: d}}]
        actions: [{add_header: {name: X-A, value: a}}]
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
"""


def test_a_mistake_that_no_message_shows_is_equivalent_and_no_survivor(ran: Any) -> None:
    mutation = mutated(ran, SHALLOW, HIDDEN)
    same = {(one.mutant.name, one.mutant.change.value) for one in mutation.equivalent}
    assert {("inbound/others", "suffix widened"), ("inbound/others", "condition dropped")} <= same
    # Nothing comes as far as this rule.
    codes = [one for one in mutation.results if one.mutant.name == "inbound/codes"]
    assert codes
    assert all(one.equivalent for one in codes)
    assert not any(one.killed for one in mutation.equivalent)
    assert not any(one.equivalent for one in mutation.survivors)
    assert mutation.total == len(mutation.results) - len(mutation.equivalent)
    assert [one.undecided for one in mutation.results if one.undecided] == []


def test_what_cases_do_not_lead_to_is_found_by_proof(ran: Any, monkeypatch: Any) -> None:
    searched = mutated(ran, SHALLOW, FAILING)
    monkeypatch.setattr("mmctl.cases.mutants.trial.killing_case", lambda *_: None)
    before = mutated(ran, SHALLOW, FAILING)
    for one, other in zip(before.results, searched.results, strict=True):
        assert not (one.equivalent and other.suggested is not None)
    assert len(before.survivors) >= 20
    assert [one for one in before.survivors if one.suggestion is None] == []
    found = "".join(one.suggestion for one in before.survivors if one.suggestion is not None)
    after = mutated(ran, SHALLOW + found, FAILING)
    assert after.survivors == ()
    assert len(after.equivalent) == len(before.equivalent)


def test_of_an_action_that_is_written_twice_one_is_missed(ran: Any, monkeypatch: Any) -> None:
    """By proof, for a message of a case would notice it; then by the case that is suggested."""
    rules = RULES.replace("[{relay: {to: exchange}}]", "[{archive: {to: vault}}] ").replace(
        "[{relay: {to: legal}}, stop]", "[{archive: {to: vault}}, {archive: {to: vault}}]"
    )
    cases = SHALLOW.replace("delivered}", "stored}")
    monkeypatch.setattr("mmctl.cases.mutants.trial.killing_case", lambda *_: None)
    dropped = ("inbound/legal", "action dropped")
    before = [one for one in mutated(ran, cases, rules).results if of(one) == dropped]
    found = {one.suggestion for one in before if one.suggestion is not None}
    assert len(found) == len(before) == 2
    after = mutated(ran, cases + found.pop(), rules)
    assert all(one.killed for one in after.results if of(one) == dropped)


def of(result: Any) -> tuple[str, str]:
    return result.mutant.name, result.mutant.change.value


def test_without_effort_nothing_is_proved(ran: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("mmctl.cases.mutants.trial.killing_case", lambda *_: None)
    monkeypatch.setattr("mmctl.cases.mutants.trial.shown", None)
    result = ran(SHALLOW, rules=HIDDEN)
    lint = replace(result.project.settings.lint, proof_effort=0)
    project = replace(result.project, settings=replace(result.project.settings, lint=lint))
    mutation = mutate(project, result.results, read_nothing, workers=1)
    assert mutation.equivalent == ()
    assert mutation.survivors


def test_suggested_cases_have_names_of_their_own(ran: Any) -> None:
    before = mutated(ran, SHALLOW)
    names = [one.suggested.name for one in before.survivors if one.suggested is not None]
    assert len(set(names)) == len(names) >= 20
    more = SHALLOW + SHALLOW.replace("name: blocked", f"name: '{names[0]}'").replace(
        "name: delivered", f"name: '{names[1]}'"
    )
    again = mutated(ran, more)
    others = [one.suggested.name for one in again.survivors if one.suggested is not None]
    assert not set(others) & {names[0], names[1], "blocked", "delivered"}
