"""Whether one condition follows from another. Sound, not complete: True only when it does.

No check lives here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.analysis.canonical import same
from mmctl.analysis.covering import COVERED, Covering
from mmctl.analysis.exclusion import exclude_each_other
from mmctl.model.conditions import evaluated_by
from mmctl.model.shape import with_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.exclusion import Condition, Strings
    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition

_OPPOSITE: Final = {
    "EQUALS": "NOT_EQUALS",
    "NOT_EQUALS": "EQUALS",
    "LESS_THAN": "GREATER_THAN_OR_EQUAL",
    "LESS_THAN_OR_EQUAL": "GREATER_THAN",
    "GREATER_THAN": "LESS_THAN_OR_EQUAL",
    "GREATER_THAN_OR_EQUAL": "LESS_THAN",
    "CIDR_MATCHES": "NOT_CIDR_MATCHES",
    "NOT_CIDR_MATCHES": "CIDR_MATCHES",
    "IS_TRUE": "IS_FALSE",
    "IS_FALSE": "IS_TRUE",
}

AnyCondition = TypeVar("AnyCondition", bound="Condition")


def case_folds(project: Project) -> bool:
    """Whether letter case is ignored in all texts under the project's readings."""
    readings = project.settings.readings
    return readings.string_case == readings.text_case == "insensitive"


def follows(wide: Condition, narrow: Condition, *, folds: bool) -> bool:
    """Whether `wide` is true wherever `narrow` is; `folds` is the result of `case_folds`."""
    if wide.kind != narrow.kind:
        return False
    if evaluated_by(wide) != evaluated_by(narrow):
        return False
    if same(wide) == same(narrow):
        return True
    if wide.string_expression is not None and narrow.string_expression is not None:
        found = text_follows(wide.string_expression, narrow.string_expression, folds=folds)
        if found is not None:
            return found
    contrary = opposite(wide)
    return contrary is not None and exclude_each_other(contrary, narrow)


def applies_wherever(
    rule: LogicalRule,
    conditions: Sequence[RuleCondition],
    unless: Sequence[RuleCondition],
    *,
    folds: bool,
) -> bool:
    """Whether a rule applies to all mail that meets the conditions and none of the exceptions."""
    return all(
        any(follows(wide, narrow, folds=folds) for narrow in conditions) for wide in rule.conditions
    ) and all(
        any(follows(wide, narrow, folds=folds) for wide in unless)
        or any(exclude_each_other(narrow, condition) for condition in conditions)
        for narrow in rule.unless
    )


def text_follows(wide: Strings, narrow: Strings, *, folds: bool) -> bool | None:
    """Whether `wide` is true wherever `narrow` is, by their texts; None: operators do not tell."""
    operator, inner = str(wide.operator).lower(), str(narrow.operator).lower()
    if operator not in COVERED:
        return None
    if inner not in COVERED[operator]:
        return False
    return _all_covered(operator, tuple(wide.values), tuple(narrow.values), folds)


@lru_cache(maxsize=1 << 16)
def _all_covered(
    operator: str, wide: tuple[str, ...], narrow: tuple[str, ...], folds: bool
) -> bool:
    """Whether each of some values is covered; remembered: the same lists are asked about often."""
    fold = str.lower if folds else str
    values = _values(operator, wide, folds)
    return all(values.covers(fold(value)) for value in narrow)


@lru_cache(maxsize=4096)
def _values(operator: str, values: tuple[str, ...], folds: bool) -> Covering[None]:
    return Covering.of(operator, map(str.lower if folds else str, values), None)


def opposite(condition: AnyCondition) -> AnyCondition | None:
    """The condition that is true exactly where this one is not; None if none can say that.

    That is for whoever has what is asked about: readings decide about mail that has not.
    """
    expression = condition.value
    operator = _OPPOSITE.get(expression.operator.value)
    if operator is None:
        return None
    contrary = expression.changed(operator=type(expression.operator)(operator))
    return with_value(condition, contrary)
