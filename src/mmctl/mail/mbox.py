"""An mbox stream → its messages, one after the other (RFC 4155).

Uses bounded memory for any file: it is read in blocks, and a message that is too large is left out.
Opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from mmctl.mail.left_out import LeftOut, Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.mail.left_out import Skip

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
    for piece, ends in _pieces(file):
        place += len(piece)
        if ends:
            yield begins, place
            begins = place


def _split(file: BinaryIO, largest: int) -> Iterator[bytes | None]:
    """The messages without the blank line after them; None stands for one that is too large."""
    message: list[bytes] = []
    size = 0
    for piece, ends in _pieces(file):
        size += len(piece)
        if size > largest:
            message.clear()
        else:
            message.append(piece)
        if ends:
            whole = b"".join(message)
            message.clear()
            yield None if size > largest else _without_blank(whole)
            size = 0


def _pieces(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The bytes of an mbox in pieces, each with whether a message ends there."""
    text, begins = b"\n", 1
    top = 1  # the file begins like a line: after a line end that is not in it
    while block := file.read(_BLOCK):
        text += block
        found = text.find(_NEXT)
        while found >= 0:
            starts = found + 1
            if starts > begins and text.endswith(_AFTER_BLANK, 0, starts):
                yield text[begins:starts], True
                begins = starts
            found = text.find(_NEXT, starts)
        known = max(begins, len(text) - _OVERLAP)
        if known > begins:
            yield text[begins:known], False
        if known > top:
            text, begins, top = text[known:], 0, 0
    if len(text) > begins:
        yield text[begins:], True


def _without_blank(message: bytes) -> bytes:
    """A message without the blank line that ends it in an mbox."""
    if not message.endswith(_AFTER_BLANK) and message not in _BLANK:
        return message
    return message[: -2 if message.endswith(b"\r\n") else -1]
