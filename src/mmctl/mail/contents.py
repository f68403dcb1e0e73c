"""What a file is, by its content: an archive, an mbox, one message, or no message at all.

Pure: looks at bytes that others have read. The name decides only what the bytes leave open.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from mmctl.mail.left_out import LeftOut, Why

FIRST: Final = 512
"""How many bytes tell what a file is."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED: Final = (b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh")
_PACKED_SUFFIXES: Final = frozenset({".gz", ".xz", ".bz2"})
_TAR_MAGIC: Final = slice(257, 262)
_TAR_SUFFIXES: Final = (".tar", ".tgz", ".txz", ".tar.gz", ".tar.xz", ".tar.bz2")
_ARCHIVE_SUFFIXES: Final = (*_TAR_SUFFIXES, ".zip")
_LONGEST_SUFFIX: Final = max(map(len, _ARCHIVE_SUFFIXES))
_MESSAGE_SUFFIXES: Final = frozenset({".eml", ".msg"})
"""A file with such a name is one message, even after a line `From `."""
_SURE_SUFFIX: Final = ".eml"
"""A file with such a name is a message even without a header."""
_NOT_READ: Final = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"!BDN": "an Outlook data file (PST)",
    b"\xd0\xcf\x11\xe0": "an Outlook message (MSG) or an Office document",
    b"(\xb5/\xfd": "packed by Zstandard",
}
_NO_MESSAGES: Final = {
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"RIFF": "a picture or a recording (RIFF)",
    b"II*\0": "a picture (TIFF)",
    b"MM\0*": "a picture (TIFF)",
    b"\0\0\x01\0": "an icon",
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript document",
    b"{\\rtf": "an RTF document",
    b"\x7fELF": "a program",
    b"MZ\x90\0": "a program",
    b"SQLite": "a database",
}
_NO_MESSAGE: Final = tuple(_NO_MESSAGES)
_NOTHING: Final = re.compile(rb"[\0\t\r\n ]*+")
"""Bytes that do not count as content: a tar without files is all NUL bytes."""
_HEADER_AT_MOST: Final = 256 * 1024
"""Bytes in which the header of a message is looked for."""
_FIELD: Final = re.compile(
    rb"^(?:from|to|cc|bcc|reply-to|sender|subject|date|message-id|in-reply-to|references|comments"
    rb"|received|received-spf|return-path|return-receipt-to|delivered-to|envelope-to|mime-version"
    rb"|apparently-to|disposition-notification-to|errors-to|precedence|importance|priority"
    rb"|auto-submitted|authentication-results|dkim-signature|domainkey-signature|thread-topic"
    rb"|content-[a-z0-9-]+|list-[a-z0-9-]+|resent-[a-z0-9-]+|arc-[a-z0-9-]+|x-[\w-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FROM_LINE: Final = re.compile(rb">?From \S")
_BLANK_LINE: Final = re.compile(rb"\n[ \t]*\r?\n|\r\r")


class Content(StrEnum):
    """What a file is."""

    ZIP = "zip"
    TAR = "tar"
    PACKED = "packed"
    """By gzip, xz or bzip2; its content is still to be determined."""
    MBOX = "mbox"
    NOT_READ = "not read"
    """It may contain messages, in a form that is not supported."""
    OTHER = "other"
    """One message, or none."""


def content_of(name: str, start: bytes) -> Content:
    """What a file with these first bytes is."""
    if start.startswith(_PACKED):
        return Content.PACKED
    if start.startswith(_ZIP):
        return Content.ZIP
    if start[_TAR_MAGIC] == b"ustar" or name.lower().endswith(_TAR_SUFFIXES):
        return Content.TAR  # old ones have no magic
    if _has_suffix(name, ".zip"):
        return Content.ZIP
    if start[:4] in _NOT_READ:
        return Content.NOT_READ
    if start.startswith(b"From ") and _suffix(name) not in _MESSAGE_SUFFIXES:
        return Content.MBOX
    return Content.OTHER


def is_surely_one_message(name: str, start: bytes) -> bool:
    """Whether a file is one message and nothing else: seen at once for nearly all that are."""
    return (
        _FIELD.match(start) is not None
        and not start.startswith(b"From ")
        and start[_TAR_MAGIC] != b"ustar"
        and not name[-_LONGEST_SUFFIX:].lower().endswith(_ARCHIVE_SUFFIXES)
    )


def not_read(name: str, start: bytes) -> LeftOut:
    """The message for a file that may contain messages in an unsupported form."""
    return LeftOut(
        name,
        Why.UNREADABLE,
        f"is {_NOT_READ[start[:4]]}, which is not supported",
        "unpack it, or export its messages as .eml, mbox, tar or zip",
    )


def no_message(name: str, content: bytes, *, sure: bool = False) -> LeftOut | None:
    """Why a file is not a message; None: it is one. It may be cut off after its header.

    A text without any header is a message only if its place (`sure`) or its name says so.
    """
    if _FIELD.match(content):
        return None
    if _NOTHING.fullmatch(content):
        return LeftOut(name, Why.EMPTY, "is empty")
    if content.startswith(_NO_MESSAGE):
        kind = next(kind for start, kind in _NO_MESSAGES.items() if content.startswith(start))
        return LeftOut(name, Why.NO_MESSAGE, f"is {kind}, not a message")
    if sure or _has_header(content) or _has_suffix(name, _SURE_SUFFIX):
        return None
    return LeftOut(name, Why.NO_MESSAGE, "has no message headers")


def is_undecided(content: bytes) -> bool:
    """Whether what is no message so far could be one with more bytes."""
    if content.startswith(_NO_MESSAGE):
        return False
    start = content[:_HEADER_AT_MOST].removeprefix(BOM_UTF8).lstrip(b"\r\n\t ")
    whole = len(content) >= _HEADER_AT_MOST or _BLANK_LINE.search(start) is not None
    return not whole or _NOTHING.fullmatch(content) is not None


def _has_header(content: bytes) -> bool:
    """Whether the part before the first blank line has a header that messages have."""
    if _FIELD.match(content):
        return True
    start = content[:_HEADER_AT_MOST]
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        start = start.decode("utf-16", "replace").encode()
    start = start.removeprefix(BOM_UTF8).lstrip(b"\r\n\t ")
    if _FROM_LINE.match(start):
        return True
    blank = _BLANK_LINE.search(start)
    section = start[: blank.start() if blank else len(start)]
    return _FIELD.search(section.replace(b"\r", b"\n")) is not None


def _has_suffix(name: str, suffix: str) -> bool:
    # Taking a path apart takes longer than all else that is asked about a message.
    return name[-len(suffix) :].lower() == suffix and PurePath(name).suffix.lower() == suffix


def _suffix(name: str) -> str:
    """The suffix in lower case, without that of a compression."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix not in _PACKED_SUFFIXES), "")
