"""What searches and answers show of an archived message: its header, attachments and bodies."""

from __future__ import annotations

from typing import Any, Final

from mmctl.mail.part_content import text_of
from mmctl.mail.parts import MimePart, parts_of
from mmctl.mail.reader import read_email
from mmctl.records import dataclass

MOST_BODY: Final = 1024 * 1024
"""Bytes of a body that are answered."""
_JOINED: Final = {"to": "To", "from": "From", "cc": "Cc"}
_FIRST: Final = {
    "date": "Date",
    "subject": "Subject",
    "message-id": "MessageId",
    "in-reply-to": "InReplyTo",
    "x-mailer": "XMailer",
    "x-original-mailer": "XOriginalMailer",
    "x-priority": "XPriority",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """The texts of a message, without its attachments."""

    text: str | None = None
    html: str | None = None
    malformed: bool = False


def head_of(message: bytes) -> dict[str, Any]:
    """The members of a search's row that stand in the message itself."""
    email = read_email(message)
    head: dict[str, Any] = {}
    for name, member in _JOINED.items():
        values = email.header_values(name, decoded=True)
        if values:
            head[member] = ", ".join(values)
    for name, member in _FIRST.items():
        values = email.header_values(name, decoded=True)
        if values:
            head[member] = values[0]
    received = email.header_values("received", decoded=False)
    if received:
        head["ReceivedHeaders"] = list(received)
    head["HasAttachments"] = any(map(is_attachment, parts_of(message).parts))
    return head


def is_attachment(part: MimePart) -> bool:
    """Whether a part is an attachment: it says so, has a name, or is a message."""
    return part.disposition == "attachment" or bool(part.name) or part.type == "message/rfc822"


def bodies_of(message: bytes) -> Bodies:
    """The first plain text and the first HTML of a message."""
    parts = parts_of(message)
    texts = (
        None if part is None else text_of(message, part, at_most=MOST_BODY)
        for part in (parts.text, parts.html)
    )
    malformed = bool(parts.notes or read_email(message).notes)
    text, html = texts
    return Bodies(text=text, html=html, malformed=malformed)
