"""Whether two conditions exclude each other. Sound, not complete: True only when they do.

No check lives here.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.analysis.networks import IPV4, IPV6, Networks, network
from mmctl.analysis.verdicts import accepted
from mmctl.model.comparisons import NEGATED, VERSION
from mmctl.model.conditions import analysis_of, evaluated_by, listed_by, operand_of
from mmctl.model.enums import IngressTlsProtocolOperator, RuleNumberOperator
from mmctl.model.operands import OPERANDS
from mmctl.model.policies import (
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressStringExpression,
    IngressTlsProtocolExpression,
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
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.analysis.networks import Network
    from mmctl.model.operands import Operand
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

    Condition = RuleCondition | PolicyCondition
    Addresses = RuleIpExpression | IngressIpv4Expression | IngressIpv6Expression
    Strings = RuleStringExpression | IngressStringExpression

ONE_TEXT: Final = frozenset(each for each in OPERANDS if each.single)
"""Operands that have one text for each recipient; a From may hold several addresses."""
_MOST: Final = 10_000
"""At most this many pairs of values are compared."""


def exclude_each_other(
    first: Condition, second: Condition, *, one_text: frozenset[Operand] = ONE_TEXT
) -> bool:
    """Whether no message meets both conditions, given the operands that have only one text."""
    one, other = first.value, second.value
    match one:
        case RuleNumberExpression():
            return (
                isinstance(other, RuleNumberExpression)
                and one.evaluate == other.evaluate
                and _no_number(one, other)
            )
        case RuleVerdictExpression():
            return (
                isinstance(other, RuleVerdictExpression)
                and one.evaluate == other.evaluate
                and not accepted(one) & accepted(other)
            )
        case RuleDmarcExpression():
            return isinstance(other, RuleDmarcExpression) and _apart(one, other, one_text=True)
        case IngressTlsProtocolExpression():
            return (
                isinstance(other, IngressTlsProtocolExpression)
                and one.evaluate == other.evaluate
                and not versions_of(one) & versions_of(other)
            )
        case RuleBooleanExpression() | IngressBooleanExpression():
            return (
                # There is one answer: of several From addresses, one may be in a list.
                isinstance(other, (RuleBooleanExpression, IngressBooleanExpression))
                and one.evaluate == other.evaluate
                and one.operator != other.operator
                and (listed_by(first) is None or operand_of(first).single)
            )
        case RuleIpExpression() | IngressIpv4Expression() | IngressIpv6Expression():
            return isinstance(
                other, (RuleIpExpression, IngressIpv4Expression, IngressIpv6Expression)
            ) and _no_client(one, other)
        case RuleStringExpression() | IngressStringExpression():
            if not isinstance(other, (RuleStringExpression, IngressStringExpression)):
                return False
            if evaluated_by(first) != evaluated_by(second) or one.evaluate != other.evaluate:
                return False
            # An add-on answers with one text.
            single = operand_of(first) in one_text or analysis_of(first) is not None
            return _apart(one, other, one_text=single) or (single and _unlike(one, other))
        case _:
            assert_never(one)


def _negated(expression: Addresses) -> bool:
    return expression.operator in NEGATED


def _apart(
    one: Strings | RuleDmarcExpression,
    other: Strings | RuleDmarcExpression,
    *,
    one_text: bool,
) -> bool:
    """Whether no text is in both lists of exact values; letter case does not count."""
    first, second = frozenset(one.values), frozenset(other.values)
    match one.operator.value, other.operator.value:
        case "EQUALS", "EQUALS":
            lowered = frozenset(value.lower() for value in second)
            return one_text and all(value.lower() not in lowered for value in first)
        case "EQUALS", "NOT_EQUALS":
            return first <= second
        case "NOT_EQUALS", "EQUALS":
            return second <= first
        case _:
            return False


def _unlike(one: Strings, other: Strings) -> bool:
    """Whether no text meets a value of both; one gives the whole text, or both the same end."""
    operators = (one.operator.value, other.operator.value)
    compared = _COMPARED.get(operators)
    if compared is None or len(one.values) * len(other.values) > _MOST:
        return False
    return not any(compared(a.lower(), b.lower()) for a, b in product(one.values, other.values))


_COMPARED: Final[Mapping[tuple[str, str], Callable[[str, str], bool]]] = {
    ("EQUALS", "STARTS_WITH"): lambda whole, part: whole.startswith(part),
    ("EQUALS", "ENDS_WITH"): lambda whole, part: whole.endswith(part),
    ("EQUALS", "CONTAINS"): lambda whole, part: part in whole,
    ("STARTS_WITH", "EQUALS"): lambda part, whole: whole.startswith(part),
    ("ENDS_WITH", "EQUALS"): lambda part, whole: whole.endswith(part),
    ("CONTAINS", "EQUALS"): lambda part, whole: part in whole,
    ("STARTS_WITH", "STARTS_WITH"): lambda a, b: a.startswith(b) or b.startswith(a),
    ("ENDS_WITH", "ENDS_WITH"): lambda a, b: a.endswith(b) or b.endswith(a),
}
"""For two operators: whether some text meets a value of one and a value of the other."""


def versions_of(expression: IngressTlsProtocolExpression) -> frozenset[str]:
    """The TLS versions for which a condition holds."""
    known = VERSION.choices
    match expression.operator:
        case IngressTlsProtocolOperator.IS:
            return frozenset({expression.value.value})
        case IngressTlsProtocolOperator.MINIMUM_TLS_VERSION:
            return frozenset(known[known.index(expression.value) :])
        case _:
            assert_never(expression.operator)


def _no_client(one: Addresses, other: Addresses) -> bool:
    """Whether no client meets both: a client has one address, either IPv4 or IPv6."""
    if _version(one) != _version(other):
        return not (_negated(one) or _negated(other))
    if one.evaluate != other.evaluate:
        return False
    first, second = tuple(_networks(one)), tuple(_networks(other))
    if None in first or None in second:
        return False
    match _negated(one), _negated(other):
        case False, False:
            return not _overlap(first, second)
        case False, True:
            return _within(first, second)
        case True, False:
            return _within(second, first)
        case _:
            return False


def _networks(expression: Addresses) -> Iterator[Network | None]:
    version = _version(expression)
    return (network(value, version) for value in expression.values)


def _version(expression: Addresses) -> int:
    return IPV6 if isinstance(expression, IngressIpv6Expression) else IPV4


def _within(inner: tuple[Network | None, ...], outer: tuple[Network | None, ...]) -> bool:
    around = Networks(outer).around
    return all(each is not None and around(each) is not None for each in inner)


def _overlap(first: tuple[Network | None, ...], second: tuple[Network | None, ...]) -> bool:
    in_first, in_second = Networks(first).around, Networks(second).around
    return any(each is not None and in_second(each) is not None for each in first) or any(
        each is not None and in_first(each) is not None for each in second
    )


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
    """The least and greatest number, one number that is excluded, whether bounds are open."""
    match operator:
        case RuleNumberOperator.EQUALS:
            return value, value, None, False
        case RuleNumberOperator.NOT_EQUALS:
            return None, None, value, False
        case RuleNumberOperator.LESS_THAN | RuleNumberOperator.LESS_THAN_OR_EQUAL:
            return None, value, None, operator is RuleNumberOperator.LESS_THAN
        case RuleNumberOperator.GREATER_THAN | RuleNumberOperator.GREATER_THAN_OR_EQUAL:
            return value, None, None, operator is RuleNumberOperator.GREATER_THAN
        case _:
            assert_never(operator)
