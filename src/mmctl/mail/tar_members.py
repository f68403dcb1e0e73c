"""Where the files of a tar begin and end, without reading them: any section of a tar is a tar.

What is unusual, and what holds more than one message, is left to `mmctl.mail.archives`.
"""

from __future__ import annotations

import re
import tarfile
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from mmctl.mail.contents import FIRST, Content, content_of
from mmctl.mail.tar_reader import is_end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.mail.allowance import Allowance

_BLOCK: Final = tarfile.BLOCKSIZE
_SIZE: Final = slice(124, 136)
_CHECKSUM: Final = slice(148, 156)
_TYPE: Final = slice(156, 157)
_NUMBERS: Final = re.compile(rb"[0-7 \0]{56}")
"""Mode, owner, group, size, time and checksum, which follow the name."""
_FILES: Final = frozenset({b"0", b"\0", b"7"})
_WITHOUT_CONTENT: Final = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_ABOUT_THE_NEXT: Final = frozenset({b"x", b"L", b"K"})
_LARGEST_ABOUT: Final = 1024 * 1024
_SIZE_TOLD: Final = b" size="
"""In what is said about the next file: its real size."""


class TarMember(NamedTuple):
    """Bytes of a tar that hold one file and all that is said about it."""

    start: int
    end: int
    alone: bool = True
    """Whether the file is at most one message; if not, this is all the rest of the tar."""


def members_of(file: BinaryIO, size: int, allowance: Allowance) -> Iterator[TarMember]:
    """The files in a tar of some size, in its order.

    Raises:
        TooMuchError: it holds more files than are read.
    """
    start = place = 0
    while True:
        file.seek(place)
        block = file.read(_BLOCK + FIRST)
        header = block[:_BLOCK]
        length = _length(header)
        if length is None:
            if place and start == place and is_end(header):
                return
            break
        kind = header[_TYPE]
        if kind in _ABOUT_THE_NEXT and length <= _LARGEST_ABOUT:
            file.seek(place + _BLOCK)
            if _SIZE_TOLD in file.read(length):
                break
            place += _BLOCK + _rounded(length)
            continue
        name = header[:100].partition(b"\0")[0]
        if kind in _WITHOUT_CONTENT or (kind == b"\0" and name.endswith(b"/")):
            allowance.take_member()
            place += _BLOCK
            continue
        content = block[_BLOCK : _BLOCK + min(length, FIRST)]
        one = content_of(name.decode("utf-8", "replace"), content) is Content.OTHER
        if kind not in _FILES or not one or place + _BLOCK + length > size:
            break
        allowance.take_member()
        place += _BLOCK + _rounded(length)
        yield TarMember(start, place)
        start = place
    yield TarMember(start, size, alone=False)


def _length(header: bytes) -> int | None:
    """How many bytes follow a header; None: it is not a usual one."""
    if len(header) < _BLOCK or not _NUMBERS.match(header, 100):
        return None
    stated = _octal(header[_CHECKSUM])
    if stated is None or stated != 256 + sum(header) - sum(header[_CHECKSUM]):
        return None
    return _octal(header[_SIZE])


def _octal(field: bytes) -> int | None:
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits or b"0", 8)
    except ValueError:
        return None


def _rounded(length: int) -> int:
    return -(-length // _BLOCK) * _BLOCK
