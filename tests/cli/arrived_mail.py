"""A Maildir with a message as the internal mail server leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "box"
TOP: Final = """Return-Path: <{sender}>
X-Original-To: {recipient}
Delivered-To: {recipient}
Received: from mail.example.net (mail.example.net [192.0.2.1])
\tby mail.example.com (Postfix) with ESMTPSA id 1
\tfor <{recipient}>; Sun, 29 Nov 2026 04:24:12 +0000 (UTC)
"""


def maildir(
    folder: Path,
    message: str,
    *,
    sender: str = "a@example.org",
    recipient: str = "someone@example.com",
    file: str = "1795926252.V1I2M3.mail",
) -> str:
    """Put a message into the Maildir of a folder, and return the Maildir's name."""
    box = folder / NAME
    for each in ("new", "cur", "tmp"):
        (box / each).mkdir(parents=True, exist_ok=True)
    top = TOP.format(sender=sender, recipient=recipient)
    (box / "new" / file).write_text(top + message, encoding="utf-8")
    return NAME
