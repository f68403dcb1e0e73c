"""Rules that never apply are found, with the smallest set of rules that take their mail."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from generated import gateway_of

from mmctl.analysis.encoding.proof import Proof, Shown
from mmctl.analysis.questions.dead import Dead, dead_rules
from mmctl.analysis.sat.solver import Solved
from mmctl.api import load
from mmctl.judge.submission import gateway_of_rule_set
from mmctl.language.readings import CHOICES
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway

SLICE: Final = range(150)
FREE: Final = tuple(CHOICES)


def gateway(*rules: str) -> Gateway:
    """A rule set of rules, each a line of conditions and of actions."""
    lines = "".join(
        f"      - {{name: r{number}, {rule}}}\n" for number, rule in enumerate(rules, start=1)
    )
    text = (
        "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{lines}"
    )
    return gateway_of_rule_set(load({"rules/all.yaml": text}), "inbound")


def found(
    *rules: str, free: tuple[str, ...] = ()
) -> list[tuple[str, tuple[int, ...], dict[str, str]]]:
    """The dead rules, with the numbers of the rules that take their mail, and readings."""
    dead = dead_rules(Proof(gateway(*rules), free=free))
    return [
        (each.rule.name, tuple(place + 1 for place in each.by), dict(each.needs))
        for each in dead
        if isinstance(each, Dead)
    ]


def subject(*words: str) -> str:
    return f"conditions: [{{subject: {{contains: [{', '.join(words)}]}}}}]"


DROP: Final = "actions: [drop]"
RELAY: Final = "actions: [{relay: {to: exchange}}]"


def test_one_rule_takes_the_mail_of_another() -> None:
    rules = (f"{subject('offer')}, {DROP}", f"{subject('invoice')}, {DROP}")
    assert found(*rules, f"{subject('big offer')}, {RELAY}") == [("r3", (1,), {})]


def test_several_rules_take_the_mail_of_another_together() -> None:
    spf = "conditions: [{{spf: {{equals: {}}}}}], {}"
    rules = [spf.format(verdict, DROP) for verdict in ("PASS", "FAIL", "GRAY")]
    last = spf.format("[PASS, FAIL]", RELAY)
    assert found(*rules, last) == [("r4", (1, 2), {})]


def test_rules_that_take_all_mail_together_are_not_blamed_where_fewer_are_enough() -> None:
    """Whatever the rules above do about other mail, its own conditions leave it out."""
    spf = "conditions: [{{spf: {{equals: {}}}}}], {}"
    rules = [
        spf.format(verdicts, DROP)
        for verdicts in ("[FAIL, GRAY]", "[PASS, FAIL]", "PROCESSING_FAILED")
    ]
    wrong = {
        verdict: dead
        for verdict, wanted in (("PASS", (2,)), ("GRAY", (1,)))
        if (dead := found(*rules, spf.format(verdict, RELAY))) != [("r4", wanted, {})]
    }
    assert wrong == {}


def test_below_a_rule_that_takes_all_mail_it_alone_is_blamed_but_for_contradictions() -> None:
    never = "conditions: [{helo: {equals: a}}, {helo: {equals: b}}]"
    rules = (
        f"{subject('x')}, {DROP}",
        DROP,
        f"{subject('x')}, {RELAY}",
        f"{never}, {RELAY}",
        RELAY,
    )
    assert found(*rules) == [("r3", (2,), {}), ("r4", (), {}), ("r5", (2,), {})]


def test_a_rule_that_takes_only_what_the_conditions_leave_out_is_not_blamed() -> None:
    spf = "conditions: [{{spf: {{equals: {}}}}}], {}"
    rules = (spf.format("FAIL", DROP), spf.format("[PASS, GRAY]", DROP))
    last = "conditions: [{spf: {not_equals: FAIL}}, {spf: {not_equals: PROCESSING_FAILED}}]"
    assert found(*rules, f"{last}, {RELAY}") == [("r3", (2,), {})]


def test_conditions_that_contradict_each_other_are_named() -> None:
    conditions = (
        "conditions: [{recipient: {ends_with: '@example.com'}}, {subject: {contains: x}}], "
        "unless: [{recipient: {contains: example}}]"
    )
    (dead,) = dead_rules(Proof(gateway(f"{conditions}, {RELAY}")))
    assert isinstance(dead, Dead)
    assert (dead.by, dead.conditions, dead.refused) == ((), (0, 2), False)


def test_a_rule_that_is_dead_under_one_reading_alone_says_so() -> None:
    bounce = (
        "{bounce: {sender: postmaster@example.com, role: 'arn:aws:iam::111122223333:role/gateway', "
        "status_code: 5.1.1, smtp_reply_code: '550', diagnostic_message: x}}"
    )
    rules = (f"actions: [{bounce}]", RELAY)
    asked = gateway(*rules)
    assert found(*rules, free=FREE) == []
    ends = replace(asked, readings=asked.readings.choosing("bounce_ends_evaluation", "yes"))
    (dead,) = dead_rules(Proof(ends, free=FREE))
    assert isinstance(dead, Dead)
    assert (dead.by, dead.needs) == ((0,), {"bounce_ends_evaluation": "yes"})


def test_the_blame_is_enough_and_none_of_it_can_be_left_out() -> None:
    """On generated gateways: without the rules of the blame the rule can apply."""
    blamed = 0
    for seed, asked, dead in dead_in_generated():
        if not dead.by:
            continue
        blamed += 1
        only = [place for place in range(dead.place) if place in dead.by]
        assert is_dead(asked, only, dead), seed
        for left_out in only:
            assert not is_dead(asked, [each for each in only if each != left_out], dead), seed
    assert blamed > len(SLICE) / 10


def dead_in_generated() -> Iterator[tuple[int, Gateway, Dead]]:
    """Dead rules of gateways whose rules do not change what others see."""
    for seed in SLICE:
        random = Random(seed)  # noqa: S311 - no secret
        asked = gateway_of(random, 8)
        changing = {"AddHeader", "ReplaceRecipient"}
        rules = [
            rule
            for rule in asked.rules
            if not rule.shadow
            and not changing & {key for each in rule.actions for key in each.to_api()}
        ]
        asked = replace(asked, rules=tuple(rules), policy=None)
        for found in dead_rules(Proof(asked)):
            if isinstance(found, Dead):
                yield seed, asked, found


def is_dead(asked: Gateway, others: list[int], dead: Dead) -> bool:
    """Whether a rule is dead behind some of the rules above it."""
    rules = (*(asked.rules[place] for place in others), asked.rules[dead.place])
    proof = Proof(replace(asked, rules=rules))
    return proof.solved([proof.paths[0].rules[-1].applies]) is Solved.UNSATISFIABLE


def test_every_rule_of_three_hundred_is_decided_and_shown() -> None:
    """Half of them are hidden by the other half."""
    rules = [f"{subject(f'word{number:03}')}, {DROP}" for number in range(150)]
    rules += [
        f"{subject(f'my word{number:03}', f'word{number + 1:03}x')}, {RELAY}"
        for number in range(150)
    ]
    asked = gateway(*rules)
    proof = Proof(asked)
    dead = {each.place: each for each in dead_rules(proof) if isinstance(each, Dead)}
    assert set(dead) == set(range(150, 299))
    assert isinstance(dead[150], Dead)
    assert dead[150].by == (0, 1)
    alive = [rule for rule in proof.paths[0].rules if rule.place not in dead]
    assert all(isinstance(proof.ask([rule.applies]), Shown) for rule in alive[::10])
