"""Whether two conditions or rules differ only in how they are written. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.conditions import evaluated_by, values_of
from mmctl.model.policies import IngressTlsProtocolExpression
from mmctl.model.rules import RuleNumberExpression

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mmctl.language.project import LogicalRule
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition


def same(condition: RuleCondition | PolicyCondition) -> Hashable:
    """Return a key, equal for two conditions exactly when only the order of values differs."""
    expression = condition.value
    alone = None
    if isinstance(expression, (RuleNumberExpression, IngressTlsProtocolExpression)):
        alone = expression.value
    return (
        condition.kind,
        evaluated_by(condition),
        expression.operator,
        alone,
        frozenset(values_of(condition)),
    )


def same_rule(rule: LogicalRule) -> Hashable:
    """Return a key, equal for two rules exactly when they do the same to the same mail."""
    return (
        frozenset(map(same, rule.conditions)),
        frozenset(map(same, rule.unless)),
        rule.actions,
        rule.stop,
        rule.shadow,
    )


def same_effect(rule: LogicalRule, other: LogicalRule) -> bool:
    """Whether two rules do the same to the mail that they apply to."""
    return (rule.actions, rule.stop, rule.shadow) == (other.actions, other.stop, other.shadow)
