"""JSON values in a stream of bytes, in all forms in which logs are stored and shown.

One object a line; objects one after another without line breaks, as Firehose writes them; lines
with a time before the object, as exports and `aws logs tail` have; documents over several lines,
as the aws command prints them; and files in W3C form, whose header names the fields. Memory is
bounded by the largest object; what is larger, or is no JSON, is said with its line.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PIECE: Final = 1024 * 1024
"""Bytes that are read at once; a line that is longer is read object by object."""
LARGEST: Final = 4 * 1024 * 1024
"""Bytes of one object in a line; a record has a few thousand."""
LARGEST_DOCUMENT: Final = 64 * 1024 * 1024
"""Bytes of a document over several lines, such as a page of the aws command."""
_OPENS: Final = (b"{", b"[")
_CLOSES: Final = (b"}", b"]")
_FIELDS: Final = b"#Fields:"
_RAW: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One JSON value, and the line on which it begins."""

    line: int
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Something that cannot be read, and why."""

    line: int
    reason: str


def values_in(stream: IO[bytes], needle: bytes | None = None) -> Iterator[Value | Damage]:
    """The values of a stream; with a `needle`, only those of lines that contain it.

    Raises:
        OSError: the stream cannot be read.
    """
    number = 0
    fields: tuple[str, ...] | None = None
    while line := stream.readline(PIECE):
        number += 1
        if len(line) == PIECE and not line.endswith(b"\n"):
            yield from _long_line(stream, line, number)
            continue
        text = line.strip()
        if not text or (needle is not None and needle not in text and text not in _OPENS):
            continue
        if text.startswith(b"#"):
            fields = _fields(text) or fields
        elif fields is not None:
            yield _row(text, fields, number)
        elif text in _OPENS:
            document, lines = _document(stream, line)
            yield from _whole(document, number)
            number += lines
        else:
            yield from _in_line(text, number)


def _in_line(text: bytes, number: int) -> Iterator[Value | Damage]:
    """The values of a line, behind what stands before the first of them."""
    start = 0
    if not text.startswith(_OPENS):
        start = text.find(b"{")
        if start < 0:
            reason = "is no JSON; the form `plain` has no names: let the delivery write `json`"
            yield Damage(line=number, reason=reason)
            return
    try:
        yield Value(line=number, value=json.loads(text[start:]))
    except (ValueError, RecursionError):
        found, _ = yield from _objects(_decoded(text[start:]), number)
        if not found:
            yield Damage(line=number, reason="is no JSON")


def _objects(
    text: str, number: int, *, cut: bool = False
) -> Generator[Value | Damage, None, tuple[int, str]]:
    """The values in a text, one after another.

    Returns how many there were and what is left; unless the text is `cut` off, what is left is
    damage.
    """
    found = at = 0
    while at < len(text):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at == len(text):
            break
        try:
            value, at = _RAW.raw_decode(text, at)
        except (ValueError, RecursionError):
            if found and not cut:
                yield Damage(line=number, reason="is no JSON from its middle on")
            break
        found += 1
        yield Value(line=number, value=value)
    return found, text[at:]


def _long_line(stream: IO[bytes], start: bytes, number: int) -> Iterator[Value | Damage]:
    """The values of a line that is too long to be one record."""
    rest = _decoded(start)
    damaged = False
    while True:
        found, rest = yield from _objects(rest.lstrip(), number, cut=True)
        if not found and len(rest) > LARGEST:
            damaged = True
            again = rest.rfind("}{")
            rest = rest[again + 1 :] if again >= 0 else ""
        line = stream.readline(PIECE)
        rest += _decoded(line)
        if len(line) < PIECE or line.endswith(b"\n"):
            break
    _, rest = yield from _objects(rest, number, cut=True)
    if damaged or rest.strip():
        reason = f"holds something that is no JSON, or has more than {LARGEST // PIECE} MiB"
        yield Damage(line=number, reason=reason)


def _document(stream: IO[bytes], first: bytes) -> tuple[bytes | None, int]:
    """A document that begins with a bracket alone, up to the bracket that ends it.

    None: it is too large; its lines are passed over.
    """
    parts, size, lines = [first], len(first), 0
    while line := stream.readline(PIECE):
        lines += line.endswith(b"\n")
        size += len(line)
        if size <= LARGEST_DOCUMENT:
            parts.append(line)
        if line.startswith(_CLOSES):
            break
    return (b"".join(parts) if size <= LARGEST_DOCUMENT else None), lines


def _whole(document: bytes | None, number: int) -> Iterator[Value | Damage]:
    if document is None:
        mib = LARGEST_DOCUMENT // PIECE
        yield Damage(line=number, reason=f"begins a document of more than {mib} MiB")
        return
    try:
        yield Value(line=number, value=json.loads(document.strip().rstrip(b",")))
    except (ValueError, RecursionError):
        yield Damage(line=number, reason="begins a document that is no JSON")


def _fields(text: bytes) -> tuple[str, ...] | None:
    """The names in a header of the W3C form; None: it is another comment."""
    if not text.startswith(_FIELDS):
        return None
    return tuple(_decoded(text.removeprefix(_FIELDS)).split())


def _row(text: bytes, fields: tuple[str, ...], number: int) -> Value | Damage:
    """A line of the W3C form; `-` is nothing, and lists and objects are JSON."""
    line = _decoded(text)
    cells = line.split("\t") if "\t" in line else line.split(" ")
    if len(cells) != len(fields):
        reason = f"has {len(cells)} fields, expected {len(fields)}"
        return Damage(line=number, reason=reason)
    pairs = zip(fields, cells, strict=True)
    return Value(line=number, value={name: from_cell(cell) for name, cell in pairs if cell != "-"})


def from_cell(cell: str) -> Any:
    """The value of a text that stands for any member: lists and objects are JSON."""
    if cell.startswith(("{", "[")):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1]
    return cell


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")
