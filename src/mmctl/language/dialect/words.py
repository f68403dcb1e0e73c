"""Names, vocabularies and the two ways a key can be there, which all sections share."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.grammar import Member, Type

NAME: Final = r"[A-Za-z0-9_.-]+"
RULE_NAME: Final = r"[A-Za-z0-9_.-]{1,32}"
OUTCOMES: Final = ("refused", "delivered", "bounced", "dropped", "stored", "lost", "unknown")
TEXT_OPERATORS: Final = ("equals", "not_equals", "starts_with", "ends_with", "contains")
NUMBER_OPERATORS: Final = (
    "equals",
    "not_equals",
    "less_than",
    "greater_than",
    "less_than_or_equal",
    "greater_than_or_equal",
)
TEXT_ATTRIBUTES: Final = {
    "mail_from": "The envelope sender (MAIL FROM).",
    "helo": "What the client called itself (HELO or EHLO).",
    "recipient": "The envelope recipient (RCPT TO), with its +tag.",
    "sender": "The address in the `Sender:` header.",
    "from": "The address in the `From:` header.",
    "subject": "The `Subject:` header.",
    "to": "The addresses in the `To:` header.",
    "cc": "The addresses in the `Cc:` header.",
}
LIST_ATTRIBUTES: Final = ("recipient", "mail_from", "sender", "from", "to", "cc")
VERDICTS: Final = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")
DMARC_POLICIES: Final = ("NONE", "QUARANTINE", "REJECT")
TLS_VERSIONS: Final = ("TLS1_2", "TLS1_3")


def need(type_: Type) -> Member:
    """A key that must be there."""
    return Member(type=type_, required=True)


def may(type_: Type) -> Member:
    """A key that may be there."""
    return Member(type=type_)
