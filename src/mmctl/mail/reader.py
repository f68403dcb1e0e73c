"""Message bytes → `Email`, whatever the bytes are, in linear time.

One pass over the header section (RFC 5322 §2.2), none over the body but to count its lines.
Nothing is decoded or parsed before somebody asks the `Email` for it.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from functools import lru_cache
from typing import Final

from mmctl.mail.email import LONGEST_SHOWN_NAME, Email

_FIELD_NAME: Final = re.compile(r"[!-9;-~]++")
_LONGEST_CACHED_NAME: Final = 100
_MBOX_FROM: Final = re.compile(rb"From (?![ \t]*:)[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_BARE_CR: Final = re.compile(rb"\r(?!\n)")
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
# Bytes that are not UTF-8, as `surrogateescape` hands them over → the same byte as Latin-1.
_LATIN_1: Final = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}


def read_email(message: bytes, *, unread: int = 0) -> Email:
    """Read a message; what is wrong with it becomes a note, never an exception.

    `unread` bytes may be left out at its end, where `holds_header` says that all of the header is
    there. Lines end with CRLF, LF or a bare CR. A byte order mark, blank lines and an mbox `From `
    line before the header are skipped, and so are lines that are no header. Bytes beyond ASCII are
    UTF-8, else Latin-1 (which 8-bit headers mean is nowhere said: RFC 6532 knows only UTF-8).
    """
    defects: list[str] = []
    if message.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        defects.append("the message is UTF-16, read as such")
        message = message.decode("utf-16", "replace").encode()
    carried, start = _starts(message, defects)
    headers = _headers(_header_text(message, start, defects), defects)
    size = smtp_size(message)
    if carried:
        size -= smtp_size(message[:carried])
    return Email(headers=headers, size=size + unread, unread=unread, defects=tuple(defects))


def holds_header(start: bytes) -> bool:
    """Whether the first bytes of a message hold its whole header section.

    A blank line made with bare CRs is not looked for, nor one in UTF-16: such a message has to be
    read to its end.
    """
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return False
    _, begins = _starts(start, [])
    return _section_end(start, begins) < len(start)


def smtp_size(message: bytes) -> int:
    """Bytes of a message once every line end is CRLF (RFC 5321 §2.3.8)."""
    carriage_returns = message.count(b"\r")
    if not carriage_returns:
        return len(message) + message.count(b"\n")
    return len(message) + message.count(b"\n") + carriage_returns - 2 * message.count(b"\r\n")


def as_carried(message: bytes) -> bytes:
    """The message as SMTP carries it: CRLF line ends, nothing before the header section."""
    if message.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        message = message.decode("utf-16", "replace").encode()
    _, start = _starts(message, [])
    return _LINE_END.sub(b"\r\n", message[start:])


def _starts(message: bytes, defects: list[str]) -> tuple[int, int]:
    """Where the message as SMTP carries it starts, and where its header section starts."""
    start = 0
    if message.startswith(BOM_UTF8):
        defects.append("a byte order mark before the header was skipped")
        start = len(BOM_UTF8)
    if message[start : start + 1] in {b"\r", b"\n"}:
        defects.append("blank lines before the header were skipped")
        start = len(message) - len(message[start:].lstrip(b"\r\n"))
    if found := _MBOX_FROM.match(message, start):
        return found.end(), found.end()
    return 0, start


def _header_text(message: bytes, start: int, defects: list[str]) -> str:
    """The header section: one LF after each line, folded lines joined (RFC 5322 §2.2.3)."""
    section = message[start : _section_end(message, start)]
    if _BARE_CR.search(section):
        defects.append("a bare CR in the header is taken as a line end")
        section = section.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        section = section[: _section_end(section, 0)]
    section = section.replace(b"\r", b"")
    section = section.removesuffix(b"\n")
    if b"\0" in section:
        defects.append("the header holds NUL bytes")
    try:
        text = section.decode()
    except UnicodeDecodeError:
        defects.append("bytes of the header that are not UTF-8 are read as Latin-1")
        text = section.decode("utf-8", "surrogateescape").translate(_LATIN_1)
    return text.replace("\n ", " ").replace("\n\t", "\t")


def _section_end(message: bytes, start: int) -> int:
    """Where the header section ends: after the line before the first blank one.

    Blank lines made with a bare CR are not seen here. The body is searched only for the kind of
    blank line that goes with the first line end.
    """
    if message[start : start + 1] in {b"\r", b"\n"}:
        return start
    first = message.find(b"\n", start)
    crlf = first > start and message[first - 1] == ord("\r")
    likely, other = (b"\n\r\n", b"\n\n") if crlf else (b"\n\n", b"\n\r\n")
    end = message.find(likely, start)
    end = len(message) if end < 0 else end + 1
    before = message.find(other, start, end)
    return end if before < 0 else before + 1


def _headers(text: str, defects: list[str]) -> dict[str, list[str]]:
    """Sort the unfolded lines of a header section by name."""
    headers: dict[str, list[str]] = {}
    last = first_skipped_after = ""
    skipped = 0
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        key = _key(name) if len(name) <= _LONGEST_CACHED_NAME else _uncached_key(name)
        if not colon or key is None:
            first_skipped_after = first_skipped_after if skipped else last
            skipped += 1
            continue
        last = key
        values = headers.get(key)
        if values is None:
            headers[key] = [value.strip(" \t")]
        else:
            values.append(value.strip(" \t"))
    if text and skipped:
        defects.append(_skipped(skipped, first_skipped_after))
    if not headers:
        defects.append("the message has no headers")
    return headers


def _uncached_key(name: str) -> str | None:
    """The lower-case name of a header; None where it is none (RFC 5322 §3.6.8).

    White space before the colon is allowed in old mail (§4.5).
    """
    name = name.rstrip(" \t")
    return name.lower() if _FIELD_NAME.fullmatch(name) else None


_key: Final = lru_cache(maxsize=4096)(_uncached_key)


def _skipped(count: int, after: str) -> str:
    """Say how many lines were no headers, and after which header the first one was."""
    place = f"after header `{after[:LONGEST_SHOWN_NAME]}`" if after else "at the top"
    if count == 1:
        return f"a line that is no header was skipped {place}"
    return f"{count} lines that are no headers were skipped, the first {place}"
