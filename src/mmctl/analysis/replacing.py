"""Recipients that rules put in the place of others, and conditions on them. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.compare import text_matches
from mmctl.model.comparisons import NEGATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.model.rules import RuleCondition


def may_meet(address: str, asked: Iterable[RuleCondition]) -> bool:
    """Whether an address may meet all of some conditions on the recipient."""
    return all(_may_meet_one(address, condition) for condition in asked)


def _may_meet_one(address: str, condition: RuleCondition) -> bool:
    expression = condition.string_expression
    if expression is None:
        return True
    text, operator = address.lower(), expression.operator
    met = any(text_matches(operator, text, value.lower()) for value in expression.values)
    return met is not (operator in NEGATED)
