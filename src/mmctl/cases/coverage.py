"""What the cases show of the rules: each rule, condition, value, action and policy statement.

Recipients of cases are counted; percents are whole and never rounded up. Values only:
`mmctl.cases.counting` fills them.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCoverage:
    """One of several values of a condition: for how many recipients it matched."""

    value: str
    position: Position
    met: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionCoverage:
    """One condition: for how many recipients it was true, and for how many false."""

    unless: bool
    words: str
    """The condition in one line, as files say it."""
    position: Position
    true: int
    false: int
    values: tuple[ValueCoverage, ...]
    """Empty if there is only one: its condition has the same counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCoverage:
    """One action: for how many copies of a message it ran."""

    kind: str
    target: str | None
    position: Position
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """What a rule did, and for how many recipients of cases."""

    rule_set: str
    rule: str
    position: Position
    applied: int
    not_applied: int
    held_back: int
    conditions: tuple[ConditionCoverage, ...] = ()
    """The conditions, then those under `unless`."""
    actions: tuple[ActionCoverage, ...] = ()

    @property
    def name(self) -> str:
        """Rule set and rule."""
        return f"{self.rule_set}/{self.rule}"

    @property
    def has_unless(self) -> bool:
        """Whether it has an exception that can hold it back."""
        return any(condition.unless for condition in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCoverage:
    """For how many recipients of cases a statement of a traffic policy matched."""

    policy: str
    statement: str
    allows: bool
    position: Position
    matched: int
    not_matched: int
    conditions: tuple[ConditionCoverage, ...]

    @property
    def name(self) -> str:
        """Policy and statement."""
        return f"{self.policy}/{self.statement}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How many of one kind of thing the cases show."""

    name: str
    covered: int
    total: int

    @property
    def percent(self) -> int:
        """In percent: 100 only if all are covered, or if there are none."""
        return 100 * self.covered // self.total if self.total else 100


class ToShow(StrEnum):
    """What a message would have to show."""

    APPLIES = "applies"
    """The rule applies, or the statement matches."""
    HELD_BACK = "held back"
    TRUE = "true"
    FALSE = "false"
    """The condition, where its rule is tried."""
    MET = "met"
    """The value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReach:
    """Whether any message shows what no case shows."""

    possible: bool | None
    """False: it is proved that none does; None: that is open."""
    message: str | None = None
    """One that does, in a line."""

    @property
    def words(self) -> str | None:
        """What to say of a gap; None: nothing is known."""
        if self.possible is False:
            return "no message can reach it"
        return None if self.message is None else f"a message would: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that no case shows."""

    within: str
    """The rule set or policy."""
    of: str
    """The rule or statement."""
    what: str
    position: Position
    wanted: ToShow
    in_policy: bool = False
    condition: int = 0
    """The place of the condition that is not shown, those under `unless` behind the others."""
    value: int = 0
    """The place of the value that is not met."""

    @property
    def name(self) -> str:
        """Both together: `inbound/block-lookalike`."""
        return f"{self.within}/{self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The rules and statements of an environment, in order, and what the cases show of each."""

    rules: tuple[RuleCoverage, ...]
    statements: tuple[StatementCoverage, ...] = ()

    @property
    def uncovered(self) -> tuple[RuleCoverage, ...]:
        """The rules that no case applies."""
        return tuple(rule for rule in self.rules if not rule.applied)

    @property
    def percent(self) -> int:
        """The percent of rules that some case applies: 100 only for all, or if there are none."""
        return self.measures[0].percent

    @property
    def conditions(self) -> tuple[ConditionCoverage, ...]:
        """All conditions of rules and statements."""
        return (
            *(condition for rule in self.rules for condition in rule.conditions),
            *(condition for each in self.statements for condition in each.conditions),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        """How many of each kind are covered, the rules first."""
        conditions = self.conditions
        values = [value for condition in conditions for value in condition.values]
        with_unless = [rule for rule in self.rules if rule.has_unless]
        return (
            _measure("rules applied", [rule.applied for rule in self.rules]),
            _measure(
                "rules not applied",
                [rule.not_applied + rule.held_back for rule in self.rules if rule.conditions],
            ),
            _measure("rules held back by unless", [rule.held_back for rule in with_unless]),
            _measure("conditions true", [condition.true for condition in conditions]),
            _measure("conditions false", [condition.false for condition in conditions]),
            _measure("values met", [value.met for value in values]),
            _measure("statements matched", [each.matched for each in self.statements]),
        )

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that no case shows, worst first: rules that never apply hide their parts."""
        return (
            *(
                Gap(
                    within=rule.rule_set,
                    of=rule.rule,
                    what=_never_applied(rule),
                    position=rule.position,
                    wanted=ToShow.APPLIES,
                )
                for rule in self.uncovered
            ),
            *(gap for each in self.statements for gap in _gaps_of_statement(each)),
            *(gap for rule in self.rules if rule.applied for gap in _gaps_of_rule(rule)),
        )


def _measure(name: str, counts: Sequence[int]) -> Measure:
    return Measure(name=name, covered=sum(1 for count in counts if count), total=len(counts))


def _never_applied(rule: RuleCoverage) -> str:
    return "only held back" if rule.held_back else "never applied"


def _gaps_of_statement(statement: StatementCoverage) -> Iterator[Gap]:
    gap = partial(Gap, within=statement.policy, of=statement.statement, in_policy=True)
    if not statement.matched:
        yield gap(what="never matched", position=statement.position, wanted=ToShow.APPLIES)
        return
    yield from _gaps_of_conditions(gap, statement.conditions)


def _gaps_of_rule(rule: RuleCoverage) -> Iterator[Gap]:
    gap = partial(Gap, within=rule.rule_set, of=rule.rule)
    if rule.has_unless and not rule.held_back:
        yield gap(what="never held back", position=rule.position, wanted=ToShow.HELD_BACK)
    yield from _gaps_of_conditions(gap, rule.conditions)


def _gaps_of_conditions(
    gap: Callable[..., Gap], conditions: Iterable[ConditionCoverage]
) -> Iterator[Gap]:
    for place, condition in enumerate(conditions):
        here = partial(gap, position=condition.position, condition=place)
        if not condition.true:
            yield here(what=f"never true: {condition.words}", wanted=ToShow.TRUE)
            continue
        if not condition.false:
            yield here(what=f"never false: {condition.words}", wanted=ToShow.FALSE)
        for at, value in enumerate(condition.values):
            if not value.met:
                yield gap(
                    what=f"never met: `{value.value}`",
                    position=value.position,
                    wanted=ToShow.MET,
                    condition=place,
                    value=at,
                )
