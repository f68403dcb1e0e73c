"""Whether two conditions can both be true. Sound, not complete: True only when they cannot.

No check lives here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mmctl.checks.networks import ipv4
from mmctl.model.enums import RuleVerdict
from mmctl.model.policies import PolicyCondition
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleCondition,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)

if TYPE_CHECKING:
    from mmctl.model.enums import RuleNumberOperator

Condition = RuleCondition | PolicyCondition


def exclude_each_other(first: Condition, second: Condition) -> bool:
    """Whether no message meets both conditions."""
    one, other = first.value, second.value
    if getattr(one, "evaluate", None) != getattr(other, "evaluate", None):
        return False
    match one, other:
        case RuleNumberExpression(), RuleNumberExpression():
            return _no_number(one, other)
        case RuleVerdictExpression(), RuleVerdictExpression():
            return not _verdicts(one) & _verdicts(other)
        case RuleDmarcExpression(), RuleDmarcExpression():
            return _apart(one, other)
        case RuleBooleanExpression(), RuleBooleanExpression():
            return one.operator != other.operator and _one_answer(one)
        case RuleIpExpression(), RuleIpExpression():
            return _no_client(one, other)
        case RuleStringExpression(), RuleStringExpression():
            return _one_address(one) and _apart(one, other)
        case _:
            return False


def _apart(
    one: RuleStringExpression | RuleDmarcExpression,
    other: RuleStringExpression | RuleDmarcExpression,
) -> bool:
    """Whether two lists of exact values leave nothing; upper and lower case count as equal."""
    first = frozenset(value.lower() for value in one.values)
    second = frozenset(value.lower() for value in other.values)
    match str(one.operator), str(other.operator):
        case "EQUALS", "EQUALS":
            return first.isdisjoint(second)
        case "EQUALS", "NOT_EQUALS":
            return frozenset(one.values) <= frozenset(other.values)
        case "NOT_EQUALS", "EQUALS":
            return frozenset(other.values) <= frozenset(one.values)
        case _:
            return False


def _one_address(expression: RuleStringExpression) -> bool:
    """Whether a message has one such text for each recipient (a From may have several)."""
    attribute = expression.evaluate.attribute
    return attribute is not None and attribute in {"RECIPIENT", "MAIL_FROM", "HELO"}


def _one_answer(expression: RuleBooleanExpression) -> bool:
    """Whether there is one answer for each recipient (of several From addresses, one may be in)."""
    listed = expression.evaluate.is_in_address_list
    return listed is None or listed.attribute in {"RECIPIENT", "MAIL_FROM"}


def _verdicts(expression: RuleVerdictExpression) -> frozenset[RuleVerdict]:
    values = frozenset(expression.values)
    return values if expression.operator == "EQUALS" else frozenset(RuleVerdict) - values


def _no_client(one: RuleIpExpression, other: RuleIpExpression) -> bool:
    if "NOT_CIDR_MATCHES" in {one.operator, other.operator}:
        return False
    first = [ipv4(value) for value in one.values]
    second = [ipv4(value) for value in other.values]
    return not any(a is None or b is None or a.overlaps(b) for a in first for b in second)


def _no_number(one: RuleNumberExpression, other: RuleNumberExpression) -> bool:
    low, high, holes = 0.0, math.inf, set[float]()
    low_open = high_open = False
    for operator, value in ((one.operator, one.value), (other.operator, other.value)):
        lower, upper, hole, is_open = _bounds(operator, value)
        if hole is not None:
            holes.add(hole)
        if lower is not None and (lower, is_open) > (low, low_open):
            low, low_open = lower, is_open
        if upper is not None and (upper, not is_open) < (high, not high_open):
            high, high_open = upper, is_open
    if low == high:
        return low_open or high_open or low in holes
    return low > high


def _bounds(
    operator: RuleNumberOperator, value: float
) -> tuple[float | None, float | None, float | None, bool]:
    """The least and greatest number, one number that is left out, and whether bounds are open."""
    match str(operator):
        case "EQUALS":
            return value, value, None, False
        case "NOT_EQUALS":
            return None, None, value, False
        case "LESS_THAN" | "LESS_THAN_OR_EQUAL":
            return None, value, None, operator == "LESS_THAN"
        case _:
            return value, None, None, operator == "GREATER_THAN"
