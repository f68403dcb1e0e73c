"""Which other reading would change an outcome: judges again for each choice that could matter.

A choice is tried only where the gateway and the message have something that it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mmctl.judge.actions import actions_in_effect
from mmctl.judge.judging import judge
from mmctl.judge.readings_met import readings_not_met
from mmctl.language.project import Outcome
from mmctl.language.readings import CHOICES
from mmctl.model.enums import RuleStringEmailAttribute
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleStringExpression,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.submission import Gateway, Scenario, Submission
    from mmctl.judge.trace import Trace
    from mmctl.model.policies import TrafficPolicy
    from mmctl.model.rules import RuleCondition

_ADDRESS_HEADERS: Final = frozenset({"FROM", "SENDER", "TO", "CC"})
_ABOUT_LISTS: Final = ("address_list_case", "bare_domain_entry", "star_domain_entry")
_ABOUT_ACTIONS: Final = {
    "Bounce": ("bounce_ends_evaluation",),
    "Drop": ("drop_cancels_earlier",),
    "AddHeader": ("added_headers_visible", "added_header_scope"),
    "ReplaceRecipient": ("replaced_recipients_visible",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """An outcome that another reading would change."""

    recipient: str
    reading: str
    chosen: str
    other: str
    """The choice that would change it."""
    outcome: Outcome
    """Under the chosen one."""
    outcome_if_other: Outcome

    def __str__(self) -> str:
        return (
            f"outcome depends on `{self.reading}`: "
            f"{self.outcome}, but {self.outcome_if_other} if {self.other}"
        )


def readings_that_matter(
    gateway: Gateway,
    submission: Submission,
    trace: Trace,
    scenario: Scenario | None = None,
    *,
    assume_pass: bool = False,
) -> tuple[Dependence, ...]:
    """The outcomes of a judged message that one other choice of one reading would change.

    An outcome that is unknown for lack of facts depends on these first, so it is left out.
    """
    if all(recipient.outcome is Outcome.UNKNOWN for recipient in trace.recipients):
        return ()
    in_question = readings_in_question(gateway) - readings_not_met(
        submission, trace, gateway.readings
    )
    dependences = []
    for reading in CHOICES:
        if reading not in in_question:
            continue
        chosen = getattr(gateway.readings, reading)
        for other in CHOICES[reading]:
            if other == chosen:
                continue
            changed = replace(gateway, readings=gateway.readings.choosing(reading, other))
            again = judge(changed, submission, scenario, assume_pass=assume_pass)
            dependences += [
                Dependence(
                    recipient=before.recipient,
                    reading=reading,
                    chosen=chosen,
                    other=other,
                    outcome=before.outcome,
                    outcome_if_other=after.outcome,
                )
                for before, after in zip(trace.recipients, again.recipients, strict=True)
                if before.outcome not in {after.outcome, Outcome.UNKNOWN}
            ]
    return tuple(dependences)


def readings_in_question(gateway: Gateway) -> frozenset[str]:
    """The readings that something in a gateway is about."""
    return frozenset(_of_rules(gateway)) | frozenset(_of_policy(gateway.policy))


def _of_rules(gateway: Gateway) -> Iterator[str]:
    if len(gateway.rules) > 1:
        yield "first_match"
    for rule in gateway.rules:
        for condition in (*rule.conditions, *rule.unless):
            yield from _of_condition(condition, gateway)
        for action in actions_in_effect(rule):
            yield from _ABOUT_ACTIONS.get(action.kind, ())
            if getattr(action.value, "action_failure_policy", None) == "DROP":
                yield "failure_drop_scope"


def _of_condition(condition: RuleCondition, gateway: Gateway) -> Iterator[str]:
    match condition.value:
        case RuleStringExpression() as expression:
            yield from _of_string(expression)
        case RuleBooleanExpression(evaluate=evaluate) if evaluate.is_in_address_list is not None:
            yield from _ABOUT_LISTS
            if evaluate.is_in_address_list.address_lists[0] not in gateway.lists:
                yield "deleted_address_list"
            if evaluate.is_in_address_list.attribute in _ADDRESS_HEADERS:
                yield from ("repeated_headers", "sender_without_header")
        case RuleIpExpression(operator="NOT_CIDR_MATCHES"):
            yield "ip_family_mismatch"
        case RuleDmarcExpression():
            yield from ("dmarc_policy_means", "dmarc_policy_without_record")
        case _:
            pass


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


def _of_policy(policy: TrafficPolicy | None) -> Iterator[str]:
    if policy is None:
        return
    for statement in policy.policy_statements:
        for condition in statement.conditions:
            match condition.kind:
                case "StringExpression":
                    yield from ("string_case", "add_on_over_ipv6")
                case "IpExpression" | "Ipv6Expression":
                    yield "ip_family_mismatch"
                case "TlsExpression":
                    yield "tls_on_plaintext"
                case _:
                    yield from (*_ABOUT_LISTS, "add_on_over_ipv6", "deleted_address_list")
