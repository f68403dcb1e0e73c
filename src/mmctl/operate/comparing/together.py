"""Whether what a log says of several rules can be so together, whatever the message held.

A log does not hold the message. Each rule that it names says something about it all the same: one
that applied, that all of its conditions matched. Two such things may exclude each other.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.judge.lookup import NO, NO_VALUE, YES
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.judge.answers import Lack, MissingFact
    from mmctl.judge.heard import RuleSaid
    from mmctl.judge.trace import ConditionTrace
    from mmctl.language.readings import Readings

CONFLICTS: Final = 2_000
"""The effort for one message; beyond it nobody knows."""
_CACHED: Final = 4_096
_EQUALS: Final = RuleStringOperator.EQUALS.lower()
_STARTS: Final = RuleStringOperator.STARTS_WITH.lower()
_ENDS: Final = RuleStringOperator.ENDS_WITH.lower()
_CONTAINS: Final = RuleStringOperator.CONTAINS.lower()
_NOT_EQUALS: Final = RuleStringOperator.NOT_EQUALS.lower()
_TEXT_OPERATORS: Final = frozenset({_EQUALS, _STARTS, _ENDS, _CONTAINS, _NOT_EQUALS})


class OpenQuestion(NamedTuple):
    """What a condition leaves open: a missing fact, and the values for which it holds."""

    fact: MissingFact
    holds_for: frozenset[str]
    operand: str
    operator: str
    """As positive; "" if no texts are compared."""
    values: tuple[str, ...]
    """As they are compared."""


class Statement(NamedTuple):
    """What a log says of one rule: applied or not, with what is open about its conditions."""

    applied: bool
    conditions: tuple[OpenQuestion, ...]
    unless: tuple[OpenQuestion, ...]


def clashing(said: Sequence[RuleSaid], readings: Readings) -> tuple[RuleSaid, ...]:
    """Some of what a log says that cannot be so together; empty: all of it can, or nobody knows."""
    stated: dict[Statement, RuleSaid] = {}
    for each in said:
        statement = _statement(each, readings)
        if statement is not None:
            stated.setdefault(statement, each)
    if not stated:
        return ()
    return tuple(stated[statement] for statement in _clash(frozenset(stated)))


def forced(said: RuleSaid, readings: Readings) -> bool | None:
    """Whether a rule applies, if that is the same whatever its missing facts are; None: it is not.

    One fact may be asked in two conditions, so that neither answer alone says it.
    """
    conditions = _questions(said.asked.conditions, readings)
    unless = _questions(said.asked.unless, readings)
    if conditions is None or unless is None:
        return None
    return _forced(conditions, unless)


@lru_cache(maxsize=_CACHED)
def _forced(conditions: tuple[OpenQuestion, ...], unless: tuple[OpenQuestion, ...]) -> bool | None:
    for applied in (True, False):
        if _clash(frozenset({Statement(applied, conditions, unless)})):
            return not applied
    return None


def _statement(said: RuleSaid, readings: Readings) -> Statement | None:
    """What the log says of a rule whose answer is unknown; None: nothing that can clash."""
    asked = said.asked
    if said.applied is None or not asked.answer.is_unknown:
        return None
    conditions = _questions(asked.conditions, readings)
    unless = _questions(asked.unless, readings)
    if conditions is None or unless is None:
        return None
    return Statement(said.applied, conditions, unless)


def _questions(
    asked: Iterable[ConditionTrace], readings: Readings
) -> tuple[OpenQuestion, ...] | None:
    """What conditions leave open; None: it is more than one fact a condition."""
    found: list[OpenQuestion] = []
    for condition in asked:
        if not condition.answer.is_unknown:
            continue
        lacks = condition.answer.lacks
        if len(lacks) != 1:
            return None
        (lack,) = lacks
        compares = condition.operator in _TEXT_OPERATORS and YES in lack.fact.choices
        found.append(
            OpenQuestion(
                fact=lack.fact,
                holds_for=_holds_for(condition, lack),
                operand=condition.operand,
                operator=_positive(condition.operator) if compares else "",
                values=_compared(condition, readings) if compares else (),
            )
        )
    return tuple(found)


def _holds_for(condition: ConditionTrace, lack: Lack) -> frozenset[str]:
    """The values of a fact for which a condition holds: a flag may be asked for its opposite."""
    opposite = condition.operator == "is" and condition.values == ("false",)
    if opposite and lack.fact.answer is None:
        return frozenset(lack.fact.choices) - lack.true_for
    return lack.true_for


def _positive(operator: str) -> str:
    return _EQUALS if operator == _NOT_EQUALS else operator


def _compared(condition: ConditionTrace, readings: Readings) -> tuple[str, ...]:
    """The values as they are compared: in lower case where letter case does not count."""
    free = condition.operand == "subject" or condition.operand.startswith("header ")
    case = readings.text_case if free else readings.string_case
    if case == "sensitive":
        return condition.values
    return tuple(value.lower() for value in condition.values)


@lru_cache(maxsize=_CACHED)
def _clash(stated: frozenset[Statement]) -> tuple[Statement, ...]:
    """The statements of a core; found once for all messages of which the same is said."""
    encoded = _Encoded()
    selectors = {encoded.assume(statement): statement for statement in sorted(stated, key=repr)}
    encoded.close()
    solver = encoded.solver
    if solver.solve(list(selectors), conflicts=CONFLICTS) is not Solved.UNSATISFIABLE:
        return ()
    return tuple(selectors[literal] for literal in _smallest(solver, list(solver.core())))


def _smallest(solver: Cadical, core: list[int]) -> list[int]:
    """The core without members that are not needed."""
    for literal in tuple(core):
        less = [each for each in core if each != literal]
        if solver.solve(less, conflicts=CONFLICTS) is Solved.UNSATISFIABLE:
            core = less
    return core


class _Encoded:
    """Statements as clauses."""

    def __init__(self) -> None:
        self.solver = Cadical()
        self._last = 0
        # One answer of an add-on may be asked as a verdict and as a flag: not the same choices.
        self._choices: dict[tuple[MissingFact, tuple[str, ...]], dict[str, int]] = {}
        self._atoms: dict[tuple[str, str, str], int] = {}
        self._absent: dict[str, int] = {}

    def assume(self, statement: Statement) -> int:
        """A literal under which a statement holds."""
        selector = self._new()
        holds = [self._literals(each) for each in statement.conditions]
        fails = [self._literals(each, negated=True) for each in statement.unless]
        if statement.applied:
            for literals in (*holds, *fails):
                self.solver.add_clause([-selector, *literals])
        else:
            against = [self._literals(each, negated=True) for each in statement.conditions]
            against += [self._literals(each) for each in statement.unless]
            self.solver.add_clause([-selector, *(one for each in against for one in each)])
        return selector

    def close(self) -> None:
        """Say how texts that are compared in several ways depend on each other."""
        by_operand: dict[str, list[tuple[str, str, int]]] = {}
        for (operand, operator, value), literal in self._atoms.items():
            by_operand.setdefault(operand, []).append((operator, value, literal))
        for atoms in by_operand.values():
            for one, other in permutations(atoms, 2):
                if _implies(one[:2], other[:2]):
                    self.solver.add_clause([-one[2], other[2]])

    def _new(self) -> int:
        self._last += 1
        return self._last

    def _literals(self, question: OpenQuestion, *, negated: bool = False) -> list[int]:
        """The values of a fact, one of which it has if the question is true, or false."""
        values = self._values(question)
        return [
            literal
            for value, literal in values.items()
            if (value in question.holds_for) is not negated
        ]

    def _values(self, question: OpenQuestion) -> dict[str, int]:
        """A literal for each value of a fact, exactly one of which holds."""
        key = (question.fact, question.fact.choices)
        known = self._choices.get(key)
        if known is not None:
            return known
        values = {value: self._new() for value in question.fact.choices}
        self._choices[key] = values
        self.solver.add_clause(list(values.values()))
        for one, other in permutations(values.values(), 2):
            if one < other:
                self.solver.add_clause([-one, -other])
        if question.operator:
            self._compare(question, values)
        return values

    def _compare(self, question: OpenQuestion, values: dict[str, int]) -> None:
        """A text meets one of the values if the answer is yes, and else none."""
        atoms = [self._atom(question.operand, question.operator, each) for each in question.values]
        self.solver.add_clause([-values[YES], *atoms])
        if NO_VALUE in values:
            absent = self._absent.get(question.operand)
            if absent is None:
                absent = self._absent[question.operand] = self._new()
            self.solver.add_clause([-values[NO_VALUE], absent])
            self.solver.add_clause([values[NO_VALUE], -absent])
        for without in (NO, NO_VALUE):
            for atom in atoms if without in values else ():
                self.solver.add_clause([-values[without], -atom])

    def _atom(self, operand: str, operator: str, value: str) -> int:
        key = (operand, operator, value)
        if key not in self._atoms:
            self._atoms[key] = self._new()
        return self._atoms[key]


def _implies(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether a text that meets one value surely meets another."""
    (operator, text), (wanted, value) = one, other
    match wanted:
        case _ if wanted == _EQUALS:
            return False
        case _ if wanted == _STARTS:
            return operator in {_EQUALS, _STARTS} and text.startswith(value)
        case _ if wanted == _ENDS:
            return operator in {_EQUALS, _ENDS} and text.endswith(value)
        case _:
            return value in text
