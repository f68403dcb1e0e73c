"""Messages whose first bytes only are read, because nobody needs the rest.

Rules read the header and the size. The body of a message, wherever it comes from, is read only if
somebody needs the bytes themselves, or if its line ends decide whether it is too large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mmctl.mail.reader import holds_header, smtp_size, smtp_size_at_most
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What is needed of a message besides its header."""

    body: bool = True
    """All of it, because somebody looks at the bytes."""
    sizes: frozenset[float] = frozenset()
    """The sizes, in bytes, that its size is compared with."""

    def all_of(self, start: bytes, unread: int) -> bool:
        """Whether a message with this beginning has to be read to its end.

        Without the line ends of the rest, the size is only known to lie between two numbers.
        """
        if self.body:
            return True
        if not self._any(len(start) + unread, 2 * (len(start) + unread)):
            return False
        most = smtp_size_at_most(start)
        if not self._any(len(start) + unread, most + 2 * unread):
            return False
        least = smtp_size(start) + unread
        return self._any(least, least + unread)

    def _any(self, least: int, most: int) -> bool:
        """Whether a size is between two numbers, or is one of them."""
        return any(least <= size <= most for size in self.sizes)


WHOLE: Final = Needs()
"""Everything is needed."""


def fetched(length: int, needs: Needs, fetch: Fetch, start: bytes) -> bytes:
    """The first bytes of a message of some `length`, as many of them as are needed.

    `fetch` gets the bytes from one offset up to another; `start` is already fetched. What is not
    read to its end may have half of a line end there: see `in_whole_lines`.
    """
    while len(start) < length and not holds_header(start):
        start += fetch(len(start), min(length, GROWTH * len(start)))
    if len(start) < length:
        part = in_whole_lines(start, length)
        if needs.all_of(part, length - len(part)):
            start += fetch(len(start), length)
    return start


def in_whole_lines(start: bytes, length: int) -> bytes:
    """The first bytes without half of a CRLF at their end, which must not count as a line end."""
    return start[:-1] if len(start) < length and start.endswith(b"\r") else start


def slices_of(content: bytes) -> Fetch:
    """Fetches parts of bytes that are in memory."""
    return lambda start, end: content[start:end]


def part_of(name: str, content: bytes, needs: Needs) -> Message:
    """What is needed of a message that is in memory."""
    start = fetched(len(content), needs, slices_of(content), content[:FIRST_BYTES])
    start = in_whole_lines(start, len(content))
    return Message(name, start, len(content) - len(start))
