"""Safe reading of files: never waits for what is not a file, never reads what is too large.

A folder of rules or mail may hold a pipe that nobody writes to, an endless device, or a file
too large for memory. Each reader states its limit; failures are `OSError`s with a reason that can
be shown.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader, FileIO
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from pathlib import Path

MIB: Final = 1024 * 1024
RULES_AT_MOST: Final = 16 * MIB
"""Bytes of a file of rules or cases: room for more than 100,000 rules; the service takes 1,600."""
FILE_AT_MOST: Final = 64 * MIB
"""Bytes of any other file that people write or export: members, zones, configurations."""
DOCUMENT_AT_MOST: Final = 256 * MIB
"""Bytes of a document that mmctl itself writes: a plan, a snapshot, a report."""
DEEPEST: Final = 100
"""Levels of a JSON document; the service's have fewer than 20."""
_PIECE: Final = MIB
_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
"""How files are opened: nobody is waited for."""
_HANDED_OVER: Final = ("/dev/fd/", "/dev/stdin", "/proc/")
"""Where a shell puts pipes that it writes to: `<(command)`."""
_NO_FILE: Final = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: str | Path, *, at_most: int) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it cannot be read, is not a file, or has more than `at_most` bytes.
    """
    with BufferedReader(open_file(path)) as file:
        return read_stream(file, at_most=at_most)


def read_text(path: str | Path, *, at_most: int) -> str:
    """The text of a UTF-8 file, with the line ends that text files have here.

    Raises:
        OSError: it cannot be read, is not a file, or has more than `at_most` bytes.
        UnicodeDecodeError: it is not UTF-8.
    """
    text = read_file(path, at_most=at_most).decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_stream(file: IO[bytes], *, at_most: int) -> bytes:
    """The rest of an open file or pipe.

    Raises:
        OSError: it cannot be read, or has more than `at_most` bytes.
    """
    content = read_some(file, at_most + 1)
    if len(content) > at_most:
        raise OSError(errno.EFBIG, f"it has more than {at_most:,} bytes, the most that is read")
    return content


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, count: int, /) -> bytes:
        """The next bytes; at least one, except at the end."""


def read_some(file: Readable, count: int) -> bytes:
    """The next `count` bytes, fewer at the end; allocates for what is there, not for `count`."""
    parts = []
    while part := file.read(min(count, _PIECE)):
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def open_file(path: str | Path) -> FileIO:
    """A file opened for reading.

    Raises:
        OSError: it cannot be opened, or is a folder, a device, a socket, or a pipe that nobody
            is known to write to.
    """
    _check_kind(os.stat(path).st_mode, path)  # noqa: PTH116 - opening some devices has side effects
    handle = os.open(path, _READ)
    try:
        _check_kind(os.fstat(handle).st_mode, path)
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)
        return FileIO(handle)
    except BaseException:
        os.close(handle)
        raise


def open_listed(path: str) -> tuple[int, int] | None:
    """A handle and the size of a file that was seen to be one; None: it is something else now.

    Does less than `open_file`, for many files.

    Raises:
        OSError: it cannot be opened.
    """
    handle = os.open(path, _READ)
    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode):
        return handle, status.st_size
    os.close(handle)
    return None


def resolved(path: str | Path) -> Path:
    """The path with all links followed; links in a circle lead nowhere."""
    from pathlib import Path  # noqa: PLC0415 - slow to import, and every command imports this

    return Path(os.path.realpath(path))


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is not JSON, or is nested deeper than any real document.
    """
    import json  # noqa: PLC0415 - slow to import, and every command imports this

    try:
        value = json.loads(text)
        deeper = _is_deeper(value, DEEPEST)
    except RecursionError:
        deeper = True
    if deeper:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    inner = [value] if isinstance(value, list | dict) else []
    for _ in range(levels):
        inner = [
            part
            for outer in inner
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, list | dict)
        ]
        if not inner:
            return False
    return True


def _check_kind(mode: int, path: str | Path) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "this is a folder, expected a file")
    if stat.S_ISFIFO(mode) and str(path).startswith(_HANDED_OVER):
        return
    kind = next((name for is_kind, name in _NO_FILE if is_kind(mode)), "no file")
    raise OSError(errno.EINVAL, f"this is {kind}, expected a file")
