"""The parts of a message (RFC 2045, RFC 2046): where each is, and what it says it is.

For any bytes, in time that grows with their number: parts, levels and the size of header sections
are bounded, and what lies beyond is said in `MimeParts.notes`. Nothing is decoded here;
`part_content` does that, one part at a time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.mail.parameters import parameters
from mmctl.mail.reader import bytes_before
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PARTS: Final = 500
"""MimeParts that are looked at; a real message has fewer than a hundred."""
DEEPEST: Final = 20
"""Levels of parts in parts that are looked at."""
MOST_HEADER: Final = 256 * 1024
"""Bytes of a header section that are read."""
MOST_FIELDS: Final = 1000
"""Fields of a header section that are read."""
LONGEST_BOUNDARY: Final = 200
MOST_LINES: Final = 20_000
"""Lines that begin like a boundary that are looked at."""
_BLANK_LINES: Final = (b"\n\r\n", b"\n\n", b"\r\r")
_FIELD: Final = re.compile(r"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)|[^\n]*+\n")
_ENDS: Final = re.compile("\r\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MimePart:
    """One part that is not made of others, or a message in the message."""

    path: str
    """Its place, as IMAP numbers parts: `1`, `2.1`."""
    type: str
    """In lower case: `text/html`."""
    start: int
    end: int
    """Its body in the bytes of the message."""
    encoding: str = "7bit"
    charset: str = ""
    name: str = ""
    """The file name that the sender gave it; empty: none."""
    disposition: str = ""
    cid: str = ""
    """Its Content-ID without the angle brackets."""
    within: str = ""
    """The type of the part that it is in; empty: it is the message."""

    @property
    def is_text(self) -> bool:
        """Whether it is what a mail program shows as the text of the message."""
        return self.type in {"text/plain", "text/html"} and self.disposition != "attachment"


@dataclass(frozen=True, slots=True, kw_only=True)
class MimeParts:
    """The fields of a message in their order, and its parts."""

    fields: tuple[tuple[str, str], ...]
    """Names and values as written, unfolded."""
    header_end: int
    parts: tuple[MimePart, ...]
    notes: tuple[str, ...] = ()

    def of(self, path: str) -> MimePart | None:
        """The part at a place; None: there is none."""
        return next((part for part in self.parts if part.path == path), None)

    @property
    def text(self) -> MimePart | None:
        """The part with the plain text of the message."""
        return self._shown("text/plain")

    @property
    def html(self) -> MimePart | None:
        """The part with the HTML of the message."""
        return self._shown("text/html")

    @property
    def attachments(self) -> tuple[MimePart, ...]:
        """All parts that are neither of the two."""
        shown = {part.path for part in (self.text, self.html) if part is not None}
        return tuple(part for part in self.parts if part.path not in shown)

    def _shown(self, kind: str) -> MimePart | None:
        return next((part for part in self.parts if part.is_text and part.type == kind), None)


@dataclass(slots=True)
class _Walk:
    """What was found so far."""

    content: bytes
    parts: list[MimePart] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def part(self, start: int, end: int, path: str, depth: int, within: str) -> None:
        """Look at the part between two places."""
        if len(self.parts) >= MOST_PARTS:
            self.notes[f"only the first {MOST_PARTS} parts are shown"] = None
            return
        fields, body = fields_of(self.content, start, end)
        told = {name.lower(): value for name, value in reversed(fields)}
        default = "message/rfc822" if within == "multipart/digest" else "text/plain"
        kind, words = parameters(told.get("content-type", default))
        kind = kind if "/" in kind else default
        boundary = words.get("boundary", "").rstrip()
        if kind.startswith("multipart/") and 0 < len(boundary) <= LONGEST_BOUNDARY:
            if depth < DEEPEST:
                self.inner(body, end, boundary, path, depth, kind)
                return
            self.notes[f"parts are nested more than {DEEPEST} levels deep"] = None
        disposition, more = parameters(told.get("content-disposition", ""))
        part = MimePart(
            path=path or "1",
            type=kind,
            start=body,
            end=end,
            encoding=told.get("content-transfer-encoding", "7bit").strip().lower()[:40],
            charset=words.get("charset", "")[:40],
            name=more.get("filename") or words.get("name", ""),
            disposition=disposition,
            cid=told.get("content-id", "").strip().strip("<>")[:500],
            within=within,
        )
        self.parts.append(part)
        if kind == "message/rfc822" and depth < DEEPEST:
            self.part(body, end, f"{part.path}.1", depth + 1, kind)

    def inner(self, start: int, end: int, boundary: str, path: str, depth: int, kind: str) -> None:
        """Look at the parts of a part, one after the other."""
        before = f"{path}." if path else ""
        places = list(_between(self.content, start, end, boundary.encode("utf-8", "replace")))
        if not places:
            self.notes["a multipart part has no parts"] = None
        for number, (first, last) in enumerate(places, start=1):
            self.part(first, last, f"{before}{number}", depth + 1, kind)


def parts_of(content: bytes) -> MimeParts:
    """The parts of a message; never fails, whatever the bytes are."""
    start = bytes_before(content)
    fields, body = fields_of(content, start, len(content))
    walk = _Walk(content)
    walk.part(start, len(content), "", 0, "")
    return MimeParts(
        fields=fields, header_end=body, parts=tuple(walk.parts), notes=tuple(walk.notes)
    )


def fields_of(content: bytes, start: int, end: int) -> tuple[tuple[tuple[str, str], ...], int]:
    """The fields of the header section at a place, unfolded, and where the body begins."""
    if content[start : start + 1] in {b"\r", b"\n"}:
        two = content[start : start + 2] == b"\r\n"
        return (), min(end, start + (2 if two else 1))
    section_end, body = _blank_line(content, start, end)
    section = content[start : min(section_end, start + MOST_HEADER)]
    try:
        text = section.decode()
    except UnicodeDecodeError:
        text = section.decode("latin-1")
    found: list[tuple[str, str]] = []
    for match in _FIELD.finditer(_ENDS.sub("\n", text)):
        if match[1]:
            found.append((match[1], match[2].replace("\n", "").strip(" \t")))
        if len(found) >= MOST_FIELDS:
            break
    return tuple(found), body


def _blank_line(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the first blank line begins and ends; at the end if there is none."""
    first, body = end, end
    for blank in _BLANK_LINES:
        place = content.find(blank, start, first)
        if place >= 0:
            first, body = place, place + len(blank)
    return first, body


def _between(content: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts between the lines of a boundary are, up to one more than are looked at."""
    mark = b"\n--" + boundary
    ends = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\Z)")
    first: int | None = None
    count = tried = 0
    # A body begins after a line end, which is the first that a boundary may follow.
    place = content.find(mark, start - 1, end)
    while place >= 0 and tried < MOST_LINES:
        tried += 1
        found = ends.match(content, place + len(mark), end)
        if found is not None:
            if first is not None:
                last = place - 1 if content[place - 1 : place] == b"\r" else place
                yield first, max(first, last)
                count += 1
            first = found.end()
            if found[1] is not None or count > MOST_PARTS:
                return
        # The line end of this boundary may begin the next one.
        place = content.find(mark, place + len(mark) if found is None else found.end() - 1, end)
    if first is not None and first < end:
        yield first, end
