"""Bounces and delivery reports: a message that tells a sender what became of another (RFC 3464)."""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.message_copy import one_address, one_line
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MTA: Final = "mail-manager.invalid"
"""The name that a report gives the server; the service's own is unknown."""
POSTMASTER: Final = f"MAILER-DAEMON@{MTA}"
_LONGEST_HEADER: Final = 50_000
_SECTION_END: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_ENHANCED: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY: Final = re.compile(r"[2-5]\d\d(?: |$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """One recipient, and why the message did not reach him."""

    recipient: str
    status: str
    """The enhanced status code (RFC 3463)."""
    diagnostic: str
    """The reply of the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a bounce or a report says."""

    number: str
    """Unique among all notices."""
    sender: str
    to: str
    subject: str
    text: str
    remote: str | None
    """The server that refused."""
    unreached: tuple[Unreached, ...]


def written(notice: Notice, about: bytes, at: datetime) -> bytes:
    """The notice as a message about another: text, delivery status, and the header of that one."""
    header = _SECTION_END.split(about[:_LONGEST_HEADER], maxsplit=1)[0]
    boundary = f"=_{notice.number}"
    while boundary.encode() in header:
        boundary += "_"
    raw = not header.isascii()
    said = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    told = f"Content-Type: message/{_global('delivery-status', notice)}\r\n\r\n"
    parts = (f"{said}{_lines(notice.text)}\r\n", f"{told}{_status(notice, at)}")
    top = (
        f"From: Mail Delivery System <{one_address(notice.sender)}>\r\n"
        f"To: {one_address(notice.to)}\r\n"
        f"Subject: {one_line(notice.subject)}\r\n"
        f"Date: {format_datetime(at)}\r\n"
        f"Message-ID: <{notice.number}@{MTA}>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n'
        "\r\n"
    )
    open_, close = f"--{boundary}\r\n", f"--{boundary}--\r\n"
    text = top + open_ + f"\r\n{open_}".join(parts) + f"\r\n{open_}"
    text += "Content-Type: text/rfc822-headers\r\n"
    text += f"Content-Transfer-Encoding: {'8bit' if raw else '7bit'}\r\n\r\n"
    return text.encode("utf-8", "replace") + _with_crlf(header) + f"\r\n\r\n{close}".encode()


def unreached(recipient: str, reply: str) -> Unreached:
    """A recipient whom a server refused, with the status code that its reply has."""
    found = _ENHANCED.search(reply)
    status = found[1] if found and found[1][0] == "5" else "5.0.0"
    return Unreached(recipient=recipient, status=status, diagnostic=reply)


def _global(kind: str, notice: Notice) -> str:
    """The type for addresses beyond ASCII (RFC 6533)."""
    plain = all(each.recipient.isascii() for each in notice.unreached)
    return kind if plain else f"global-{kind}"


def _status(notice: Notice, at: datetime) -> str:
    lines = [f"Reporting-MTA: dns; {MTA}", f"Arrival-Date: {format_datetime(at)}", ""]
    for each in notice.unreached:
        kind = "rfc822" if each.recipient.isascii() else "utf-8"
        lines += [
            f"Final-Recipient: {kind}; {one_address(each.recipient)}",
            "Action: failed",
            f"Status: {each.status}",
        ]
        if notice.remote is not None:
            lines.append(f"Remote-MTA: dns; {one_line(notice.remote)}")
        said = one_line(each.diagnostic)
        kind = "smtp" if _REPLY.match(said) else "X-Mmctl"
        lines += [f"Diagnostic-Code: {kind}; {said}", ""]
    return "\r\n".join(lines)


def _lines(text: str) -> str:
    return "\r\n".join(one_line(line) for line in text.splitlines())


def _with_crlf(section: bytes) -> bytes:
    return re.sub(rb"\r\n|\r|\n", b"\r\n", section)


def list_of(recipients: Sequence[Unreached]) -> str:
    """The recipients and reasons as text, one a line."""
    return "\n".join(
        f"  {one_line(each.recipient)}: {one_line(each.diagnostic)}" for each in recipients
    )
