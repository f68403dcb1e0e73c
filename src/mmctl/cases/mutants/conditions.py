"""Small mistakes in one condition, of a rule or of a policy statement.

A similar operator, a missing value, a suffix or network that is too wide, another
verdict. Each is what a typing mistake would have written.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final, Generic, TypeVar, assert_never

from mmctl.cases.mutants.mutant import Mistake
from mmctl.cases.words import condition_words
from mmctl.judge.compare import network
from mmctl.model.conditions import values_of
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.policies import (
    IngressBooleanExpression,
    IngressIpv4Expression,
    IngressIpv6Expression,
    IngressStringExpression,
    IngressTlsProtocolExpression,
    PolicyCondition,
)
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleCondition,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.model.shape import with_value
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.model.policies import PolicyExpression
    from mmctl.model.rules import RuleExpression
    from mmctl.problem import Path

Wrong = TypeVar("Wrong", bound=RuleCondition | PolicyCondition)
"""A condition with a mistake in it."""

_NEAR_OPERATORS: Final = {
    "EQUALS": "CONTAINS",
    "NOT_EQUALS": "EQUALS",
    "STARTS_WITH": "CONTAINS",
    "ENDS_WITH": "CONTAINS",
    "CONTAINS": "EQUALS",
}
"""For texts. The nearest looks the same for the one message that its author had in mind."""
_OPPOSITES: Final = {
    "EQUALS": "NOT_EQUALS",
    "NOT_EQUALS": "EQUALS",
    "IS_TRUE": "IS_FALSE",
    "IS_FALSE": "IS_TRUE",
    "CIDR_MATCHES": "NOT_CIDR_MATCHES",
    "NOT_CIDR_MATCHES": "CIDR_MATCHES",
}
_OFF_BY_ONE: Final = {
    "LESS_THAN": "LESS_THAN_OR_EQUAL",
    "LESS_THAN_OR_EQUAL": "LESS_THAN",
    "GREATER_THAN": "GREATER_THAN_OR_EQUAL",
    "GREATER_THAN_OR_EQUAL": "GREATER_THAN",
}
_NEAR_VERDICTS: Final = {
    RuleVerdict.PASS: RuleVerdict.GRAY,
    RuleVerdict.FAIL: RuleVerdict.GRAY,
    RuleVerdict.GRAY: RuleVerdict.FAIL,
    RuleVerdict.PROCESSING_FAILED: RuleVerdict.FAIL,
}
_NEAR_POLICIES: Final = {
    RuleDmarcPolicy.NONE: RuleDmarcPolicy.QUARANTINE,
    RuleDmarcPolicy.QUARANTINE: RuleDmarcPolicy.REJECT,
    RuleDmarcPolicy.REJECT: RuleDmarcPolicy.QUARANTINE,
}
_SHORTEST_SUFFIX: Final = 3
"""In characters: a shorter suffix says nothing without its first character."""


@dataclass(frozen=True, slots=True)
class Slip(Generic[Wrong]):
    """One mistake in a condition."""

    change: Mistake
    condition: Wrong
    path: Path
    """The path of the changed member, from the condition."""
    words: str
    """What the member says after the change, on one line."""


def slips_of(condition: Wrong) -> Iterator[Slip[Wrong]]:
    """Every small mistake in a condition after which it is still valid."""
    expression = condition.value
    kind = condition.kind
    name = _other_operator(expression)
    if name is not None:
        other = type(expression.operator)(name)
        changed = with_value(condition, expression.changed(operator=other))
        yield _slip(Mistake.OPERATOR_CHANGED, changed, (kind, "Operator"))
    values = values_of(condition)
    if len(values) > 1:
        for place in range(len(values)):
            left = (*values[:place], *values[place + 1 :])
            path = (kind, "Values", place)
            yield Slip(
                Mistake.VALUE_DROPPED, _valued(condition, left), path, f"no `{values[place]}`"
            )
    yield from _widened(condition)
    yield from _flipped(condition)


def _slip(change: Mistake, condition: Wrong, path: Path) -> Slip[Wrong]:
    return Slip(change, condition, path, condition_words(condition))


def _other_operator(expression: RuleExpression | PolicyExpression) -> str | None:
    operator = expression.operator.value
    match expression:
        case RuleNumberExpression():
            return _OFF_BY_ONE.get(operator, _OPPOSITES.get(operator))
        case RuleStringExpression() | IngressStringExpression():
            return _NEAR_OPERATORS.get(operator)
        case (
            RuleBooleanExpression()
            | IngressBooleanExpression()
            | RuleIpExpression()
            | IngressIpv4Expression()
            | IngressIpv6Expression()
            | RuleVerdictExpression()
            | RuleDmarcExpression()
            | IngressTlsProtocolExpression()
        ):
            return _OPPOSITES.get(operator)
        case _:
            assert_never(expression)


def _widened(condition: Wrong) -> Iterator[Slip[Wrong]]:
    """Suffixes without their first character, networks of twice the size: all values at once."""
    expression = condition.value
    path = (condition.kind, "Values")
    match expression:
        case RuleStringExpression() | IngressStringExpression():
            values = expression.values
            suffixes = expression.operator.value == "ENDS_WITH"
            if suffixes and all(len(value) >= _SHORTEST_SUFFIX for value in values):
                wider = tuple(value[1:] for value in values)
                yield _slip(Mistake.SUFFIX_WIDENED, _valued(condition, wider), path)
        case RuleIpExpression() | IngressIpv4Expression() | IngressIpv6Expression():
            wider = tuple(_twice(value) for value in expression.values)
            if wider != expression.values:
                yield _slip(Mistake.NETWORK_WIDENED, _valued(condition, wider), path)
        case (
            RuleBooleanExpression()
            | IngressBooleanExpression()
            | RuleNumberExpression()
            | RuleVerdictExpression()
            | RuleDmarcExpression()
            | IngressTlsProtocolExpression()
        ):
            pass
        case _:
            assert_never(expression)


def _twice(value: str) -> str:
    """The network of twice the size around a network; one with every address stays the same."""
    around = network(value)
    if around is None or around.prefixlen == 0:
        return value
    return str(ip_network(around).supernet())


def _flipped(condition: Wrong) -> Iterator[Slip[Wrong]]:
    """Another verdict in place of the first, another TLS version."""
    expression = condition.value
    path = (condition.kind, "Values", 0)
    match expression:
        case RuleVerdictExpression(values=verdicts):
            near = _NEAR_VERDICTS[verdicts[0]]
            if near not in verdicts:
                changed = _valued(condition, (near, *verdicts[1:]))
                yield _slip(Mistake.VERDICT_FLIPPED, changed, path)
        case RuleDmarcExpression(values=policies):
            policy = _NEAR_POLICIES[policies[0]]
            if policy not in policies:
                changed = _valued(condition, (policy, *policies[1:]))
                yield _slip(Mistake.POLICY_FLIPPED, changed, path)
        case IngressTlsProtocolExpression(value=version):
            other = next(each for each in type(version) if each is not version)
            changed = with_value(condition, expression.changed(value=other))
            yield _slip(Mistake.TLS_VERSION_CHANGED, changed, (condition.kind, "Value"))
        case (
            RuleStringExpression()
            | IngressStringExpression()
            | RuleBooleanExpression()
            | IngressBooleanExpression()
            | RuleNumberExpression()
            | RuleIpExpression()
            | IngressIpv4Expression()
            | IngressIpv6Expression()
        ):
            pass
        case _:
            assert_never(expression)


def _valued(condition: Wrong, values: tuple[object, ...]) -> Wrong:
    return with_value(condition, condition.value.changed(values=values))
