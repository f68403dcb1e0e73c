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
from functools import partial
from io import BufferedReader
from typing import TYPE_CHECKING, Any, BinaryIO, Final, assert_never, cast

from mmctl.errors import UsageError
from mmctl.inputs import read_some
from mmctl.mail.allowance import DEEPEST, Allowance, Stream, TooMuchError
from mmctl.mail.contents import FIRST, Content, content_of, is_undecided, no_message, not_read
from mmctl.mail.left_out import LeftOut, Why
from mmctl.mail.mbox import messages_of_mbox
from mmctl.mail.partial import (
    FIRST_BYTES,
    WHOLE,
    Message,
    fetched,
    in_whole_lines,
    part_of,
    slices_of,
)
from mmctl.mail.tar_reader import TarReader
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mmctl.inputs import Readable
    from mmctl.mail.left_out import Skip
    from mmctl.mail.partial import Fetch, Needs

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes; the service takes 40 MB. What is larger, compressed or not, is not read to its end."""

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
    needs: Needs = WHOLE,
    size: int | None = None,
    sure: bool = False,
) -> Iterator[Message]:
    """The messages of a file, as much of each as is needed; all else in it is handed to `skip`.

    `size` is its number of bytes, if known. In a place that holds only messages (`sure`), a file
    is one even without a header.

    Raises:
        UnreadableFileError: it is broken, or its form is not supported.
    """
    if not file.seekable():
        file = BufferedReader(Stream(file))
    try:
        with readable(name):
            yield from _ArchiveReader(skip, needs, Allowance.of(size)).messages(
                name, file, sure=sure
            )
    except TooMuchError as error:
        raise UnreadableFileError(LeftOut(name, Why.UNREADABLE, str(error))) from error


def is_one_file(name: str, start: bytes) -> bool:
    """Whether a file with this start holds at most one message, and is not an archive or mbox."""
    return content_of(name, start) is Content.OTHER


def archives_of(name: str) -> Iterator[str]:
    """The possible names of the archive of a message with such a name: `a.zip:b.eml`, `a#3`."""
    return (name[: found.start()] for found in _INSIDE.finditer(name))


def one_message(
    name: str, size: int, needs: Needs, fetch: Fetch, start: bytes, *, sure: bool = False
) -> Message | LeftOut:
    """What is needed of a file that is not an archive, or why it is not a message.

    `start` are its first bytes, `fetch` reads the next ones.
    """
    if left_out := too_large(name, size):
        return left_out
    content, at_most = (start, 0) if len(start) == size else fetched(size, needs, fetch, start)
    left_out = no_message(name, content, sure=sure)
    if left_out is not None and len(content) < size and is_undecided(content):
        content += fetch(len(content), size)
        left_out = no_message(name, content, sure=sure)
    content = in_whole_lines(content, size)
    return left_out or Message(name, content, size - len(content), at_most)


def _next_of(content: Readable, begin: int, end: int) -> bytes:
    """The next bytes of a file in an archive.

    Raises:
        EOFError: there are fewer.
    """
    part = read_some(content, end - begin)
    if len(part) < end - begin:
        raise EOFError
    return part


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
    needs: Needs
    allowance: Allowance

    def messages(
        self, name: str, file: BufferedReader[Any], depth: int = 0, *, sure: bool = False
    ) -> Iterator[Message]:
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
                mbox = cast("BinaryIO", file)
                for inside, content in messages_of_mbox(
                    name, mbox, largest=LARGEST_MESSAGE, skip=self.skip
                ):
                    yield part_of(inside, content, self.needs)
            case Content.NOT_READ:
                raise UnreadableFileError(not_read(name, start))
            case Content.OTHER:
                whole = read_some(cast("BinaryIO", file), LARGEST_MESSAGE + 1)
                start = whole[:FIRST_BYTES]
                yield from self._one(name, len(whole), slices_of(whole), start, sure=sure)
            case never:
                assert_never(never)

    def _packed(
        self, name: str, file: BufferedReader[Any], start: bytes, depth: int
    ) -> Iterator[Message]:
        opened = next(way for begin, way in _COMPRESSED.items() if start.startswith(begin))
        with opened(file) as packed, BufferedReader(Stream(packed, self.allowance)) as inside:
            yield from self.messages(name, inside, depth + 1)

    def _tar(self, name: str, file: BufferedReader[Any], depth: int) -> Iterator[Message]:
        """The files of a tar in its order."""
        for content in TarReader(file).files():
            self.allowance.take_member()
            if content is not None:
                inside = f"{name}:{content.name}"
                at_once = None if content.skips else content.size
                yield from self._member(inside, content, content.size, depth, at_once=at_once)

    def _zip(
        self, name: str, file: BufferedReader[Any], start: bytes, depth: int
    ) -> Iterator[Message]:
        """The files of a zip in its order. Its directory is in memory: 0.5 KB for each file."""
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
        self,
        name: str,
        content: Readable,
        size: int,
        depth: int,
        *,
        at_once: int | None = None,
    ) -> Iterator[Message]:
        """The messages of one file in an archive: most often it is one message.

        `at_once` is how much of it to read in any case.
        """
        if size > LARGEST_MESSAGE:
            yield from self._inside(name, BufferedReader(Stream(content, self.allowance)), depth)
            return
        with self._others_go_on(name):
            start = read_some(content, min(size, at_once or FIRST_BYTES))
            if content_of(name, start[:FIRST]) is not Content.OTHER:
                whole = start + read_some(content, LARGEST_MESSAGE)
                self.allowance.take(len(whole))
                yield from self._inside(name, BufferedReader(io.BytesIO(whole)), depth)
                return
            if len(start) < FIRST_BYTES:
                size = len(start)  # a zip may state another one
            self.allowance.take(size)
            fetch = partial(_next_of, content) if len(start) < size else slices_of(start)
            yield from self._one(name, size, fetch, start[:FIRST_BYTES])

    def _inside(self, name: str, file: BufferedReader[Any], depth: int) -> Iterator[Message]:
        """The messages of an archive or mbox in an archive."""
        with self._others_go_on(name), readable(name):
            yield from self.messages(name, file, depth + 1)

    def _one(
        self, name: str, size: int, fetch: Fetch, start: bytes, *, sure: bool = False
    ) -> Iterator[Message]:
        """One message, if it is one."""
        message = one_message(name, size, self.needs, fetch, start, sure=sure)
        if isinstance(message, Message):
            yield message
        else:
            self.skip(message)

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
