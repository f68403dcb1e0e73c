"""Where messages come from: files, folders, Maildirs, standard input.

The only module in this room that opens files; `mmctl.mail.archives` reads what is in them.
"""

from __future__ import annotations

import os
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from mmctl.errors import UsageError
from mmctl.inputs import open_file
from mmctl.mail.allowance import Stream
from mmctl.mail.archives import (
    UnreadableFileError,
    archives_of,
    messages_of_file,
    no_such_message,
    readable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import FileIO

    from mmctl.mail.left_out import LeftOut, Skip

    Watch: TypeAlias = Callable[[int], None]
    """Receives the number of bytes read from files since the last call."""

STANDARD_INPUT: Final = "-"
_DELIVERED: Final = frozenset({"cur", "new"})
"""The folders of a Maildir that contain only messages."""


def messages(
    paths: Iterable[str | Path],
    stdin: BinaryIO | None = None,
    *,
    skip: Skip | None = None,
    watch: Watch | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Read messages one after the other, each with the name that reports use.

    A path is a message file, a folder (all its files, hidden ones left out, in order of their
    names), a Maildir, an mbox, a tar (each of them also as .gz, .xz, .bz2), a zip, `-` for
    standard input, or one message of an archive, named as in reports. What is too large, cannot be
    unpacked or is not a message is handed to `skip`; without `skip` it is an error. `watch`
    receives how many bytes are read from files, as they are read.

    Raises:
        UsageError: a path is missing, or cannot be read.
    """
    leave_out = _refuse if skip is None else skip
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield from _from_stream(stdin, leave_out)
        elif (archive := archive_of(Path(path))) is not None:
            yield _one_of(archive, str(path), watch)
        elif is_folder(Path(path)):
            yield from _from_folder(Path(path), leave_out, watch)
        else:
            yield from _from_file(Path(path), leave_out, watch)


def bytes_of(paths: Iterable[Path]) -> int:
    """The total bytes of the files that are read for some paths; a pipe has none.

    Raises:
        UsageError: a path is missing or cannot be read.
    """
    total = 0
    for path in paths:
        place = archive_of(path) or path
        for file in files_below(place) if is_folder(place) else (place,):
            with readable(file):
                total += file.stat().st_size
    return total


def _refuse(left_out: LeftOut) -> None:
    """Refuse a message that cannot be read, because it must not be skipped."""
    raise UnreadableFileError(left_out)


def _from_stream(stdin: BinaryIO | None, skip: Skip) -> Iterator[tuple[str, bytes]]:
    """The messages on standard input; a single text is a message, whatever it looks like."""
    if stdin is None:
        raise UsageError("`-` means messages on standard input, and there is none")
    with BufferedReader(Stream(stdin)) as file:
        yield from messages_of_file(STANDARD_INPUT, file, skip, sure=True)


def archive_of(path: Path) -> Path | None:
    """The archive or mbox of a message; None: the path is that of a file, or of nothing."""
    with readable(path):
        if path.exists():
            return None
        return next(
            (file for name in archives_of(str(path)) if (file := Path(name)).is_file()), None
        )


def _one_of(archive: Path, name: str, watch: Watch | None) -> tuple[str, bytes]:
    """One message of an archive; those after it are not read."""

    def of_this(left_out: LeftOut) -> None:
        if left_out.name == name:
            raise UnreadableFileError(left_out)

    for found, content in _from_file(archive, of_this, watch):
        if found == name:
            return found, content
    raise no_such_message(str(archive), name)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; raises if it does not exist."""
    with readable(path):
        if not path.exists():
            raise UsageError(f"`{path}` does not exist")
        return path.is_dir()


def _from_folder(folder: Path, skip: Skip, watch: Watch | None) -> Iterator[tuple[str, bytes]]:
    """All messages below a folder; a file that cannot be read does not stop the others."""
    found = False
    for file in files_below(folder):
        found = True
        try:
            yield from _from_file(file, skip, watch)
        except UnreadableFileError as error:
            skip(error.left_out)
    if not found:
        raise no_files(folder)


def no_files(folder: Path) -> UsageError:
    """The error for an empty folder."""
    return UsageError(f"folder `{folder}` has no files")


def files_below(folder: Path) -> Iterator[Path]:
    """The files below a folder, sorted; of a Maildir only those in cur and new, and its folders."""
    with readable(folder):
        entries = sorted(folder.iterdir())
    names = {entry.name for entry in entries}
    maildir = names >= _DELIVERED
    for entry in entries:
        hidden = entry.name.startswith(".")
        if entry.is_dir():
            wanted = entry.name in _DELIVERED or hidden if maildir else not hidden
            if wanted and not entry.is_symlink():
                yield from files_below(entry)
        elif not hidden and not maildir and entry.is_file():
            yield entry


def is_delivered(file: Path) -> bool:
    """Whether a file is where a Maildir has only messages."""
    return file.parent.name in _DELIVERED


def _from_file(path: Path, skip: Skip, watch: Watch | None) -> Iterator[tuple[str, bytes]]:
    """The messages of one file."""
    with readable(path), _opened(path, watch) as file:
        size = os.fstat(file.fileno()).st_size if file.seekable() else None
        sure = is_delivered(path)
        yield from messages_of_file(str(path), file, skip, size=size, sure=sure)


def _opened(path: Path, watch: Watch | None) -> BufferedReader[Any]:
    file = open_file(path)
    return BufferedReader(file if watch is None else _Watched(file, watch))


class _Watched(RawIOBase):
    """A file that reports how many bytes are read from it."""

    def __init__(self, file: FileIO, watch: Watch) -> None:
        self._file = file
        self._watch = watch

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def fileno(self) -> int:
        return self._file.fileno()

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)
        self._watch(count)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
