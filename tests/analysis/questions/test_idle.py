"""Conditions and values that change nothing are found, all of them and no others."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from generated import gateway_of

from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.questions.dead import dead_rule
from mmctl.analysis.questions.idle import Idle, IdleParts
from mmctl.analysis.questions.standing import ValueClasses
from mmctl.analysis.sat.solver import Solved
from mmctl.api import load
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.readings import CHOICES
from mmctl.model.conditions import values_of
from mmctl.model.shape import with_value
from mmctl.records import replace
from mmctl.render.text.blame import place_of, why_idle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pytest

    from mmctl.analysis.questions.idle import AskedRule, Spot
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule

SLICE: Final = range(60)
DROP: Final = "actions: [drop]"
RELAY: Final = "actions: [{relay: {to: exchange}}]"
REWRITE: Final = "actions: [{replace_recipient: [new@example.com]}]"


def gateway(*rules: str) -> Gateway:
    """A rule set of rules, each a line of conditions and of actions."""
    lines = "".join(f"      - {{name: r{number}, {rule}}}\n" for number, rule in enumerate(rules))
    text = (
        "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{lines}"
    )
    return gateway_of_rule_set(load({"rules/all.yaml": text}), "inbound")


def idle_in(proof: Proof) -> Iterator[Idle]:
    """All that changes nothing in rules that can apply."""
    places = range(len(proof.gateways[0].rules))
    applying = [place for place in places if dead_rule(proof, place) is None]
    for found in IdleParts(proof).of_rules(applying):
        yield from (each for each in found if isinstance(each, Idle))


def when(*conditions: str) -> str:
    return f"conditions: [{', '.join(f'{{{each}}}' for each in conditions)}]"


Told = tuple[int, int, int | None, tuple[int, ...], tuple[int, ...], tuple[int, ...], int | None]
"""Rule, condition, value; then the rules, conditions and values that make it so, and what changes
its mail."""
HALVES: Final = "source_ip: {cidr_matches: [10.0.0.0/9, 10.128.0.0/9, 10.0.0.0/8]}"
PASSED: Final = "spf: {equals: PASS}"
ABOUT: Final = "subject: {contains: ab}"
CASES: Final[dict[str, tuple[tuple[str, ...], list[Told]]]] = {
    "another value covers it": (
        (f"{when('subject: {contains: [ab, xaby, c]}')}, {DROP}",),
        [(0, 0, 1, (), (), (0,), None)],
    ),
    "a network has others inside": (
        (f"{when(HALVES)}, {DROP}",),
        [(0, 0, 1, (), (), (2,), None), (0, 0, 0, (), (), (2,), None)],
    ),
    "two rules take its mail together": (
        (
            f"{when(PASSED, ABOUT)}, {DROP}",
            f"{when('spf: {not_equals: PASS}', ABOUT)}, {DROP}",
            f"{when('subject: {contains: [xab, c]}')}, {RELAY}",
        ),
        [(1, 0, None, (0,), (1,), (), None), (2, 0, 0, (0, 1), (), (), None)],
    ),
    "an exception excludes it": (
        (
            f"{when('recipient: {equals: [a@x.example, b@y.example]}', ABOUT)}, "
            f"unless: [{{recipient: {{ends_with: '@y.example'}}}}], {RELAY}",
        ),
        [(0, 0, 1, (), (2,), (), None)],
    ),
    "a condition and an exception exclude the same": (
        (
            "conditions: [{spf: {not_equals: [FAIL, GRAY]}}], "
            f"unless: [{{spf: {{equals: [FAIL, PROCESSING_FAILED]}}}}], {DROP}",
        ),
        [(0, 0, 0, (), (1,), (), None)],
    ),
    "a condition makes an exception needless": (
        (f"{when(PASSED)}, unless: [{{spf: {{equals: FAIL}}}}], {DROP}",),
        [(0, 1, None, (), (0,), (), None)],
    ),
    "a rule above changes its mail": (
        (
            f"{when('recipient: {equals: old@example.com}')}, {REWRITE}",
            f"{when('recipient: {equals: [old@example.com, b@example.com]}')}, {RELAY}",
        ),
        [(1, 0, 0, (), (), (), 0)],
    ),
}


def test_what_makes_it_so_is_named() -> None:
    wrong = {}
    for name, (rules, wanted) in CASES.items():
        for free in ((), tuple(CHOICES)):
            found = [told(each) for each in idle_in(Proof(gateway(*rules), free=free))]
            if found != wanted:
                wrong[name, bool(free)] = found
    assert wrong == {}


def test_one_of_two_that_would_do_is_named() -> None:
    rule = f"{when('subject: {contains: [ab, bc, abc x]}', 'helo: {equals: [a, b]}')}, {DROP}"
    for free in ((), tuple(CHOICES)):
        (found,) = [told(each) for each in idle_in(Proof(gateway(rule), free=free))]
        assert found in [(0, 0, 2, (), (), (named,), None) for named in (0, 1)]


def told(each: Idle) -> Told:
    spot = (each.place, each.condition, each.value)
    return (*spot, each.by, each.conditions, each.values, each.changed)


def test_all_that_is_found_can_be_left_out_at_once_and_nothing_else_can() -> None:
    """On generated gateways, compared with the same gateway without what is left out."""
    found_any = kept_any = 0
    for seed in SLICE:
        asked = gateway_of(Random(seed), 6)  # noqa: S311 - no secret
        proof = Proof(asked)
        found = list(idle_in(proof))
        by_place: dict[int, set[Spot]] = {}
        for each in found:
            by_place.setdefault(each.place, set()).add((each.condition, each.value))
        for place, rule in enumerate(asked.rules):
            if dead_rule(proof, place) is not None:
                continue
            spots = by_place.get(place, set())
            found_any += len(spots)
            assert not differs(asked, place, spots), (seed, place, spots)
            for spot in spots_of(rule):
                if spot in spots or (spot[0], None) in spots:
                    continue
                kept_any += 1
                assert differs(asked, place, {*spots, spot}), (seed, place, spot)
    assert found_any > len(SLICE) / 4
    assert kept_any > len(SLICE)


def spots_of(rule: LogicalRule) -> Iterator[Spot]:
    """All conditions and values of a rule, but for values of conditions that have one."""
    for number, condition in enumerate((*rule.conditions, *rule.unless)):
        yield number, None
        count = len(values_of(condition))
        if count > 1:
            yield from ((number, value) for value in range(count))


def differs(asked: Gateway, place: int, left_out: Iterable[Spot]) -> bool:
    """Whether a message tells a gateway from the same one without parts of a rule."""
    spots = set(left_out)
    rule = asked.rules[place]
    members = {"Conditions": list(rule.conditions), "Unless": list(rule.unless)}
    for number in range(len(rule.conditions) + len(rule.unless)):
        member, at = ("Conditions", number)
        if number >= len(rule.conditions):
            member, at = ("Unless", number - len(rule.conditions))
        condition = members[member][at]
        values = [
            value
            for index, value in enumerate(values_of(condition))
            if (number, index) not in spots
        ]
        if len(values) < len(values_of(condition)):
            members[member][at] = with_value(
                condition, condition.value.changed(values=tuple(values))
            )
    conditions = [
        each for number, each in enumerate(members["Conditions"]) if (number, None) not in spots
    ]
    unless = [
        each
        for number, each in enumerate(members["Unless"], start=len(rule.conditions))
        if (number, None) not in spots
    ]
    changed = replace(
        rule,
        rule=rule.rule.changed(conditions=tuple(conditions), unless=tuple(unless)),
    )
    rules = (*asked.rules[:place], changed, *asked.rules[place + 1 :])
    proof = Proof(asked, replace(asked, rules=rules), compared=True)
    before, after = (path.rules[place].applies for path in proof.paths)
    return proof.solved([proof.circuit.differ(before, after)]) is not Solved.UNSATISFIABLE


def test_values_that_stand_together_are_answered_as_if_each_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = []
    for together in (True, False):
        if not together:
            monkeypatch.setattr(
                ValueClasses, "classes", lambda _self, conditions, _place: [None] * len(conditions)
            )
        answers.append(
            [
                (seed, each.place, each.condition, each.value)
                for seed in SLICE
                for each in idle_in(Proof(gateway_of(Random(seed), 6)))  # noqa: S311 - no secret
            ]
        )
    assert answers[0] == answers[1]
    assert answers[0]


def test_many_values_that_nothing_else_is_about_need_no_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = [
        f"conditions: [{{subject: {{contains: [w{number}a, w{number}b, w{number}c]}}}}, "
        f"{{recipient: {{equals: [u{number}@example.com, v{number}@example.com]}}}}], {DROP}"
        for number in range(20)
    ]
    proof = Proof(gateway(*rules))
    asked: list[int] = []
    solved = proof.solved

    def counted(literals: Sequence[int]) -> Solved:
        asked.append(len(literals))
        return solved(literals)

    monkeypatch.setattr(proof, "solved", counted)
    everything: list[AskedRule] = [(place, (0, 1), ()) for place in range(20)]
    assert list(IdleParts(proof).values_of_rules(everything)) == []
    assert not asked


def test_rules_asked_about_at_once_have_the_same_idle_parts_as_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What models show at once decides nothing else than the solver, asked about all."""
    wrong: list[int] = []
    for seed in SLICE:
        asked = gateway_of(Random(seed), 6)  # noqa: S311 - no secret
        at_once = list(idle_in(Proof(asked)))
        proof = Proof(asked)
        monkeypatch.setattr(proof, "with_models", lambda questions: [False] * len(questions))
        wrong += [] if list(idle_in(proof)) == at_once else [seed]
    assert not wrong


def test_a_condition_in_another_file_is_named_with_its_file() -> None:
    files = {
        "mmctl.yaml": "version: 1\nproject: p\nrules: [rules.yaml]\n",
        "rules.yaml": "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        "rule_sets:\n  inbound:\n    rules:\n      - phase: block\n"
        "        conditions: [{mail_from: {ends_with: '@a.example'}}]\n"
        "        include: [inner/*.yaml]\n"
        "      - {name: deliver, actions: [{relay: {to: exchange}}]}\n",
        "inner/a.yaml": "version: 1\nrules:\n"
        "  - {name: r, conditions: [{mail_from: {equals: b@a.example}}], actions: [drop]}\n",
    }
    read = load(files)
    inside = gateway_of_rule_set(read, "inbound")
    (found,) = idle_in(Proof(inside))
    assert place_of(found).file == "rules.yaml"
    assert "the condition in inner/a.yaml:3" in why_idle(found, inside)
