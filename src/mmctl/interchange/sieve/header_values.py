"""Texts as values of headers that rules add: ASCII, and not long."""

from __future__ import annotations

from email.header import Header
from typing import Final

HEADER_VALUE_MOST: Final = 128
"""Characters of the value of a header that rules add."""
_LONGEST_WORD: Final = 75
"""Characters of one encoded word (RFC 2047)."""


def header_value(text: str) -> tuple[str, bool]:
    """The value that says a text, as encoded words if it is not ASCII, and whether it says all."""
    kept = "".join(each if each.isprintable() else " " for each in text)
    plain = kept = " ".join(kept.split())
    value = _encoded(kept)
    while len(value) > HEADER_VALUE_MOST:
        kept = kept[: max(1, len(kept) * HEADER_VALUE_MOST // len(value) - 1)].rstrip()
        value = _encoded(kept)
    return value, kept == plain == text


def _encoded(text: str) -> str:
    if text.isascii():
        return text
    return " ".join(Header(text, "utf-8", maxlinelen=_LONGEST_WORD).encode().split())
