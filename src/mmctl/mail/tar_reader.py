"""The files in a tar, in its order, with little work for each and none kept.

`tarfile` reads what is unusual; headers as nearly all programs write them are read here, and the
content of files is skipped where the tar can be.
"""

from __future__ import annotations

import io
import re
import tarfile
from typing import TYPE_CHECKING, Any, Final
from zlib import adler32

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

_BLOCK: Final = tarfile.BLOCKSIZE
_LARGEST_NAME: Final = 1024 * 1024
"""Bytes of a name in a tar."""
_NAMES: Final = frozenset({b"x", b"g", b"X", b"L", b"K"})
"""Kinds of tar members that hold the name of the next member, or more about it."""
_SHORT: Final = rb"(?:[0-7]{7}[ \0]|[0-7]{6} \0|\0{8})"
_LONG: Final = rb"[0-7]{11}[ \0]"
_USUAL: Final = re.compile(
    rb"[^\0].{99}"  # the name; mode, owner, group; size; time; checksum; kind
    rb"%b{3}(%b)%b([0-7]{6}(?:\0 |[ \0]\0)|[0-7]{7}[ \0])[0\0].{172}%b{2}"
    % (_SHORT, _LONG, _LONG, _SHORT),
    re.DOTALL,
)
_HALF: Final = _BLOCK // 2
_SPACES: Final = 8 * ord(" ")
"""What a checksum adds for itself."""


def is_end(block: bytes) -> bool:
    """Whether a tar ends where its next header would be: with a block of zeros, or with its file.

    POSIX.1-2017, pax, ustar interchange format: two blocks of zeros end it. One is enough here.
    """
    return not block.strip(b"\0") and len(block) in {0, _BLOCK}


class TarReader:
    """Reads a tar from its beginning."""

    def __init__(self, file: BufferedReader[Any]) -> None:
        self._file = file
        self._size: int | None = None
        if file.seekable():
            place = file.tell()
            self._size = file.seek(0, io.SEEK_END)
            file.seek(place)

    def files(self) -> Iterator[TarFile | None]:
        """Each file; None stands for a folder, a link, and all else that has no content.

        Raises:
            tarfile.TarError: it is broken.
        """
        mode = "r|" if self._size is None else "r:"
        with tarfile.open(fileobj=self._file, mode=mode, tarinfo=_Header) as archive:  # type: ignore[call-overload] # the mode is computed
            while (header := archive.next()) is not None:
                archive.members.clear()  # otherwise it keeps them all
                yield TarFile(archive, header, self._size) if header.isfile() else None


class TarFile:
    """A file in a tar, to be read before the next one."""

    def __init__(
        self, archive: tarfile.TarFile, header: tarfile.TarInfo, tar_size: int | None
    ) -> None:
        self.name = header.name
        self.size = header.size
        self.skips = tar_size is not None
        """Whether what is not read of it costs nothing."""
        self._left = header.size
        self._cut_off = tar_size is not None and header.offset_data + header.size > tar_size
        self._content: Any = archive.fileobj
        if header.issparse():
            self._content, self._cut_off = archive.extractfile(header), False

    def read(self, count: int) -> bytes:
        """The next bytes; fewer at its end.

        Raises:
            tarfile.ReadError: the tar ends before.
        """
        count = min(count, self._left)
        part: bytes = b"" if self._cut_off else self._content.read(count)
        if len(part) < count:
            raise tarfile.ReadError("unexpected end of data")
        self._left -= count
        return part


class _Header(tarfile.TarInfo):
    """What a tar says about a file, with a limit on the size of its name."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> _Header:
        header = super().frombuf(buf, encoding, errors)
        if header.type in _NAMES and header.size > _LARGEST_NAME:
            raise tarfile.ReadError(f"a name of {header.size} bytes")
        return header

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Header:
        """Read the next header; a broken one is an error.

        `tarfile` takes a broken header behind the first for the end, and leaves out what follows.
        """
        file: Any = archive.fileobj
        block = file.read(_BLOCK)
        if is_end(block):
            return cls.frombuf(block, "", "")  # says that it is the end
        try:
            return cls._of(block, archive)
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error

    @classmethod
    def _of(cls, block: bytes, archive: tarfile.TarFile) -> _Header:
        """The header in a block; `tarfile` reads it if it is not a usual one."""
        file: Any = archive.fileobj
        coding: Any = archive.encoding, archive.errors
        header = None if archive.pax_headers else cls._usual(block, *coding)
        place: int = file.tell()
        if header is None:
            header = cls.frombuf(block, *coding)
            header.offset = place - _BLOCK
            return header._proc_member(archive)  # type: ignore[attr-defined, no-any-return] # noqa: SLF001 - as `tarfile` does
        header.offset, header.offset_data = place - _BLOCK, place
        archive.offset = place + -(-header.size // _BLOCK) * _BLOCK
        return header

    @classmethod
    def _usual(cls, block: bytes, encoding: str, errors: str) -> _Header | None:
        found = _USUAL.match(block) if len(block) == _BLOCK else None
        if found is None:
            return None
        stated = int(found[2].rstrip(b"\0 "), 8)
        # No sum of 256 bytes is as large as what adler32 divides by.
        total = (adler32(block[:_HALF]) & 0xFFFF) + (adler32(block[_HALF:]) & 0xFFFF) - 2
        if stated != total - sum(found[2]) + _SPACES:
            return None
        name, folder = block[:100].partition(b"\0")[0], block[345:500].partition(b"\0")[0]
        if folder:
            name = folder + b"/" + name
        if name.endswith(b"/"):
            return None
        header = cls(name.decode(encoding, errors))
        header.size = int(found[1][:11], 8)
        header.type = tarfile.REGTYPE
        return header
