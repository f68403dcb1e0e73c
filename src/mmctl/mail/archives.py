"""A file, opened → its messages: one message, an mbox, a tar, a zip, each of them packed or not.

What is in a file decides. One message is in memory at a time; nothing is ever unpacked to disk, so
names inside archives are names and no more. Opens nothing by its name.
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
from io import BufferedReader
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias, cast

from mmctl.errors import UsageError
from mmctl.mail.mbox import messages_of_mbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Skip: TypeAlias = Callable[[str, str], None]
    """Is told the name of a message that is left out, and the reason."""

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes; the service takes 40 MB. What is larger, packed or not, is not read to its end."""

_MESSAGE_SUFFIXES: Final = frozenset({".eml", ".txt", ".msg"})
_INSIDE: Final = re.compile("[:#]")
"""What stands between the name of an archive or mbox and that of a message in it."""
_PEEK: Final = 512
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_COMPRESSED: Final[Mapping[bytes, Callable[..., Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"BZh": bz2.open,
}
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


def messages_of_file(
    name: str, file: BufferedReader[Any], skip: Skip
) -> Iterator[tuple[str, bytes]]:
    """The messages of a file, by what is in it; the suffix decides only where that is open.

    Raises:
        UsageError: it holds no messages.
    """
    with readable(name):
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


def archives_of(name: str) -> Iterator[str]:
    """What the archive of a message with such a name may be called: `a.zip:b.eml`, `a#3`."""
    return (name[: found.start()] for found in _INSIDE.finditer(name))


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
    elif (message := bounded(name, file, skip)) is not None:
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
                    message = bounded(inside, cast("BinaryIO", content), skip)
            except RuntimeError:  # it wants a password, or is packed by a method Python lacks
                skip(inside, "is encrypted, or packed in a way that is not read")
                continue
            if message is not None:
                yield inside, message


def bounded(name: str, file: BinaryIO, skip: Skip) -> bytes | None:
    """Read a stream to its end; None where it is longer than any message, which `skip` is told."""
    message = file.read(LARGEST_MESSAGE + 1)
    if reason := too_large(len(message)):
        skip(name, reason)
        return None
    return message


def no_such_message(archive: str, name: str) -> UsageError:
    """What is told of a message that is in no place of its archive."""
    return UsageError(f"`{archive}` holds no message `{name.removeprefix(archive)[1:]}`")


@contextmanager
def readable(name: str | Path) -> Iterator[None]:
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
