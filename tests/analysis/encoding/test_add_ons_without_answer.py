"""An add-on that gives no answer: no condition on it holds, in the evaluator and in proofs."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown
from mmctl.analysis.questions.dead import Dead, dead_rules
from mmctl.analysis.questions.invariants import lost
from mmctl.api import load
from mmctl.judge.add_ons import NO_ANSWER
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_rule_set
from mmctl.language.project import Outcome
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway

DROP: Final = "actions: [drop]"
RELAY: Final = "actions: [{relay: {to: exchange}}, stop]"
ANSWERS: Final[tuple[str | bool, ...]] = (
    NO_ANSWER,
    True,
    False,
    "",
    "s",
    "S",
    "st",
    "PASS",
    " fail",
    "yes",
    "x",
)
CONDITIONS: Final = (
    "is: true",
    "is: false",
    "equals: [s]",
    "not_equals: [s]",
    "not_equals: [S, x]",
    "starts_with: [s]",
    "contains: [t]",
    "ends_with: [ss]",
    "verdict_equals: [PASS]",
    "verdict_not_equals: [PASS]",
    "verdict_equals: [FAIL, GRAY]",
)


def gateway(*rules: str) -> Gateway:
    """A rule set of rules, each a line of conditions and of actions."""
    lines = "".join(
        f"      - {{name: r{number}, {rule}}}\n" for number, rule in enumerate(rules, start=1)
    )
    text = (
        "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        "add_ons: {v: {product: VADE_ADVANCED_EMAIL_SECURITY}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{lines}"
    )
    return gateway_of_rule_set(load({"rules/all.yaml": text}), "inbound")


def on(condition: str, field: str = "f") -> str:
    return f"{{add_on: {{name: v, field: {field}, {condition}}}}}"


def rule(random: Random) -> str:
    """A rule about one or two fields of an add-on."""
    some = [
        on(random.choice(CONDITIONS), random.choice("ffg")) for _ in range(random.randint(1, 2))
    ]
    member = random.choice(("conditions", "unless"))
    return f"{member}: [{', '.join(some)}], {random.choice((DROP, RELAY))}"


def message(**fields: str | bool) -> Submission:
    """A message about which an add-on says this."""
    return Submission(
        email=read_email(b"From: a@example.com\r\n\r\n"),
        session=Session(source_ip="192.0.2.1"),
        envelope=Envelope(mail_from="a@example.com", recipients=("b@example.com",)),
        facts=Facts(add_ons={"v": fields} if fields else {}),
    )


def dead(*rules: str) -> list[str]:
    found = list(dead_rules(Proof(gateway(*rules))))
    assert all(isinstance(each, Dead) for each in found)
    return [each.rule.name for each in found]


def test_rules_that_read_an_add_on_are_dead_exactly_where_no_answer_gets_there() -> None:
    yes, no = (f"conditions: [{on(each)}], {RELAY}" for each in ("is: true", "is: false"))
    text = f"conditions: [{on('equals: [s]')}], {RELAY}"
    other = f"conditions: [{on('not_equals: [s]')}], {RELAY}"
    verdict = f"conditions: [{on('verdict_equals: [PASS]')}], {RELAY}"
    others = f"conditions: [{on('verdict_not_equals: [PASS]')}], {RELAY}"
    unless = f"unless: [{on('is: true')}], {RELAY}"
    assert dead(yes, yes, DROP) == ["r2"]
    assert dead(yes, no, DROP) == []
    assert dead(text, other, DROP) == []
    assert dead(verdict, others, DROP) == []
    assert dead(yes, unless, DROP) == ["r3"]
    assert dead(f"conditions: [{on('is: true')}, {on('is: false')}], {DROP}") == ["r1"]


def test_mail_is_lost_about_which_an_add_on_says_nothing() -> None:
    asked = gateway(
        f"conditions: [{on('is: true')}], {RELAY}", f"conditions: [{on('is: false')}], {DROP}"
    )
    answer = lost(Proof(asked))
    assert isinstance(answer, Shown)
    assert answer.witness.submission.facts.add_ons == {"v": {"f": NO_ANSWER}}
    (found,) = judge(asked, answer.witness.submission).recipients
    assert found.outcome is Outcome.LOST
    answered = gateway(
        f"conditions: [{on('is: true')}], {RELAY}", f"unless: [{on('is: true')}], {DROP}"
    )
    assert isinstance(lost(Proof(answered)), Refuted)


def test_proofs_say_of_add_ons_what_the_evaluator_says_both_ways() -> None:
    """What some answer makes happen is shown, and nothing else is."""
    random = Random(13)  # noqa: S311 - no secret
    wrong: list[str] = []
    for number in range(120):
        rules = [rule(random) for _ in range(random.randint(1, 3))]
        asked = gateway(*rules, random.choice((DROP, RELAY)))
        proof = Proof(asked)
        (path,) = proof.paths
        shown = {each.place for each in path.rules if isinstance(proof.ask([each.applies]), Shown)}
        happens = {
            step.index
            for answer, other in product(ANSWERS, repeat=2)
            for copy in judge(asked, message(f=answer, g=other)).recipients[0].copies
            for step in copy.rules
            if step.applied
        }
        if happens - shown:
            wrong.append(f"{number}: {rules} {happens - shown}")
        for place in shown - happens:  # an answer that is not among these
            answer = proof.ask([path.rules[place].applies])
            assert isinstance(answer, Shown)
            (got,) = judge(asked, answer.witness.submission).recipients
            if not any(step.index == place and step.applied for step in got.copies[0].rules):
                wrong.append(f"{number}: {rules} {place}")
    assert not wrong


def test_what_nobody_stated_may_be_no_answer() -> None:
    """So an outcome is known without the answer only if it is the same without one."""
    wrong = []
    for first, second in product(CONDITIONS, repeat=2):
        asked = gateway(
            f"conditions: [{on(first)}], {RELAY}", f"conditions: [{on(second)}], {RELAY}", DROP
        )
        (unstated,) = judge(asked, message()).recipients
        outcomes = {judge(asked, message(f=answer)).recipients[0].outcome for answer in ANSWERS}
        if unstated.outcome is not Outcome.UNKNOWN and outcomes != {unstated.outcome}:
            wrong.append(f"{first}, {second}: {unstated.outcome}, {outcomes}")
    assert not wrong
