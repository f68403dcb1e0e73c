"""An open file → its messages: one message, an mbox, a tar, a zip, each compressed or not.

The content of a file decides its form, and so does that of a file in an archive: archives inside
archives are read like any other. One message is in memory at a time; nothing is ever unpacked to
disk, so names inside archives are only names. Opens nothing by its name.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from typing import TYPE_CHECKING, Any, BinaryIO, Final, assert_never, cast

from mmctl.errors import UsageError
from mmctl.inputs import read_some
from mmctl.mail.allowance import DEEPEST, Allowance, Stream, TooMuchError
from mmctl.mail.contents import FIRST, Content, content_of, no_message, not_read
from mmctl.mail.left_out import LeftOut, Why
from mmctl.mail.mbox import messages_of_mbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mmctl.mail.left_out import Skip

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes; the service takes 40 MB. What is larger, compressed or not, is not read to its end."""

_LARGEST_NAME: Final = 1024 * 1024
"""Bytes of a name in a tar."""
_NAMES: Final = frozenset({b"x", b"g", b"X", b"L", b"K"})
"""Kinds of tar members that hold the name of the next member, or more about it."""
_INSIDE: Final = re.compile("[:#]")
"""The separator between the name of an archive or mbox and that of a message in it."""
_COMPRESSED: Final[Mapping[bytes, Callable[..., Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"BZh": bz2.open,
}
_BROKEN: Final = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    ArithmeticError,
    RecursionError,
)
_NO_ARCHIVE: Final = "is not a readable archive of messages"


class UnreadableFileError(UsageError):
    """A file cannot be read; `left_out` says so for one among many."""

    def __init__(self, left_out: LeftOut) -> None:
        super().__init__(f"`{left_out.name}` {left_out.reason}", help=left_out.help)
        self.left_out = left_out

    def __reduce__(self) -> tuple[type[UnreadableFileError], tuple[LeftOut]]:
        """Go from process to process as what was left out."""
        return type(self), (self.left_out,)


def messages_of_file(
    name: str,
    file: BufferedReader[Any],
    skip: Skip,
    *,
    size: int | None = None,
    sure: bool = False,
) -> Iterator[tuple[str, bytes]]:
    """The messages of a file; everything else in it is handed to `skip`.

    `size` is its number of bytes, if known. In a place that holds only messages (`sure`), a file
    is one even without a header.

    Raises:
        UnreadableFileError: it is broken, or its form is not supported.
    """
    if not file.seekable():
        file = BufferedReader(Stream(file))
    try:
        with readable(name):
            yield from _ArchiveReader(skip, Allowance.of(size)).messages(name, file, sure=sure)
    except TooMuchError as error:
        raise UnreadableFileError(LeftOut(name, Why.UNREADABLE, str(error))) from error


def is_one_file(name: str, start: bytes) -> bool:
    """Whether a file with this start holds at most one message, and is not an archive or mbox."""
    return content_of(name, start) is Content.OTHER


def archives_of(name: str) -> Iterator[str]:
    """The possible names of the archive of a message with such a name: `a.zip:b.eml`, `a#3`."""
    return (name[: found.start()] for found in _INSIDE.finditer(name))


def too_large(name: str, size: int) -> LeftOut | None:
    """Why a message of this size is left out; None: it is not."""
    if size <= LARGEST_MESSAGE:
        return None
    limit = f"{LARGEST_MESSAGE // 1024**2} MiB"
    return LeftOut(
        name, Why.TOO_LARGE, f"has more than {limit}, the most that is read of a message"
    )


def no_such_message(archive: str, name: str) -> UsageError:
    """The error for a message that is not in its archive."""
    return UsageError(f"`{archive}` has no message `{name.removeprefix(archive)[1:]}`")


@contextmanager
def readable(name: str | Path) -> Iterator[None]:
    """Turn the errors of reading a file into a sentence."""
    try:
        yield
    except _BROKEN as error:
        reason = error.strerror if isinstance(error, OSError) else None
        left_out = (
            LeftOut(str(name), Why.UNREADABLE, f"cannot be read: {reason.lower()}")
            if reason
            else LeftOut(
                str(name),
                Why.UNREADABLE,
                _NO_ARCHIVE,
                "expected a message, a folder, a Maildir, an mbox, a tar or a zip",
            )
        )
        raise UnreadableFileError(left_out) from error


@dataclass(slots=True)
class _ArchiveReader:
    """Reads one file and everything inside it."""

    skip: Skip
    allowance: Allowance

    def messages(
        self, name: str, file: BufferedReader[Any], depth: int = 0, *, sure: bool = False
    ) -> Iterator[tuple[str, bytes]]:
        """The messages of a file that is nested inside others."""
        if depth > DEEPEST:
            reason = f"is in more than {DEEPEST} archives inside each other"
            raise UnreadableFileError(LeftOut(name, Why.UNREADABLE, reason))
        start = file.peek(FIRST)[:FIRST]
        if not start:
            self.skip(LeftOut(name, Why.EMPTY, "is empty"))
            return
        match content_of(name, start):
            case Content.PACKED:
                yield from self._packed(name, file, start, depth)
            case Content.ZIP:
                yield from self._zip(name, file, start, depth)
            case Content.TAR:
                yield from self._tar(name, file, depth)
            case Content.MBOX:
                yield from messages_of_mbox(name, file, largest=LARGEST_MESSAGE, skip=self.skip)
            case Content.NOT_READ:
                raise UnreadableFileError(not_read(name, start))
            case Content.OTHER:
                yield from self._one(name, cast("BinaryIO", file), sure=sure)
            case never:
                assert_never(never)

    def _packed(
        self, name: str, file: BufferedReader[Any], start: bytes, depth: int
    ) -> Iterator[tuple[str, bytes]]:
        opened = next(way for begin, way in _COMPRESSED.items() if start.startswith(begin))
        with opened(file) as packed, BufferedReader(Stream(packed, self.allowance)) as inside:
            yield from self.messages(name, inside, depth + 1)

    def _tar(self, name: str, file: BufferedReader[Any], depth: int) -> Iterator[tuple[str, bytes]]:
        """The files of a tar in its order, as a stream."""
        with tarfile.open(fileobj=file, mode="r|", tarinfo=_TarInfo) as archive:
            while (member := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined] # otherwise it keeps them all
                self.allowance.take_member()
                if not member.isfile():
                    continue
                content = cast("BinaryIO", archive.extractfile(member))
                yield from self._member(f"{name}:{member.name}", content, member.size, depth)

    def _zip(
        self, name: str, file: BufferedReader[Any], start: bytes, depth: int
    ) -> Iterator[tuple[str, bytes]]:
        """The files of a zip in its order."""
        if not start.startswith(b"PK"):
            raise UnreadableFileError(LeftOut(name, Why.UNREADABLE, "is not a zip archive"))
        whole = file if file.seekable() else _in_memory(name, file, depth)
        with zipfile.ZipFile(whole) as archive:
            for member in archive.infolist():
                self.allowance.take_member()
                if member.is_dir():
                    continue
                inside = f"{name}:{member.filename}"
                with self._others_go_on(inside), archive.open(member) as content:
                    stream = cast("BinaryIO", content)
                    yield from self._member(inside, stream, member.file_size, depth)

    def _member(
        self, name: str, content: BinaryIO, size: int, depth: int
    ) -> Iterator[tuple[str, bytes]]:
        """The messages of one file in an archive: most often it is one message."""
        if size > LARGEST_MESSAGE:
            yield from self._inside(name, BufferedReader(Stream(content, self.allowance)), depth)
            return
        with self._others_go_on(name):
            whole = read_some(content, LARGEST_MESSAGE + 1)
            self.allowance.take(len(whole))
            if content_of(name, whole[:FIRST]) is Content.OTHER:
                yield from self._one(name, io.BytesIO(whole))
            else:
                yield from self._inside(name, BufferedReader(io.BytesIO(whole)), depth)

    def _inside(
        self, name: str, file: BufferedReader[Any], depth: int
    ) -> Iterator[tuple[str, bytes]]:
        """The messages of an archive or mbox in an archive."""
        with self._others_go_on(name), readable(name):
            yield from self.messages(name, file, depth + 1)

    def _one(self, name: str, file: BinaryIO, *, sure: bool = False) -> Iterator[tuple[str, bytes]]:
        """One message, if it is one."""
        message = read_some(file, LARGEST_MESSAGE + 1)
        left_out = too_large(name, len(message)) or no_message(name, message, sure=sure)
        if left_out is None:
            yield name, message
        else:
            self.skip(left_out)

    @contextmanager
    def _others_go_on(self, name: str) -> Iterator[None]:
        """Leave out a file in an archive that cannot be read."""
        try:
            yield
        except UnreadableFileError as error:
            self.skip(error.left_out)
        except (RuntimeError, *_BROKEN) as error:
            # A zip needs a password, or uses a compression that Python lacks.
            locked = isinstance(error, RuntimeError) and not isinstance(error, RecursionError)
            reason = "is encrypted, or packed in an unsupported way" if locked else _NO_ARCHIVE
            self.skip(LeftOut(name, Why.UNREADABLE, reason))


class _TarInfo(tarfile.TarInfo):
    """A member of a tar, with a limit on the size of its name."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> _TarInfo:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _NAMES and member.size > _LARGEST_NAME:
            raise tarfile.ReadError(f"a name of {member.size} bytes")
        return member


def _in_memory(name: str, file: BinaryIO, depth: int) -> BinaryIO:
    """A zip that can only be read forward: its directory is at its end.

    Raises:
        UnreadableFileError: it is too large for that.
    """
    whole = read_some(file, LARGEST_MESSAGE + 1)
    if len(whole) <= LARGEST_MESSAGE:
        return io.BytesIO(whole)
    limit = f"{LARGEST_MESSAGE // 1024**2} MiB"
    where, instead = ("inside of another file", "unpack it") if depth else ("in a pipe", "name it")
    raise UnreadableFileError(
        LeftOut(name, Why.UNREADABLE, f"is a zip archive of more than {limit} {where}", instead)
    )
