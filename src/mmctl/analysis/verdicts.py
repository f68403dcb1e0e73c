"""What conditions on verdicts require: mail that failed, an add-on's `no`. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.model.enums import (
    RuleBooleanOperator,
    RuleDmarcOperator,
    RuleDmarcPolicy,
    RuleVerdict,
    RuleVerdictOperator,
)
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)

if TYPE_CHECKING:
    from mmctl.model.rules import Analysis, RuleCondition


def asks_for_failed(condition: RuleCondition) -> bool:
    """Whether a condition holds only for mail that some verdict speaks against."""
    expression = condition.value
    match expression:
        case RuleVerdictExpression():
            return bool(accepted(expression)) and RuleVerdict.PASS not in accepted(expression)
        case RuleDmarcExpression():
            equals = expression.operator is RuleDmarcOperator.EQUALS
            return equals and RuleDmarcPolicy.NONE not in expression.values
        case RuleBooleanExpression():
            return not_passed(condition) is not None
        case RuleStringExpression() | RuleNumberExpression() | RuleIpExpression():
            return False
        case _:
            assert_never(expression)


def asks_for_passed(condition: RuleCondition) -> bool:
    """Whether a condition holds for mail that a verdict speaks for: as an exception, it screens."""
    verdict = condition.verdict_expression
    if verdict is not None:
        return RuleVerdict.PASS in accepted(verdict)
    return passed(condition) is not None


def accepted(expression: RuleVerdictExpression) -> frozenset[RuleVerdict]:
    """The verdicts for which a condition holds."""
    values = frozenset(expression.values)
    return (
        values
        if expression.operator is RuleVerdictOperator.EQUALS
        else frozenset(RuleVerdict) - values
    )


def not_passed(condition: RuleCondition) -> Analysis | None:
    """The add-on of a condition `field: isPassed, is: false`."""
    return _is_passed(condition, RuleBooleanOperator.IS_FALSE)


def passed(condition: RuleCondition) -> Analysis | None:
    """The add-on of a condition `field: isPassed, is: true`."""
    return _is_passed(condition, RuleBooleanOperator.IS_TRUE)


def _is_passed(condition: RuleCondition, operator: RuleBooleanOperator) -> Analysis | None:
    expression = condition.value
    if not isinstance(expression, RuleBooleanExpression) or expression.operator is not operator:
        return None
    analysis = expression.evaluate.analysis
    if analysis is None:
        return None
    # The service accepts several spellings: isPassed, addon.isPassed, Is passed.
    field = analysis.result_field.removeprefix("addon.").replace(" ", "").lower()
    return analysis if field == "ispassed" else None
