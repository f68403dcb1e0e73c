"""What two conditions must have in common to be the same condition. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def same(condition: RuleCondition | PolicyCondition) -> Hashable:
    """Equal for two conditions exactly when they differ in nothing but the order of values."""
    expression = condition.value
    values = getattr(expression, "values", None)
    return (
        condition.kind,
        getattr(expression, "evaluate", None),
        expression.operator,
        getattr(expression, "value", None) if values is None else frozenset(values),
    )
