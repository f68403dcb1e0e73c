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
_BLANK: Final = frozenset({b"\n", b"\r\n"})


def messages_of_mbox(
    name: str, file: BinaryIO, *, largest: int, skip: Skip
) -> Iterator[tuple[str, bytes]]:
    """Split an mbox; the n-th message is called `name#n`.

    A message starts at a line `From ` at the top or after a blank line. That line is kept; the
    blank line that ends every message is removed, also from the last one. Quoted lines (`>From `)
    stay quoted: mboxes differ in what they quote. Messages of more than `largest` bytes are
    handed to `skip`.
    """
    for number, message in enumerate(_split(file, largest), start=1):
        if message is None:
            reason = f"has more than {largest} bytes, the most that is read of a message"
            skip(LeftOut(f"{name}#{number}", Why.TOO_LARGE, reason))
        else:
            yield f"{name}#{number}", message


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
