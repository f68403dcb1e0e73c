"""What SES tells functions and topics of a message: the objects `mail` and `receipt`.

The form is that of SES email receiving ("Contents of notifications for Amazon SES email receiving",
Amazon SES Developer Guide), which Mail Manager's pages refer to.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.mail.email import NoPolicy
from mmctl.mail.reader import read_received
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.emulator.delivering.deed import Deed
    from mmctl.mail.email import Email, Facts

CONTENT_HEADERS: Final = 20_000
"""Bytes of headers beside the content of a message."""
HEADERS_ALONE: Final = 100_000
"""Bytes of headers without the content."""
_LONGEST_READ: Final = 4_000
_SECTION_END: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_UNFOLDED: Final = re.compile(rb"\r?\n(?=[ \t])")
_NAME: Final = re.compile(rb"[!-9;-~]+")
_LISTS: Final = (("from", "from"), ("to", "to"), ("cc", "cc"), ("bcc", "bcc"))
_SINGLE: Final = (("date", "date"), ("messageId", "message-id"), ("subject", "subject"))


def function_event(deed: Deed, arn: str, invocation: str) -> bytes:
    """The event that a function gets."""
    action = {"type": "Lambda", "functionArn": arn, "invocationType": invocation}
    ses = {
        "mail": _mail(deed, HEADERS_ALONE),
        "receipt": _receipt(deed, action),
    }
    record = {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": ses}
    return json.dumps({"Records": [record]}).encode()


def notification(deed: Deed, arn: str, encoding: str, content: str | None) -> str:
    """What a topic gets; `content` None: the headers alone."""
    action = {"type": "SNS", "topicArn": arn, "encoding": encoding}
    told: dict[str, Any] = {
        "notificationType": "Received",
        "mail": _mail(deed, HEADERS_ALONE if content is None else CONTENT_HEADERS),
        "receipt": _receipt(deed, action),
    }
    if content is not None:
        told["content"] = content
    return json.dumps(told)


def _mail(deed: Deed, most: int) -> dict[str, Any]:
    content = deed.copy()
    headers, truncated = _headers(content, most)
    return {
        "timestamp": deed.accepted.at,
        "source": deed.mail_from,
        "messageId": deed.accepted.id,
        "destination": list(deed.accepted.envelope.recipients),
        "headersTruncated": truncated,
        "headers": headers,
        "commonHeaders": _common(read_received(content), deed.mail_from),
    }


def _headers(content: bytes, most: int) -> tuple[list[dict[str, str]], bool]:
    """The headers as the message spells them, from top to bottom, up to so many bytes."""
    told: list[dict[str, str]] = []
    section = _SECTION_END.split(content[: most + _LONGEST_READ], maxsplit=1)[0]
    left = most
    for line in _UNFOLDED.sub(b"", section).splitlines():
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            continue
        left -= len(line)
        if left < 0:
            return told, True
        told.append({"name": name.decode(), "value": _text(value.strip())})
    return told, len(section) > most


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _common(email: Email, mail_from: str) -> dict[str, Any]:
    common: dict[str, Any] = {"returnPath": mail_from}
    for member, name in _LISTS:
        values = email.header_values(name, decoded=True)
        if values:
            common[member] = [each.strip() for value in values for each in _mailboxes(value)]
    for member, name in _SINGLE:
        values = email.header_values(name, decoded=True)
        if values:
            common[member] = values[0]
    return common


def _mailboxes(value: str) -> list[str]:
    """A header of addresses at its commas, outside of quotes and comments."""
    found, start, quoted, depth = [], 0, False, 0
    for place, each in enumerate(value):
        if each == '"':
            quoted = not quoted
        elif not quoted and each in "(<":
            depth += 1
        elif not quoted and each in ")>":
            depth = max(0, depth - 1)
        elif each == "," and not quoted and not depth:
            found.append(value[start:place])
            start = place + 1
    return [*found, value[start:]]


def _receipt(deed: Deed, action: Mapping[str, str]) -> dict[str, Any]:
    facts = deed.accepted.verdicts
    receipt: dict[str, Any] = {
        "timestamp": deed.accepted.at,
        "processingTimeMillis": 0,
        "recipients": list(deed.performed.recipients),
        "spfVerdict": _verdict(facts.spf),
        "dkimVerdict": _verdict(facts.dkim),
        "dmarcVerdict": _verdict(facts.dmarc),
        "spamVerdict": {"status": "DISABLED"},
        "virusVerdict": {"status": "DISABLED"},
        "action": dict(action),
    }
    policy = _failed_policy(facts)
    if policy is not None:
        receipt["dmarcPolicy"] = policy
    return receipt


def _verdict(verdict: RuleVerdict | None) -> dict[str, str]:
    """A verdict; where nobody knows one, it counts as good, as for the rules."""
    return {"status": (verdict or RuleVerdict.PASS).value}


def _failed_policy(facts: Facts) -> str | None:
    """The published policy, which is there only where DMARC failed."""
    policy = facts.dmarc_policy
    failed = facts.dmarc is RuleVerdict.FAIL
    if not failed or policy is None or isinstance(policy, NoPolicy):
        return None
    return policy.value.lower()
