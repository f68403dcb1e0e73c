"""A new message that carries an archived one as an attachment, byte for byte."""

from __future__ import annotations

import hashlib
from email.header import Header
from typing import Final

_LONGEST_SUBJECT: Final = 200
_TEXT: Final = (
    "This message was held by the mail gateway and has been released.\r\n"
    "It is attached as it arrived.\r\n"
)


def wrapped(original: bytes, sender: str, subject: str) -> bytes:
    """The new message, without recipients in its header: the envelope has them."""
    boundary = f"mmctl-{hashlib.sha256(original).hexdigest()[:40]}"
    told = Header(f"Released: {_one_line(subject)}", "utf-8" if not subject.isascii() else None)
    head = (
        f"From: {sender}\r\n"
        f"Subject: {told.encode(linesep=chr(13) + chr(10))}\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n'
        "\r\n"
        f"--{boundary}\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "\r\n"
        f"{_TEXT}\r\n"
        f"--{boundary}\r\n"
        "Content-Type: message/rfc822\r\n"
        'Content-Disposition: attachment; filename="released.eml"\r\n'
        f"Content-Transfer-Encoding: {'7bit' if original.isascii() else '8bit'}\r\n"
        "\r\n"
    )
    return head.encode() + original + f"\r\n--{boundary}--\r\n".encode()


def _one_line(subject: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in subject)
    return " ".join(printable.split())[:_LONGEST_SUBJECT]
