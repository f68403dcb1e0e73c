"""Where messages come from: files, folders, Maildirs, mboxes, archives, standard input.

The one place of this room that opens files. One message is in memory at a time; nothing is ever
unpacked to disk, so names inside archives are names and no more.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias, cast

from mmctl.errors import UsageError
from mmctl.mail.mbox import messages_of_mbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Skip: TypeAlias = Callable[[str, str], None]
    Watch: TypeAlias = Callable[[int], None]

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes; the service takes 40 MB. What is larger, packed or not, is not read to its end."""

STANDARD_INPUT: Final = "-"
_MESSAGE_SUFFIXES: Final = frozenset({".eml", ".txt", ".msg"})
_PEEK: Final = 512
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_COMPRESSED: Final[Mapping[bytes, Callable[..., Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"BZh": bz2.open,
}
_INSIDE: Final = re.compile("[:#]")
"""What stands between the name of an archive or mbox and that of a message in it."""
_PACKED: Final = frozenset({".gz", ".xz", ".bz2"})
_TAR_MAGIC: Final = slice(257, 262)
_TAR_SUFFIXES: Final = (".tar", ".tgz", ".txz", ".tar.gz", ".tar.xz", ".tar.bz2")
_OTHER_ARCHIVES: Final = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"!BDN": "an Outlook data file (PST)",
    b"\xd0\xcf\x11\xe0": "an Outlook message (MSG)",
}
_BROKEN: Final = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
)


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
            with _readable(file):
                total += file.stat().st_size
    return total


def _refuse(name: str, reason: str) -> None:
    """What happens to a message that cannot be read where nobody wants to go on without it."""
    raise UsageError(f"`{name}` {reason}")


def _from_stream(stdin: BinaryIO | None, skip: Skip) -> Iterator[tuple[str, bytes]]:
    """The one message on standard input."""
    if stdin is None:
        raise UsageError("`-` stands for a message on standard input, and there is none")
    with _readable(STANDARD_INPUT):
        message = _bounded(STANDARD_INPUT, stdin, skip)
    if message is not None:
        yield STANDARD_INPUT, message


def _archive_of(path: Path) -> Path | None:
    """The archive or mbox of a message that is called as reports call it: `a.zip:b.eml`, `a#3`."""
    with _readable(path):
        if path.exists():
            return None
        name = str(path)
        ends = (found.start() for found in _INSIDE.finditer(name))
        return next((file for end in ends if (file := Path(name[:end])).is_file()), None)


def _one_of(archive: Path, name: str, skip: Skip, watch: Watch | None) -> tuple[str, bytes]:
    """One message of an archive; those after it are not read."""
    for found, content in _from_file(archive, skip, watch):
        if found == name:
            return found, content
    inside = name.removeprefix(str(archive))[1:]
    raise UsageError(f"`{archive}` holds no message `{inside}`")


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder; that it is there at all is checked too."""
    with _readable(path):
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
    with _readable(folder):
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
    with _readable(path), _opened(path, watch) as file:
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


def messages_of_file(
    name: str, file: BufferedReader[Any], skip: Skip
) -> Iterator[tuple[str, bytes]]:
    """The messages of a file, by what is in it; the suffix decides only where that is open.

    Raises:
        UsageError: it holds no messages.
    """
    with _readable(name):
        start = file.peek(_PEEK)[:_PEEK]
        unpacked = _unpacking(start)
        if unpacked is None:
            yield from _from_content(name, file, start, skip)
            return
        with unpacked(file) as inside, BufferedReader(inside) as buffered:
            yield from _from_content(name, buffered, buffered.peek(_PEEK)[:_PEEK], skip)


def is_one_message(name: str, start: bytes) -> bool:
    """Whether a file that begins so is a message itself, and no archive or mbox."""
    return not (
        _unpacking(start)
        or start.startswith(_ZIP)
        or _is_tar(name, start)
        or PurePath(name).suffix.lower() == ".zip"
        or start[:4] in _OTHER_ARCHIVES
        or _is_mbox(name, start)
    )


def too_large(size: int) -> str | None:
    """Why a message of so many bytes is left out; None: it is not."""
    if size <= LARGEST_MESSAGE:
        return None
    return f"has more than {LARGEST_MESSAGE // 1024**2} MiB, the most that is read of a message"


def _unpacking(start: bytes) -> Callable[..., Any] | None:
    return next((way for begin, way in _COMPRESSED.items() if start.startswith(begin)), None)


def _from_content(
    name: str, file: BufferedReader[Any], start: bytes, skip: Skip
) -> Iterator[tuple[str, bytes]]:
    """Choose the reader that fits the first bytes of a file."""
    if start.startswith(_ZIP):
        yield from _from_zip(name, file, skip)
    elif _is_tar(name, start):
        yield from _from_tar(name, file, skip)
    elif PurePath(name).suffix.lower() == ".zip":
        raise UsageError(f"`{name}` is not a zip archive")
    elif kind := _OTHER_ARCHIVES.get(start[:4]):
        raise UsageError(
            f"`{name}` is {kind}, which is not read",
            help="unpack it, or export its messages as .eml, mbox, tar or zip",
        )
    elif _is_mbox(name, start):
        yield from messages_of_mbox(name, file, largest=LARGEST_MESSAGE, skip=skip)
    elif (message := _bounded(name, file, skip)) is not None:
        yield name, message


def _is_mbox(name: str, start: bytes) -> bool:
    """Whether a file is an mbox: a message that is named as one may begin like that, too."""
    return start.startswith(b"From ") and _suffix(name) not in _MESSAGE_SUFFIXES


def _suffix(name: str) -> str:
    """The suffix in lower case; that before the one of a compression."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix not in _PACKED), "")


def _is_tar(name: str, start: bytes) -> bool:
    """Whether a file, once it is unpacked, is a tar: old ones have no magic."""
    return start[_TAR_MAGIC] == b"ustar" or name.lower().endswith(_TAR_SUFFIXES)


def _from_tar(name: str, file: BufferedReader[Any], skip: Skip) -> Iterator[tuple[str, bytes]]:
    """The files of a tar, in its order, as a stream."""
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for member in archive:
            inside = f"{name}:{member.name}"
            if not member.isfile():
                continue
            if reason := too_large(member.size):
                skip(inside, reason)
                continue
            content = cast("BinaryIO", archive.extractfile(member))
            yield inside, content.read()


def _from_zip(name: str, file: BufferedReader[Any], skip: Skip) -> Iterator[tuple[str, bytes]]:
    """The files of a zip, in its order."""
    if not file.seekable():
        raise UsageError(f"`{name}` is a zip archive, which cannot be read from a pipe")
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            inside = f"{name}:{member.filename}"
            if member.is_dir():
                continue
            try:
                with archive.open(member) as content:
                    message = _bounded(inside, cast("BinaryIO", content), skip)
            except RuntimeError:  # it wants a password, or is packed by a method Python lacks
                skip(inside, "is encrypted, or packed in a way that is not read")
                continue
            if message is not None:
                yield inside, message


def _bounded(name: str, file: BinaryIO, skip: Skip) -> bytes | None:
    """Read a stream to its end; None where it is longer than any message, which `skip` is told."""
    message = file.read(LARGEST_MESSAGE + 1)
    if reason := too_large(len(message)):
        skip(name, reason)
        return None
    return message


@contextmanager
def _readable(name: str | Path) -> Iterator[None]:
    """Turn what can go wrong with a file into a sentence."""
    try:
        yield
    except _BROKEN as error:
        reason = error.strerror if isinstance(error, OSError) else None
        if reason:
            raise UsageError(f"`{name}` cannot be read: {reason.lower()}") from error
        raise UsageError(
            f"`{name}` is not a readable archive of messages",
            help="expected a message, a folder, a Maildir, an mbox, a tar or a zip",
        ) from error
