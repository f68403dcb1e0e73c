"""Which readings something is about: a condition, a traffic policy, an action.

Nothing is asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.enums import RuleStringEmailAttribute
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleStringExpression,
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
    match condition.value:
        case RuleStringExpression() as expression:
            yield from _of_string(expression)
        case RuleBooleanExpression(evaluate=evaluate) if evaluate.is_in_address_list is not None:
            yield from _of_list(evaluate.is_in_address_list.address_lists[0], gateway)
            if evaluate.is_in_address_list.attribute in _ADDRESS_HEADERS:
                yield from ("repeated_headers", "sender_without_header")
        case RuleIpExpression(operator="NOT_CIDR_MATCHES"):
            yield "ip_family_mismatch"
        case RuleDmarcExpression():
            yield from ("dmarc_policy_means", "dmarc_policy_without_record")
        case _:
            pass


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
    value = condition.value
    match condition.kind:
        case "StringExpression":
            yield from ("string_case", "add_on_over_ipv6")
        case "IpExpression" | "Ipv6Expression":
            if value.operator == "NOT_CIDR_MATCHES":
                yield "ip_family_mismatch"
        case "TlsExpression":
            yield "tls_on_plaintext"
        case _:
            yield "add_on_over_ipv6"
            listed = value.evaluate.is_in_address_list
            if listed is not None:
                yield from _of_list(listed.address_lists[0], gateway)
