"""Which readings something is about: a condition, a traffic policy, an action.

Nothing is asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.model.enums import IngressIpOperator, RuleIpOperator, RuleStringEmailAttribute
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
    from collections.abc import Iterator

    from mmctl.judge.compare import Members
    from mmctl.judge.submission import Gateway
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition

_ADDRESS_HEADERS: Final = frozenset({"FROM", "SENDER", "TO", "CC"})


def readings_of_condition(condition: RuleCondition, gateway: Gateway) -> Iterator[str]:
    """The readings that a condition of a rule is about."""
    expression = condition.value
    match expression:
        case RuleStringExpression():
            yield from _of_string(expression)
        case RuleBooleanExpression():
            listed = expression.evaluate.is_in_address_list
            if listed is not None:
                yield from _of_list(listed.address_lists[0], gateway)
                if listed.attribute in _ADDRESS_HEADERS:
                    yield from ("repeated_headers", "sender_without_header")
        case RuleIpExpression():
            if expression.operator is RuleIpOperator.NOT_CIDR_MATCHES:
                yield "ip_family_mismatch"
        case RuleDmarcExpression():
            yield from ("dmarc_policy_means", "dmarc_policy_without_record")
        case RuleNumberExpression() | RuleVerdictExpression():
            pass
        case _:
            assert_never(expression)


def readings_of_policy(gateway: Gateway) -> Iterator[str]:
    """The readings that the traffic policy of a gateway is about."""
    for statement in gateway.policy.policy_statements if gateway.policy else ():
        for condition in statement.conditions:
            yield from _of_policy_condition(condition, gateway)


def _of_string(expression: RuleStringExpression) -> Iterator[str]:
    attribute = expression.evaluate.attribute
    x_header = expression.evaluate.mime_header_attribute is not None
    negative = expression.operator == "NOT_EQUALS"
    subject = attribute is RuleStringEmailAttribute.SUBJECT
    yield "text_case" if x_header or subject else "string_case"
    if x_header or subject or attribute in _ADDRESS_HEADERS:
        yield from ("repeated_headers", "encoded_words")
    if attribute in _ADDRESS_HEADERS:
        yield "address_fields"
    if attribute is RuleStringEmailAttribute.SENDER:
        yield "sender_without_header"
    if negative:
        mail_from = attribute is RuleStringEmailAttribute.MAIL_FROM
        yield "null_sender" if mail_from else "missing_header"


def _of_list(name: str, gateway: Gateway) -> Iterator[str]:
    yield "address_list_case"
    if name not in gateway.lists:
        yield "deleted_address_list"
    members = gateway.lists.get(name)
    if members is not None:
        yield from _of_members(members)


def _of_members(members: Members) -> Iterator[str]:
    if any("@" not in entry for entry in members.entries):
        yield "bare_domain_entry"
    if any("*." in entry for entry in members.entries):
        yield "star_domain_entry"


def _of_policy_condition(condition: PolicyCondition, gateway: Gateway) -> Iterator[str]:
    expression = condition.value
    match expression:
        case IngressStringExpression():
            yield from ("string_case", "add_on_over_ipv6")
        case IngressIpv4Expression() | IngressIpv6Expression():
            if expression.operator is IngressIpOperator.NOT_CIDR_MATCHES:
                yield "ip_family_mismatch"
        case IngressTlsProtocolExpression():
            yield "tls_on_plaintext"
        case IngressBooleanExpression():
            yield "add_on_over_ipv6"
            listed = expression.evaluate.is_in_address_list
            if listed is not None:
                yield from _of_list(listed.address_lists[0], gateway)
        case _:
            assert_never(expression)
