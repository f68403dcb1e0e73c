"""An mbox stream → its messages, one after the other (RFC 4155).

Uses bounded memory for any file: long lines are read in pieces, a message that is too large is
left out. Opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from mmctl.mail.left_out import LeftOut, Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.mail.left_out import Skip

_PIECE: Final = 64 * 1024
_BLOCK: Final = 1024 * 1024
_NEXT: Final = b"\nFrom "
_AFTER_BLANK: Final = (b"\n\n", b"\n\r\n")
_OVERLAP: Final = len(b"\n\r\nFrom") + 1
"""Bytes of a block that may be the first ones of a line that begins a message."""
_BLANK: Final = frozenset({b"\n", b"\r\n"})


def messages_of_mbox(
    name: str, file: BinaryIO, *, largest: int, skip: Skip, first: int = 1
) -> Iterator[tuple[str, bytes]]:
    """Split an mbox, or a section of it; its n-th message is called `name#n`.

    A message starts at a line `From ` at the top or after a blank line. That line is kept; the
    blank line that ends every message is removed, also from the last one. Quoted lines (`>From `)
    stay quoted: mboxes differ in what they quote. Messages of more than `largest` bytes are
    handed to `skip`. `first` is the number of the first message of a section.
    """
    for number, message in enumerate(_split(file, largest), start=first):
        if message is None:
            reason = f"has more than {largest} bytes, the most that is read of a message"
            skip(LeftOut(f"{name}#{number}", Why.TOO_LARGE, reason))
        else:
            yield f"{name}#{number}", message


def sections_of_mbox(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where each message of an mbox begins and ends, with the blank line after it."""
    begins = place = 0
    before = b""
    while block := file.read(_BLOCK):
        text = before + block
        found = text.find(_NEXT)
        while found >= 0:
            starts = place - len(before) + found + 1
            if starts > begins and text.endswith(_AFTER_BLANK, 0, found + 1):
                yield begins, starts
                begins = starts
            found = text.find(_NEXT, found + 1)
        place += len(block)
        before = text[-_OVERLAP:]
    if place > begins:
        yield begins, place


def _split(file: BinaryIO, largest: int) -> Iterator[bytes | None]:
    """Cut at the `From ` lines; None stands for a message that is too large."""
    message = bytearray()
    too_large = False
    starts_line = after_blank = True
    while piece := file.readline(_PIECE):
        if after_blank and starts_line and piece.startswith(b"From ") and (message or too_large):
            yield None if too_large else _without_blank(message)
            message, too_large = bytearray(), False
        too_large = too_large or len(message) + len(piece) > largest
        if too_large:
            message.clear()
        else:
            message += piece
        after_blank = starts_line and piece in _BLANK
        starts_line = piece.endswith(b"\n")
    if message or too_large:
        yield None if too_large else _without_blank(message) if after_blank else bytes(message)


def _without_blank(message: bytearray) -> bytes:
    """A message without the blank line that ends it in an mbox."""
    return bytes(message.removesuffix(b"\n").removesuffix(b"\r"))
