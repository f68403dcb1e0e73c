"""What a receipt rule does to a message, and a rule here to some of its recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.receipt_rules import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.migration.source import Deviation
    from mmctl.interchange.receipt_rules.actions import ActionsRead
    from mmctl.interchange.receipt_rules.recipients import RecipientConditions
    from mmctl.interchange.receipt_rules.rule_sets import ReceiptRule


def differences_for_some(
    rule: ReceiptRule, recipients: RecipientConditions, read: ActionsRead, later: list[ReceiptRule]
) -> Iterator[Deviation]:
    """What a rule about some recipients does to mail that has others too.

    Both systems act on the message if one of its recipients matches; a stop and a header are for
    the message there and for the recipients here. Without later rules, nobody can tell.
    """
    if recipients.everybody or not later:
        return
    if read.stops:
        yield said.stop_for_some(_mail(rule, recipients, later))
        return
    for action in read.actions:
        if isinstance(action, dict) and "add_header" in action:
            yield said.header_for_some(action["add_header"]["name"])


def _mail(
    rule: ReceiptRule, recipients: RecipientConditions, later: list[ReceiptRule]
) -> str | None:
    """Mail to somebody of the rule, and to somebody whom only a later rule takes."""
    mine = _somebody([text for text, _ in rule.recipients])
    known = {text.lower() for text, _ in rule.recipients}
    for each in later:
        other = _somebody([text for text, _ in each.recipients if text.lower() not in known])
        if mine is not None and other is not None and not _takes(recipients, other):
            return f"to {mine} and {other}, `{each.name}` is not tried there"
    return None


def _somebody(texts: list[str]) -> str | None:
    """An address that one of some recipient conditions means."""
    for text in texts:
        if "@" in text:
            return text
        return f"somebody@below{text}" if text.startswith(".") else f"somebody@{text}"
    return None


def _takes(recipients: RecipientConditions, address: str) -> bool:
    """Whether recipient conditions mean an address."""
    local, _, domain = address.lower().partition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    return (
        address.lower() in recipients.alone
        or plain in recipients.with_labels
        or domain in recipients.domains
        or any(domain.endswith(f".{each}") for each in recipients.below)
    )
