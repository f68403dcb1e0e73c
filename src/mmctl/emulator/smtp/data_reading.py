"""The bytes of a message after DATA, read in blocks, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.emulator.smtp.limits import LONGEST_LINE

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mmctl.emulator.smtp.limits import Room

END: Final = b"\r\n.\r\n"
_DOT: Final = b"\r\n."
_BLOCK: Final = 256 * 1024
BARE: Final = "550 5.6.11 the message has a bare CR or LF: lines must end with CR LF"
LONG_LINE: Final = f"554 5.6.0 the message has a line of more than {LONGEST_LINE} octets"
NO_ROOM: Final = "452 4.3.1 too much mail is coming at once, try again later"


class ReceivedContent(NamedTuple):
    """What came until the end of a message."""

    content: bytes
    """Without the dots that SMTP adds; empty if it was too large."""
    size: int
    """Its octets without those dots (RFC 1870 §3), also where they were not kept."""
    refusal: str | None = None


async def read_content(
    reader: asyncio.StreamReader, *, limit: int, room: Room, alive: Callable[[], object]
) -> ReceivedContent | None:
    """Read a message to its end; None: the client went away.

    A message of more than `limit` octets is read to its end and not kept. `alive` is called with
    each block.
    """
    kept, dropped = bytearray(), 0
    most_kept = limit + limit // 3 + len(END) + 2  # a dot more for every three octets
    taken = 0
    refusal: str | None = None
    # The end of a message is a line, and the line before may be the command.
    kept += b"\r\n"
    start = 0
    try:
        while True:
            end = kept.find(END, start)
            if end >= 0:
                break
            start = max(0, len(kept) - len(END) + 1)
            if len(kept) > most_kept or refusal:
                dropped += start - kept.count(_DOT, 0, start + 2)
                del kept[:start]
                start = 0
            block = await reader.read(_BLOCK)
            if not block:
                return None
            alive()
            kept += block
            if room.left < len(block):
                refusal = refusal or NO_ROOM
            else:
                room.left -= len(block)
                taken += len(block)
    finally:
        room.left += taken
    rest = kept[end + len(END) :]
    if rest:
        # What follows is the next command; nothing else reads meanwhile.
        reader._buffer[:0] = rest  # type: ignore[attr-defined] # noqa: SLF001
    # The line end before stands for the one that is part of the end.
    size = dropped + end - kept.count(_DOT, 0, end + 2)
    if dropped or refusal or size > limit:
        return ReceivedContent(b"", size, refusal)
    del kept[end + 2 :]
    del kept[:2]
    content = bytes(kept)
    return ReceivedContent(_without_dots(content), size, fault_of(content))


def fault_of(content: bytes) -> str | None:
    """The reply to a message whose lines are not lines of SMTP; None: they are."""
    pairs = content.count(b"\r\n")
    if content.count(b"\n") != pairs or content.count(b"\r") != pairs:
        return BARE
    return LONG_LINE if _has_long_line(content) else None


def _has_long_line(content: bytes) -> bool:
    start, length = 0, len(content)
    while length - start > LONGEST_LINE:
        end = content.rfind(b"\n", start, start + LONGEST_LINE)
        if end < 0:
            return True
        start = end + 1
    return False


def _without_dots(content: bytes) -> bytes:
    """The message without the dot that SMTP puts before one at the start of a line."""
    if content[:1] == b".":
        content = content[1:]
    return content.replace(b"\r\n.", b"\r\n") if b"\r\n." in content else content
