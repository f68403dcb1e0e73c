"""Messages whose first bytes only are read, because nobody needs the rest.

Rules read the header and the size. The body of a message, wherever it comes from, is read only if
somebody needs the bytes themselves, or if its line ends decide whether it is too large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mmctl.mail.reader import bytes_before, enough, holds_header, line_ends
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    Fetch: TypeAlias = Callable[[int, int], bytes]
    """Returns the bytes from one offset up to another; each begins where the last one ended."""

FIRST_BYTES: Final = 16 * 1024
"""What is read first: enough for the header of nearly every message."""
GROWTH: Final = 4
"""How many times as much is read next while the header is not complete."""


class Message(NamedTuple):
    """A message as a source delivers it, under the name that reports use."""

    name: str
    content: bytes
    unread: int = 0
    """Bytes at the end of its body that were not read."""
    at_most: int = 0
    """What its size does not exceed, if its line ends were counted; else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What is needed of a message besides its header."""

    body: bool = True
    """All of it, because somebody looks at the bytes."""
    sizes: frozenset[float] = frozenset()
    """The sizes, in bytes, that its size is compared with."""

    def room(self, start: bytes, length: int) -> float | None:
        """How many line ends, at least, decide about a message of a length; None: none do.

        If it has fewer, each of which may become two bytes, its size is below every number that it
        is compared with and that the length alone does not exceed.
        """
        least, most = length - bytes_before(start), 2 * length
        near = [size for size in self.sizes if least <= size <= most]
        return min(near) - length if near else None


WHOLE: Final = Needs()
"""Everything is needed."""


class Part(NamedTuple):
    """The first bytes of a message, as many of them as are needed."""

    content: bytes
    at_most: int = 0
    """What its size does not exceed, if its line ends were counted; else 0."""


def fetched(length: int, needs: Needs, fetch: Fetch, start: bytes) -> Part:
    """The first bytes of a message of some `length`, as many of them as are needed.

    `fetch` gets the bytes from one offset up to another; `start` is already fetched. What is not
    read to its end may have half of a line end there: see `in_whole_lines`.
    """
    while len(start) < length and not holds_header(start):
        start += fetch(len(start), min(length, GROWTH * len(start)))
    if len(start) == length:
        return Part(start)
    if needs.body:
        return Part(start + fetch(len(start), length))
    room = needs.room(start, length)
    if room is None:
        return Part(start)
    wanted = min(length, enough(length, room))
    if len(start) < wanted:
        start += fetch(len(start), wanted)
    if len(start) < length:
        part = in_whole_lines(start, length)
        ends = length - len(part) + line_ends(part, len(part))
        if ends < room:
            return Part(start, length + ends)
        start += fetch(len(start), length)
    return Part(start)


def in_whole_lines(start: bytes, length: int) -> bytes:
    """The first bytes without half of a CRLF at their end, which must not count as a line end."""
    return start[:-1] if len(start) < length and start.endswith(b"\r") else start


def slices_of(content: bytes) -> Fetch:
    """Fetches parts of bytes that are in memory."""
    return lambda start, end: content[start:end]


def part_of(name: str, content: bytes, needs: Needs) -> Message:
    """What is needed of a message that is in memory."""
    part = fetched(len(content), needs, slices_of(content), content[:FIRST_BYTES])
    start = in_whole_lines(part.content, len(content))
    return Message(name, start, len(content) - len(start), part.at_most)
