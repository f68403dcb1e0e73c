"""Where messages come from: files, folders, Maildirs, standard input.

The only module in this room that opens files; `mmctl.mail.archives` reads what is in them.
"""

from __future__ import annotations

import errno
import os
from functools import partial
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from mmctl.errors import UsageError
from mmctl.inputs import open_file, open_listed
from mmctl.mail.allowance import Stream
from mmctl.mail.archives import (
    LARGEST_MESSAGE,
    UnreadableFileError,
    archives_of,
    messages_of_file,
    no_such_message,
    one_message,
    readable,
)
from mmctl.mail.contents import FIRST, Content, content_of, is_surely_one_message
from mmctl.mail.listing import files_below, is_delivered
from mmctl.mail.partial import FIRST_BYTES, WHOLE, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import FileIO

    from mmctl.mail.left_out import LeftOut, Skip
    from mmctl.mail.partial import Needs

    Watch: TypeAlias = Callable[[int], None]
    """Receives the number of bytes of files that were dealt with since the last call."""

STANDARD_INPUT: Final = "-"


def messages(
    paths: Iterable[str | Path],
    stdin: BinaryIO | None = None,
    *,
    needs: Needs = WHOLE,
    skip: Skip | None = None,
    watch: Watch | None = None,
) -> Iterator[Message]:
    """Read messages one after the other, each with the name that reports use.

    A path is a message file, a folder (all its files, hidden ones left out, in order of their
    names), a Maildir, an mbox, a tar (each of them also as .gz, .xz, .bz2), a zip, `-` for
    standard input, or one message of an archive, named as in reports. What is too large, cannot be
    unpacked or is not a message is handed to `skip`; without `skip` it is an error. `watch`
    receives how many bytes of files are dealt with, as they are read.

    Raises:
        UsageError: a path is missing, or cannot be read.
    """
    leave_out = _refuse if skip is None else skip
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield from _from_stream(stdin, leave_out, needs)
        elif (archive := archive_of(Path(path))) is not None:
            yield _one_of(archive, str(path), needs, watch)
        elif is_folder(Path(path)):
            yield from _from_folder(str(Path(path)), leave_out, needs, watch)
        else:
            name = str(Path(path))
            listed = os.path.isfile(name)  # noqa: PTH113 - it never raises
            yield from messages_in_file(name, name, leave_out, needs, watch=watch, listed=listed)


def sizes_at(paths: Iterable[Path]) -> Iterator[int]:
    """The bytes of each file that is read for some paths; a pipe has none.

    Nothing is raised: who reads them says what is wrong.
    """
    for path in paths:
        try:
            place = archive_of(path) or path
            for file in files_below(str(place)) if place.is_dir() else (str(place),):
                yield os.stat(file).st_size  # noqa: PTH116 - there may be millions
        except (OSError, UsageError):
            continue


def _refuse(left_out: LeftOut) -> None:
    """Refuse a message that cannot be read, because it must not be skipped."""
    raise UnreadableFileError(left_out)


def _from_stream(stdin: BinaryIO | None, skip: Skip, needs: Needs) -> Iterator[Message]:
    """The messages on standard input; a single text is a message, whatever it looks like."""
    if stdin is None:
        raise UsageError("`-` means messages on standard input, and there is none")
    with BufferedReader(Stream(stdin)) as file:
        yield from messages_of_file(STANDARD_INPUT, file, skip, needs=needs, sure=True)


def archive_of(path: Path) -> Path | None:
    """The archive or mbox of a message; None: the path is that of a file, or of nothing."""
    with readable(path):
        if path.exists():
            return None
        return next(
            (file for name in archives_of(str(path)) if (file := Path(name)).is_file()), None
        )


def _one_of(archive: Path, name: str, needs: Needs, watch: Watch | None) -> Message:
    """One message of an archive; those after it are not read."""

    def of_this(left_out: LeftOut) -> None:
        if left_out.name == name:
            raise UnreadableFileError(left_out)

    place = str(archive)
    for message in messages_in_file(place, place, of_this, needs, watch=watch):
        if message.name == name:
            return message
    raise no_such_message(place, name)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; raises if it does not exist."""
    with readable(path):
        if not path.exists():
            raise UsageError(f"`{path}` does not exist")
        return path.is_dir()


def _from_folder(folder: str, skip: Skip, needs: Needs, watch: Watch | None) -> Iterator[Message]:
    """All messages below a folder; a file that cannot be read does not stop the others."""
    found = False
    for file in files_below(folder):
        found = True
        try:
            yield from messages_in_file(file, file, skip, needs, watch=watch)
        except UnreadableFileError as error:
            skip(error.left_out)
    if not found:
        raise no_files(folder)


def no_files(folder: str) -> UsageError:
    """The error for an empty folder."""
    return UsageError(f"folder `{folder}` has no files")


def messages_in_file(
    name: str,
    place: str,
    skip: Skip,
    needs: Needs,
    *,
    watch: Watch | None = None,
    listed: bool = True,
) -> Iterator[Message]:
    """The messages of one file, which is at a place and has a name in reports.

    `listed`: it was seen to be a file, not a pipe or a device.

    Raises:
        UnreadableFileError: it cannot be read.
    """
    try:
        found = _single(name, place, needs) if listed else None
    except (OSError, ValueError):
        with readable(name):
            raise
    if found is None:
        yield from _in_any_file(name, place, skip, needs, watch)
        return
    message, size = found
    if watch is not None:
        watch(size)
    if isinstance(message, Message):
        yield message
    else:
        skip(message)


def _in_any_file(
    name: str, place: str, skip: Skip, needs: Needs, watch: Watch | None
) -> Iterator[Message]:
    with readable(name), _opened(place, watch) as file:
        size = os.fstat(file.fileno()).st_size if file.seekable() else None
        sure = is_delivered(name)
        yield from messages_of_file(name, file, skip, needs=needs, size=size, sure=sure)


def _single(name: str, place: str, needs: Needs) -> tuple[Message | LeftOut, int] | None:
    """The one message of a file, or why it is none, and its size; None: it may be something else.

    The way of nearly all files, of which there may be millions.
    """
    opened = open_listed(place)
    if opened is None:
        return None
    handle, size = opened
    try:
        start = os.read(handle, FIRST_BYTES)
        if not start or len(start) != min(size, FIRST_BYTES):
            return None
        if is_surely_one_message(name, start):
            if size <= FIRST_BYTES:
                return Message(name, start), size
        elif content_of(name, start[:FIRST]) is not Content.OTHER:
            return None
        fetch = partial(_next_of, handle)
        return one_message(name, size, needs, fetch, start, sure=is_delivered(name)), size
    finally:
        os.close(handle)


def _next_of(handle: int, begin: int, end: int) -> bytes:
    """The next bytes of a file."""
    parts = []
    while begin < end and (part := os.read(handle, end - begin)):
        parts.append(part)
        begin += len(part)
    if begin < end:
        raise OSError(errno.EIO, "it became shorter while it was read")
    return b"".join(parts)


def _opened(place: str, watch: Watch | None) -> BufferedReader[Any]:
    file = open_file(place)
    return BufferedReader(file if watch is None else _Watched(file, watch))


class _Watched(RawIOBase):
    """A file that reports how many bytes of it are dealt with: read, or skipped as the rest of one.

    A jump across more than a message is that to the directory of a zip.
    """

    def __init__(self, file: FileIO, watch: Watch) -> None:
        self._file = file
        self._watch = watch
        self._place = self._seen = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._place = self._file.seek(offset, whence)
        return self._place

    def tell(self) -> int:
        return self._place

    def fileno(self) -> int:
        return self._file.fileno()

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)
        self._place += count
        if 0 < self._place - self._seen <= LARGEST_MESSAGE:
            self._watch(self._place - self._seen)
            self._seen = self._place
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
