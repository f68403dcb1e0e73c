"""Message bytes → `Email`, for any bytes, in linear time.

One pass over the header section (RFC 5322 §2.2), none over the body except to count its lines.
Nothing is unfolded, decoded or parsed until somebody asks the `Email` for it.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

from mmctl.mail.email import LONGEST_SHOWN_NAME, Email, Size
from mmctl.mail.headers import Headers

_UTF_16: Final = (BOM_UTF16_LE, BOM_UTF16_BE)
_BETWEEN_ENDS: Final = 16
"""In nearly every message, on average there are at least so many bytes to a CR or LF."""
_FIELD_NAME: Final = re.compile(r"[!-9;-~]++")
_LONGEST_KNOWN: Final = 100
_MOST_KNOWN: Final = 4096
_MBOX_FROM: Final = re.compile(rb"From (?![ \t]*:)[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_BARE_CR: Final = re.compile(rb"\r(?!\n)")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_BETWEEN_FIELDS: Final = re.compile(r"\n(?![ \t])")
_MANY: Final = 500
"""Lines of a header section that hardly any message has."""
_TO_ITS_END: Final = r"[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z)"
_FIELDS: Final = re.compile(
    rf"([!-9;-~]++)(?:\n?[ \t])*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)"
    rf"|((?:(?![!-9;-~]++(?:\n?[ \t])*+:|\Z){_TO_ITS_END})+)"
)
"""A name and a value; or lines that are no header."""
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_PLANES: Final = range(0x10000, 0x110000, 0x10000)
# Bytes that are not UTF-8 are U+DC80 to U+DCFF where `surrogateescape` reads them. Without their
# third byte of four, these are Latin-1; a character beyond U+FFFF may have the same third byte.
_UNESCAPED: Final = bytes.maketrans(b"\xdc", b"\0")
_ODD: Final = re.compile(
    "([" + "".join(f"{chr(plane + 0xDC00)}-{chr(plane + 0xDCFF)}" for plane in _PLANES) + "]+)"
)


def read_email(message: bytes, *, unread: int = 0, at_most: int = 0) -> Email:
    """Read a message; what is wrong with it becomes a note, never an exception.

    `unread` bytes may be missing at its end, if `holds_header` says that all of the header is
    there; `at_most` is what its size does not exceed, 0 if nobody knows. Lines end with CRLF, LF
    or a bare CR. A byte order mark, blank lines and an mbox `From ` line before the header are
    skipped, and so are lines that are not headers. Bytes beyond ASCII are UTF-8, else Latin-1 (no
    standard says what 8-bit headers mean: RFC 6532 knows only UTF-8).
    """
    defects: list[str] = []
    if message.startswith(_UTF_16):
        defects.append("the message is decoded as UTF-16")
        message = message.decode("utf-16", "replace").encode()
    carried, start = _starts(message, defects)
    text = _header_text(message, start, defects)
    headers = Headers(written_in(text, defects), has_words="=?" in text)
    length = Counted(message, carried, unread, at_most)
    return Email(headers=headers, length=length, unread=unread, defects=tuple(defects))


def read_received(message: bytes) -> Email:
    """Read a message as it came by SMTP: all of its bytes are the message.

    What files have before the header, which `read_email` skips, is part of it here: a blank line
    at the top ends the header section before it began (RFC 5322 §2.1), and a byte order mark or an
    mbox `From ` line is a line that is no header.
    """
    defects: list[str] = []
    text = _header_text(message, 0, defects)
    headers = Headers(written_in(text, defects), has_words="=?" in text)
    return Email(headers=headers, length=Counted(message, 0, 0), defects=tuple(defects))


class Counted(Size):
    """How many bytes SMTP carries of a message, including those that were not read."""

    __slots__ = ("_carried", "_message", "_unread")

    def __init__(self, message: bytes, carried: int, unread: int, at_most: int = 0) -> None:
        """The first `carried` bytes are not part of the message; `at_most` 0 is unknown."""
        length = len(message) - carried + unread
        # Each byte but those that were not read may be a line end that becomes two bytes.
        self._known, self._at_least, self._at_most = None, length, at_most or 2 * length - unread
        self._message = message
        self._carried = carried
        self._unread = unread

    def _counted(self) -> int:
        count = smtp_size(self._message)
        if self._carried:
            count -= smtp_size(self._message[: self._carried])
        self._message = b""
        return count + self._unread

    def _less_at_most(self, below: float) -> int:
        # Most often a part of the message shows it, even if all that follows are line ends.
        message, length = self._message, len(self._message)
        end = min(length, enough(length, below - self._at_least))
        # What is not part of the message counts too: that makes it no less.
        most = 2 * length - end + line_ends(message, end) - self._carried + self._unread
        if most >= below:
            most = length + line_ends(message, length) - self._carried + self._unread
        return most


def holds_header(start: bytes) -> bool:
    """Whether the first bytes of a message hold its whole header section.

    Does not look for a blank line made with bare CRs, nor for one in UTF-16: such a message has to
    be read to its end.
    """
    if start.startswith(_UTF_16):
        return False
    _, begins = _starts(start, [])
    return _section_end(start, begins) < len(start)


def smtp_size(message: bytes) -> int:
    """How many bytes a message has once every line end is CRLF (RFC 5321 §2.3.8)."""
    if b"\r" not in message:
        return len(message) + message.count(b"\n")
    if not _BARE_CR.search(message):  # faster than to count pairs
        return len(message) + message.count(b"\n") - message.count(b"\r")
    return len(message) + line_ends(message, len(message)) - 2 * message.count(b"\r\n")


def enough(length: int, room: float) -> int:
    """How many bytes show, in nearly every message, that it has fewer line ends than `room`.

    All that follow may be line ends then.
    """
    return max(0, int((length - room) * _BETWEEN_ENDS / (_BETWEEN_ENDS - 1)) + 1)


def line_ends(message: bytes, end: int) -> int:
    """How many CRs and LFs are in the first bytes: pairs are two, to see them takes longer."""
    returns = message.count(b"\r", 0, end) if message.find(b"\r", 0, end) >= 0 else 0
    return returns + message.count(b"\n", 0, end)


def bytes_before(message: bytes) -> int:
    """How many bytes at its start are no part of a message as SMTP carries it."""
    return _starts(message, [])[0]


def as_carried(message: bytes) -> bytes:
    """The message as SMTP carries it: CRLF line ends, nothing before the header section."""
    if message.startswith(_UTF_16):
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
    if message.startswith(b"From ", start) and (found := _MBOX_FROM.match(message, start)):
        return found.end(), found.end()
    return 0, start


def _header_text(message: bytes, start: int, defects: list[str]) -> str:
    """The header section, with one LF after each line but the last (RFC 5322 §2.2.3)."""
    section = message[start : _section_end(message, start)]
    if b"\r" in section:
        if _BARE_CR.search(section):
            defects.append("a bare CR in the header counts as a line end")
            section = section.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            section = section[: _section_end(section, 0)]
        else:
            section = section.replace(b"\r", b"")
    section = section.removesuffix(b"\n")
    if b"\0" in section:
        defects.append("the header has NUL bytes")
    try:
        return section.decode()
    except UnicodeDecodeError:
        defects.append("bytes of the header that are not UTF-8 are decoded as Latin-1")
        text = section.decode("utf-8", "surrogateescape")
        # If each byte is a character, none belongs to another.
        return section.decode("latin-1") if len(text) == len(section) else _with_latin_1(text)


def _with_latin_1(text: str) -> str:
    """The text with a character for each byte that was not UTF-8."""
    pieces = _ODD.split(text)  # hardly ever more than one
    for place in range(0, len(pieces), 2):
        units = bytearray(pieces[place].encode("utf-32-be", "surrogatepass"))
        units[2::4] = units[2::4].translate(_UNESCAPED)
        pieces[place] = units.decode("utf-32-be")
    return "".join(pieces)


def _section_end(message: bytes, start: int) -> int:
    """Where the header section ends: after the line before the first blank one.

    Blank lines made with a bare CR are not seen here.
    """
    if message[start : start + 1] in {b"\r", b"\n"}:
        return start
    blank = _BLANK_LINE.search(message, start)
    return blank.start() + 1 if blank else len(message)


def written_in(text: str, defects: list[str]) -> dict[str, list[str]]:
    """The fields of a header section by name; their values stay as they are written.

    Lines of the text end with LF, all but the last.
    """
    if text.count("\n") > _MANY:
        return _written_in_many(text, defects)
    written: dict[str, list[str]] = {}
    last = first_skipped_after = ""
    skipped = 0
    for field in _BETWEEN_FIELDS.split(text):
        name, colon, value = field.partition(":")
        key = _KEYS.get(name)
        if not colon or (key is None and not (key := _key(name))):
            first_skipped_after = first_skipped_after if skipped else last
            skipped += 1
        elif key in written:
            written[key].append(value)
            last = key
        else:
            written[key] = [value]
            last = key
    if text and skipped:
        defects.append(_skipped(skipped, first_skipped_after))
    if not written:
        defects.append("the message has no headers")
    return written


def _written_in_many(text: str, defects: list[str]) -> dict[str, list[str]]:
    """The same where there are so many lines that nothing is done in Python which C can do."""
    found = _FIELDS.findall(text)
    keys = "\n".join([name for name, _, _ in found]).lower().split("\n")
    written: dict[str, list[str]] = {}
    for key, (_, value, _) in zip(keys, found, strict=True):
        if (values := written.get(key)) is not None:
            values.append(value)
        else:
            written[key] = [value]
    if written.pop("", None) is not None:
        others = [other for _, _, other in found]
        first = next(place for place, other in enumerate(others) if other)
        lines = "".join(others)
        skipped = sum(lines.count(end) * times for end, times in _LINES.items())
        skipped += not lines.endswith("\n")
        defects.append(_skipped(skipped, keys[first - 1] if first else ""))
    if not written:
        defects.append("the message has no headers")
    return written


_LINES: Final = {"\n": 1, "\n ": -1, "\n\t": -1}
"""What is counted to know how many lines there are, without those that go on with another."""


_KEYS: Final[dict[str, str]] = {}
"""A cache of header names, as written → in lower case: there are few."""


def _key(name: str) -> str:
    """The lower-case name of a header; empty if it is not a valid name (RFC 5322 §3.6.8).

    White space before the colon is allowed in old mail (§4.5).
    """
    if "\n" in name or name[-1:] in {" ", "\t"}:
        name = name.replace("\n", "").rstrip(" \t")
    if not _FIELD_NAME.fullmatch(name):
        return ""
    key = name.lower()
    if len(name) <= _LONGEST_KNOWN:
        if len(_KEYS) >= _MOST_KNOWN:
            _KEYS.clear()  # a message may be full of names that never come again
        _KEYS[name] = key
    return key


def _skipped(count: int, after: str) -> str:
    """Say how many lines were not headers, and after which header the first one was."""
    place = f"after header `{after[:LONGEST_SHOWN_NAME]}`" if after else "at the top"
    if count == 1:
        return f"a line that is not a header was skipped {place}"
    return f"{count} lines that are not headers were skipped, the first {place}"
