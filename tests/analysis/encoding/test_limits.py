"""What is more than a proof takes in is undecided, never proved."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from mmctl.analysis.encoding.proof import OTHERS_AT_MOST, Proof, Refuted, Shown, Undecided
from mmctl.analysis.questions.dead import NotProved, dead_rules
from mmctl.analysis.questions.invariants import lost
from mmctl.analysis.sat.circuit import INPUTS_AT_MOST
from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.judge.compare import Members
from mmctl.judge.submission import Gateway
from mmctl.language.project import LogicalRule
from mmctl.language.readings import Readings
from mmctl.model.rules import Rule
from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE: Final = Position(file="rules.yaml", line=1)
RELAY: Final = {"Relay": {"Relay": "exchange"}}
MESSAGE: Final = Readings.of({"added_header_scope": "message"})


def rule(actions: list[dict[str, Any]], *conditions: dict[str, Any]) -> LogicalRule:
    return LogicalRule(
        name="rule",
        rule=Rule.of_api({"Conditions": list(conditions), "Actions": actions}),
        position=HERE,
        positions=Positions({(): HERE}),
    )


def text(evaluate: dict[str, str], value: str) -> dict[str, Any]:
    return {"StringExpression": {"Evaluate": evaluate, "Operator": "EQUALS", "Values": [value]}}


def marked(count: int) -> Gateway:
    """So many rules that each mark the mail of one recipient, and one that needs three marks."""
    marks = [
        rule(
            [{"AddHeader": {"HeaderName": f"X-M{number % 3}", "HeaderValue": "yes"}}],
            text({"Attribute": "RECIPIENT"}, f"u{number}@example.com"),
        )
        for number in range(count)
    ]
    needs = [text({"MimeHeaderAttribute": f"X-M{number}"}, "yes") for number in range(3)]
    return Gateway(rules=(*marks, rule([RELAY], *needs)), readings=MESSAGE)


def test_marks_of_several_other_recipients_come_together() -> None:
    """One other recipient would not do: each brings another mark, and the headers none."""
    gateway = marked(3)
    proof = Proof(gateway)
    last = proof.paths[0].rules[-1]
    without = [-literal for literal in proof.fields.headers.values()]
    answer = proof.ask([last.applies, *without])
    assert isinstance(answer, Shown)
    assert {"u0@example.com", "u1@example.com", "u2@example.com"} <= set(
        answer.witness.submission.envelope.recipients
    )


def test_more_other_recipients_than_a_message_has_are_undecided() -> None:
    proof = Proof(marked(OTHERS_AT_MOST + 1))
    assert isinstance(proof.ask([proof.paths[0].rules[-1].applies]), Undecided)
    assert all(isinstance(each, NotProved) for each in dead_rules(proof))


def replacing(count: int) -> Gateway:
    """So many rules that each put four addresses in the place of one."""
    actions: list[dict[str, Any]] = [
        {"ReplaceRecipient": {"ReplaceWith": [f"{each}@example.com" for each in "abcd"]}}
    ]
    return Gateway(rules=(*(rule(actions) for _ in range(count)), rule([RELAY])))


def test_more_copies_than_a_proof_follows_are_undecided() -> None:
    assert isinstance(lost(Proof(replacing(3))), Refuted)
    assert isinstance(lost(Proof(replacing(4))), Undecided)


def test_a_question_that_takes_more_effort_than_allowed_is_undecided() -> None:
    """Pigeons: more recipients of holes than there are, in conditions on one header."""
    proof = Proof(Gateway(rules=()), effort=1)
    circuit = proof.circuit
    pigeons = [[circuit.variable() for _ in range(7)] for _ in range(8)]
    for holes in pigeons:
        circuit.require(*holes)
    for hole in zip(*pigeons, strict=True):
        for place, one in enumerate(hole):
            for other in hole[place + 1 :]:
                circuit.require(-one, -other)
    assert isinstance(proof.ask([]), Undecided)


class Counting(Cadical):
    """Counts the literals of the longest clause."""

    longest = 0

    def add_clause(self, clause: Sequence[int]) -> None:
        self.longest = max(self.longest, len(clause))
        super().add_clause(clause)


def test_lists_of_thousands_make_short_clauses_and_are_decided() -> None:
    """A clause as long as a list costs the solver seconds for each conflict."""
    members = [f"user{number}@d{number % 97}.example.com" for number in range(2000)]
    lists = {f"l{place}": Members.of(members[place::4]) for place in range(4)}
    listed = [
        {
            "BooleanExpression": {
                "Evaluate": {"IsInAddressList": {"Attribute": attribute, "AddressLists": [name]}},
                "Operator": "IS_TRUE",
            }
        }
        for attribute in ("MAIL_FROM", "RECIPIENT")
        for name in lists
    ]
    rules = tuple(rule([RELAY], each, other) for each, other in pairwise(listed))
    solver = Counting()
    proof = Proof(Gateway(rules=rules, lists=lists), effort=5_000, solver=solver)
    answers = [proof.solved([each.applies]) for each in proof.paths[0].rules]
    assert answers == [
        # lists share no member, and there is one sender and one recipient
        Solved.SATISFIABLE if attribute == 3 else Solved.UNSATISFIABLE
        for attribute in range(7)
    ]
    assert solver.longest <= INPUTS_AT_MOST + 1


def test_conditions_that_are_asked_about_and_forgotten_are_not_taken_for_each_other() -> None:
    """A condition made for one question may be where an earlier one was in memory."""
    proof = Proof(Gateway(rules=(rule([RELAY]),)))
    found: dict[str, set[int]] = {}
    for number in range(9_000):
        value = f"s{number % 7}"
        (condition,) = rule([RELAY], text({"Attribute": "SUBJECT"}, value)).conditions
        found.setdefault(value, set()).add(proof.condition_at(condition, 0))
    assert [len(literals) for literals in found.values()] == [1] * 7
