"""What searches and answers show of an archived message: its header, attachments and bodies."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import compat32
from typing import TYPE_CHECKING, Any, Final

from mmctl.mail.reader import read_email
from mmctl.records import dataclass

if TYPE_CHECKING:
    from email.message import Message

MOST_BODY: Final = 1024 * 1024
"""Characters of a body that are answered."""
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
    head["HasAttachments"] = any(_is_attachment(part) for part in _parts(message))
    return head


def bodies_of(message: bytes) -> Bodies:
    """The first plain text and the first HTML of a message that are no attachments."""
    found: dict[str, str] = {}
    malformed = bool(read_email(message).notes)
    for part in _parts(message):
        malformed = malformed or bool(part.defects)
        kind = part.get_content_type()
        if kind in found or kind not in {"text/plain", "text/html"} or _is_attachment(part):
            continue
        found[kind] = _text_of(part)[:MOST_BODY]
    return Bodies(text=found.get("text/plain"), html=found.get("text/html"), malformed=malformed)


def _parts(message: bytes) -> list[Message]:
    parsed = BytesParser(policy=compat32).parsebytes(message)
    return [part for part in parsed.walk() if not part.is_multipart()]


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
