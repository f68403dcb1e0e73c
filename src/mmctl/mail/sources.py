"""Where messages come from: files, folders, Maildirs, standard input.

The one place of this room that opens files; what is in one is read by `mmctl.mail.archives`.
"""

from __future__ import annotations

from io import BufferedReader, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from mmctl.errors import UsageError
from mmctl.mail.archives import (
    archives_of,
    bounded,
    messages_of_file,
    no_such_message,
    readable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.mail.archives import Skip

    Watch: TypeAlias = Callable[[int], None]
    """Is told how many more bytes of files are read."""

STANDARD_INPUT: Final = "-"


def messages(
    paths: Iterable[str | Path],
    stdin: BinaryIO | None = None,
    *,
    skip: Skip | None = None,
    watch: Watch | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Read messages one after the other; each with the name that reports give it.

    A path is a message file, a folder (all its files, hidden ones left out, in order of their
    names), a Maildir, an mbox, a tar (each of them also as .gz, .xz, .bz2), a zip, `-` for one
    message on standard input, or one message of an archive as reports call it. A message that is
    too large or cannot be unpacked is handed to `skip` with its name and the reason; without
    `skip` it is an error. `watch` is told how many bytes are read of files, as they are read.

    Raises:
        UsageError: a path is missing, cannot be read, or holds no messages.
    """
    leave_out = skip or _refuse
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield from _from_stream(stdin, leave_out)
        elif (archive := _archive_of(Path(path))) is not None:
            yield _one_of(archive, str(path), leave_out, watch)
        elif _is_folder(Path(path)):
            yield from _from_folder(Path(path), leave_out, watch)
        else:
            yield from _from_file(Path(path), leave_out, watch)


def bytes_of(paths: Iterable[Path]) -> int:
    """Bytes of all files that are read for some paths; a pipe has none.

    Raises:
        UsageError: a path is missing or cannot be read.
    """
    total = 0
    for path in paths:
        place = _archive_of(path) or path
        for file in _files(place) if _is_folder(place) else (place,):
            with readable(file):
                total += file.stat().st_size
    return total


def _refuse(name: str, reason: str) -> None:
    """What happens to a message that cannot be read where nobody wants to go on without it."""
    raise UsageError(f"`{name}` {reason}")


def _from_stream(stdin: BinaryIO | None, skip: Skip) -> Iterator[tuple[str, bytes]]:
    """The one message on standard input."""
    if stdin is None:
        raise UsageError("`-` stands for a message on standard input, and there is none")
    with readable(STANDARD_INPUT):
        message = bounded(STANDARD_INPUT, stdin, skip)
    if message is not None:
        yield STANDARD_INPUT, message


def _archive_of(path: Path) -> Path | None:
    """The archive or mbox of a message; None: the path is that of a file itself, or of nothing."""
    with readable(path):
        if path.exists():
            return None
        return next(
            (file for name in archives_of(str(path)) if (file := Path(name)).is_file()), None
        )


def _one_of(archive: Path, name: str, skip: Skip, watch: Watch | None) -> tuple[str, bytes]:
    """One message of an archive; those after it are not read."""
    for found, content in _from_file(archive, skip, watch):
        if found == name:
            return found, content
    raise no_such_message(str(archive), name)


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder; that it is there at all is checked too."""
    with readable(path):
        if not path.exists():
            raise UsageError(f"`{path}` does not exist")
        return path.is_dir()


def _from_folder(folder: Path, skip: Skip, watch: Watch | None) -> Iterator[tuple[str, bytes]]:
    """All messages below a folder."""
    found = False
    for file in _files(folder):
        found = True
        yield from _from_file(file, skip, watch)
    if not found:
        raise UsageError(f"folder `{folder}` holds no files")


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder, sorted; of a Maildir those in cur and new, and of its folders."""
    with readable(folder):
        entries = sorted(folder.iterdir())
    names = {entry.name for entry in entries}
    maildir = {"cur", "new"} <= names
    for entry in entries:
        hidden = entry.name.startswith(".")
        if entry.is_dir():
            wanted = entry.name in {"cur", "new"} or hidden if maildir else not hidden
            if wanted and not entry.is_symlink():
                yield from _files(entry)
        elif not hidden and not maildir and entry.is_file():
            yield entry


def _from_file(path: Path, skip: Skip, watch: Watch | None) -> Iterator[tuple[str, bytes]]:
    """The messages of one file."""
    with readable(path), _opened(path, watch) as file:
        yield from messages_of_file(str(path), file, skip)


def _opened(path: Path, watch: Watch | None) -> BufferedReader[Any]:
    return path.open("rb") if watch is None else BufferedReader(_WatchedFile(path, watch))


class _WatchedFile(FileIO):
    """A file that tells how many bytes are read of it."""

    def __init__(self, path: Path, watch: Watch) -> None:
        super().__init__(path)
        self._watch = watch

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        self._watch(count)
        return count
