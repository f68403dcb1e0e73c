"""Rules looked up by what they ask for: those that may apply to all mail that others are for.

Each rule is kept under the rarest of its conditions, so that few of thousands need comparing, even
where all of them share a condition. No check lives here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.analysis.covering import COVERED, Covering
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import evaluated_by
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.model.rules import RuleCondition, RuleStringExpression

T = TypeVar("T")

_OUTER: Final = {
    inner: tuple(outer for outer, inside in COVERED.items() if inner in inside) for inner in COVERED
}
"""The operators that may cover the values of an operator."""


@dataclass(slots=True, kw_only=True)
class Wider:
    """Rules by number, each under one of its conditions."""

    folds: bool
    """The result of `case_folds`."""
    _everywhere: list[int] = field(default_factory=list)
    _texts: dict[Hashable, Covering[list[int]]] = field(default_factory=dict)
    _others: dict[Hashable, list[int]] = field(default_factory=dict)

    def add(self, number: int, conditions: Sequence[RuleCondition]) -> None:
        """Add a rule."""
        places = [self._places(condition) for condition in conditions]
        if not places:
            self._everywhere.append(number)
            return
        for rules in min(places, key=lambda found: max(map(len, found))):
            rules.append(number)

    def may_apply(self, conditions: Sequence[RuleCondition]) -> list[int]:
        """The rules whose conditions may all follow from these, in order."""
        found = set(self._everywhere)
        for condition in conditions:
            text = text_of(condition)
            if text is not None:
                # All values must be covered, so looking up the first is enough.
                folded = self._folded(text.values[0])
                for values in outer(self._texts, text):
                    for _, rules in values.values(folded):
                        found.update(rules)
            found.update(self._others.get(about(condition), ()))
        return sorted(found)

    def _places(self, condition: RuleCondition) -> list[list[int]]:
        """Where a rule would be kept by one of its conditions."""
        text = text_of(condition)
        if text is None:
            return [self._others.setdefault(about(condition), [])]
        operator = text.operator.lower()
        values = self._texts.setdefault(compared(text, operator), Covering(operator))
        return [values.setdefault(self._folded(value), []) for value in text.values]

    def _folded(self, value: str) -> str:
        return value.lower() if self.folds else value


def outer(known: dict[Hashable, Covering[T]], text: RuleStringExpression) -> Iterator[Covering[T]]:
    """The known values of the operators that may cover those of a condition."""
    for operator in _OUTER[text.operator.lower()]:
        values = known.get(compared(text, operator))
        if values is not None:
            yield values


def compared(text: RuleStringExpression, operator: str) -> Hashable:
    """What is compared, and how."""
    evaluated = text.evaluate.value
    return type(evaluated), evaluated, operator


def text_of(condition: RuleCondition) -> RuleStringExpression | None:
    """The condition if it asks for a text; one that excludes texts is looked up like others."""
    expression = condition.string_expression
    return expression if expression is not None and expression.operator not in NEGATED else None


def about(condition: RuleCondition) -> Hashable:
    """What a condition that asks for no text is about."""
    return condition.kind, evaluated_by(condition)
