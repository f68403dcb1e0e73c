"""Recipients and clients worth trying with ordinary mail. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import delivers
from mmctl.analysis.networks import network as read_network
from mmctl.analysis.ordinary_mail import CLIENT, ELSEWHERE
from mmctl.analysis.project_conditions import rule_conditions
from mmctl.analysis.vouching import selects
from mmctl.model.conditions import operand_of
from mmctl.model.enums import AcceptAction, IngressIpOperator
from mmctl.model.facts import RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule
    from mmctl.model.policies import PolicyStatement

MOST: Final = 40
"""At most this many recipients are tried at one ingress point and address."""
_LONGEST: Final = 200
"""The most characters that a value may have as part of an address."""


def addressed(gateway: Gateway) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Addresses of clients, each with recipients that the gateway may admit from there."""
    excepted = _excepted(gateway.rules)
    if gateway.policy is None:
        yield CLIENT, (ELSEWHERE,)
        return
    if gateway.policy.default_action is AcceptAction.ALLOW:
        yield CLIENT, (ELSEWHERE, *excepted)[:MOST]
    for statement in gateway.policy.policy_statements:
        if statement.action is AcceptAction.ALLOW:
            named = tuple(dict.fromkeys(_named(statement)))
            yield _client(statement), (*(named or (ELSEWHERE,)), *excepted)[:MOST]


def _excepted(rules: tuple[LogicalRule, ...]) -> tuple[str, ...]:
    """Recipients that are exceptions of a rule that delivers."""
    return tuple(
        dict.fromkeys(
            address
            for rule in rules
            if delivers(rule)
            for placed in rule_conditions(rule)
            if not selects(placed) and operand_of(placed.condition).fact is RECIPIENTS
            for text in (placed.condition.string_expression,)
            if text is not None
            for address in _like(text.operator.removeprefix("NOT_"), text.values)
        )
    )


def _named(statement: PolicyStatement) -> Iterator[str]:
    for condition in statement.conditions:
        expression = condition.string_expression
        if expression is not None and operand_of(condition).fact is RECIPIENTS:
            yield from _like(expression.operator, expression.values)


def _like(operator: str, values: tuple[str, ...]) -> Iterator[str]:
    """Addresses that meet a condition, if they are easy to make up."""
    for value in (value for value in values if len(value) <= _LONGEST and value.isprintable()):
        match operator:
            case "EQUALS" if "@" in value:
                yield value
            case "ENDS_WITH" | "CONTAINS" if value.startswith("@"):
                yield f"someone{value}"
            case "ENDS_WITH" | "CONTAINS" if "@" in value:
                yield value
            case "ENDS_WITH":
                yield f"someone@below{value if value.startswith('.') else '.' + value}"
            case "STARTS_WITH" if "@" not in value:
                yield f"{value}someone@elsewhere.example"
            case _:
                pass


def _client(statement: PolicyStatement) -> str:
    """An address from which the statement may admit."""
    for condition in statement.conditions:
        expression = condition.ip_expression
        if expression is not None and expression.operator is IngressIpOperator.CIDR_MATCHES:
            network = read_network(expression.values[0]) if expression.values else None
            if network is not None:
                return str(network[min(1, network.num_addresses - 1)])
    return CLIENT
