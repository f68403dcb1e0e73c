"""Rule sets at every limit are answered, or said to be undecided, within so many conflicts."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.questions.dead import dead_rules
from mmctl.analysis.questions.invariants import lost
from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.api import load
from mmctl.judge.submission import gateway_of_rule_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.submission import Gateway

RULES, CONDITIONS, VALUES = 40, 10, 10
EFFORT: Final = 100
CLAUSES_AT_MOST: Final = 60_000
SEARCHES_AT_MOST: Final = 1_000
FIELDS: Final = ("subject", "from", "mail_from", "recipient", "helo")


class Counting(Cadical):
    """Counts clauses, and searches."""

    def __init__(self) -> None:
        super().__init__()
        self.clauses = self.searches = 0

    def add_clause(self, clause: Sequence[int]) -> None:
        self.clauses += 1
        super().add_clause(clause)

    def _searched(self, conflicts: int) -> Solved:
        assert conflicts <= EFFORT
        self.searches += 1
        return super()._searched(conflicts)


def gateway(letters: str, fields: Sequence[str]) -> Gateway:
    """Forty rules of ten conditions with ten values each, of few letters."""
    random = Random(13)  # noqa: S311 - no secret
    lines = []
    for number in range(RULES):
        conditions = ", ".join(
            f"{{{random.choice(fields)}: {{contains: [{', '.join(words(random, letters))}]}}}}"
            for _ in range(CONDITIONS)
        )
        lines.append(
            f"      - {{name: r{number}, conditions: [{conditions}],"
            f" actions: [{'drop' if number % 2 else '{relay: {to: exchange}}, stop'}]}}\n"
        )
    text = (
        "version: 1\n"
        "relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}\n"
        f"rule_sets:\n  inbound:\n    rules:\n{''.join(lines)}"
    )
    return gateway_of_rule_set(load({"rules/all.yaml": text}), "inbound")


def words(random: Random, letters: str) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < VALUES:
        made["".join(random.choices(letters, k=random.randint(2, 6)))] = None
    return [*made]


def test_rule_sets_at_every_limit_are_answered_within_bounds() -> None:
    for letters, fields in (("abcdefghij", FIELDS), ("ab", ("subject",))):
        solver = Counting()
        proof = Proof(gateway(letters, fields), effort=EFFORT, solver=solver)
        found = [lost(proof), *dead_rules(proof)]
        assert found, letters
        assert 1_000 < solver.clauses <= CLAUSES_AT_MOST
        assert solver.searches <= SEARCHES_AT_MOST
