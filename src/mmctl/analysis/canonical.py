"""When two conditions, or two rules, are the same but for how they are written. No check here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mmctl.language.project import LogicalRule
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


def same_rule(rule: LogicalRule) -> Hashable:
    """Equal for two rules exactly when they do the same to the same mail."""
    return (
        frozenset(map(same, rule.conditions)),
        frozenset(map(same, rule.unless)),
        rule.actions,
        rule.stop,
        rule.shadow,
    )


def same_effect(rule: LogicalRule, other: LogicalRule) -> bool:
    """Whether two rules do the same to whatever mail they are for."""
    return (rule.actions, rule.stop, rule.shadow) == (other.actions, other.stop, other.shadow)
