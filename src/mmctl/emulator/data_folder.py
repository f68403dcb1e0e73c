"""The folder that holds the mail of one embedded Mail Manager: where things are, who may write.

One running server holds its lock. Everything is written beside and renamed, or appended whole
lines at a time, so that readers in other processes see nothing unfinished but perhaps a last line.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from mmctl.errors import CouldNot, UsageError
from mmctl.inputs import MIB, parse_json
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
PORTS_SCHEMA: Final = "mmctl/ports@1"
LONGEST_LINE: Final = 64 * MIB
"""Bytes of one line of a journal; what is longer was not written by mmctl."""
_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths below one data folder."""

    root: Path

    @property
    def messages(self) -> Path:
        """One line for each accepted message."""
        return self.root / "messages.jsonl"

    @property
    def events(self) -> Path:
        """One line for each event."""
        return self.root / "events.jsonl"

    @property
    def queue(self) -> Path:
        """A file for each message that is not finished."""
        return self.root / "queue"

    @property
    def logs(self) -> Path:
        """The records that the service would write."""
        return self.root / "logs"

    @property
    def ports(self) -> Path:
        """Where the running server listens."""
        return self.root / "ports.json"

    @property
    def gateways(self) -> Path:
        """The configurations that judged."""
        return self.root / "gateways"

    def gateway(self, digest: str) -> Path:
        """One configuration that judged."""
        return self.gateways / f"{digest}.json"

    def message(self, id_: str) -> Path:
        """The bytes of an accepted message."""
        return self.root / message_path(id_)

    def queued(self, id_: str) -> Path:
        """The entry of a message that is not finished."""
        return self.queue / f"{id_}.json"

    def relative(self, path: Path) -> str:
        """A path below this folder, as journals name it."""
        return path.relative_to(self.root).as_posix()

    def make(self) -> None:
        """Create the folder for its owner only, if it is missing.

        Raises:
            UsageError: it cannot be created, is no folder, or everybody can write to it.
        """
        try:
            self.root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            if os.name == "posix" and self.root.stat().st_mode & stat.S_IWOTH:
                raise UsageError(
                    f"everybody can write to the data folder `{self.root}`",
                    help="mail is kept there: name a folder of your own, or chmod 700",
                )
            for folder in (self.queue, self.gateways, self.logs, self.root / "messages"):
                folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"cannot write to the data folder `{self.root}`: {_reason(error)}",
                help="name a folder that you can write to with `--data`",
            ) from None


def message_path(id_: str) -> str:
    """Where a message is, below the data folder."""
    return f"messages/{id_[:2]}/{id_}.eml"


class FileLock:
    """A lock that ends with the process that holds it, however that ends.

    Raises:
        UsageError: another process holds it, or it cannot be written.
    """

    def __init__(self, path: Path, *, what: str, help: str) -> None:
        try:
            self._file = _open_private(path)
            _lock(self._file)
        except BlockingIOError:
            raise UsageError(f"{what} is in use by another `mmctl emulate`", help=help) from None
        except OSError as error:
            raise UsageError(f"cannot write to {what}: {_reason(error)}", help=help) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)


class FolderLock(FileLock):
    """The lock of a data folder: one server writes to it."""

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(
            folder.root / _LOCK,
            what=f"the data folder `{folder.root}`",
            help="stop that one, or name another folder with `--data`",
        )


class StateLock(FileLock):
    """The lock of a state file: one server takes mail for its ingress points."""

    def __init__(self, state: str) -> None:
        super().__init__(
            Path(f"{state}.lock"),
            what=f"the state `{state}`",
            help="stop that one, or name another file with `--state`",
        )


class Lines:
    """A file of JSON lines that one process appends to; writing is safe from any thread.

    `add` keeps a line until `flush`; what `flush` wrote survives the end of the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._file = _open_private(path, os.O_APPEND)
        self._end_a_torn_line()

    def add(self, members: object) -> None:
        """Append a line with the next flush."""
        self.add_text(json.dumps(members, ensure_ascii=False, separators=(",", ":")))

    def add_text(self, line: str) -> None:
        """Append a line that is JSON already, without its end, with the next flush."""
        with self._lock:
            self._waiting.append(line)

    def write(self, lines: Sequence[str]) -> None:
        """Append lines now, all of them or none: those that wait come later.

        Raises:
            OSError: the disk is full.
        """
        with self._writing:
            self._append(lines)

    def flush(self) -> None:
        """Write all lines that wait.

        Raises:
            OSError: the disk is full; the lines wait on, and no half of one is in the file.
        """
        with self._writing:
            with self._lock:
                lines, self._waiting = self._waiting, []
            if not lines:
                return
            try:
                self._append(lines)
            except OSError:
                with self._lock:
                    self._waiting[:0] = lines
                raise

    def close(self) -> None:
        """Write what waits, and close the file."""
        try:
            self.flush()
        finally:
            os.close(self._file)

    def _append(self, lines: Sequence[str]) -> None:
        if not os.fstat(self._file).st_nlink:  # somebody deleted the file
            file = _open_private(self._path, os.O_APPEND)
            os.close(self._file)
            self._file = file
        _write_all(self._file, _joined(lines))

    def _end_a_torn_line(self) -> None:
        """After a killed process or a full disk, begin on a line of its own."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            _write_all(self._file, b"\n")


def _joined(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


def read_lines(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """The JSON objects of the whole lines from here on; torn and foreign lines are left out.

    Afterwards the file is at the start of the line that is not finished, so that what is appended
    later can be read from there.
    """
    while True:
        start = file.tell()
        line = file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            file.seek(start)
            return
        with suppress(ValueError):
            members = parse_json(line)
            if isinstance(members, dict):
                yield members


def write_ports(
    folder: DataFolder, *, api: str | None, page: str | None, pid: int, points: Iterable[Any]
) -> None:
    """Say where the running server listens.

    Raises:
        OSError: it cannot be written.
    """
    document = {
        "schema": PORTS_SCHEMA,
        "api": api,
        "page": page,
        "pid": pid,
        "ingress_points": list(points),
    }
    beside = folder.root / ".ports.json.new"
    beside.unlink(missing_ok=True)
    handle = _open_private(beside)
    try:
        _write_all(handle, (json.dumps(document, indent=2) + "\n").encode())
    finally:
        os.close(handle)
    beside.replace(folder.ports)


def _write_all(handle: int, content: bytes) -> None:
    """Write bytes at the end of a file: all of them, or none.

    Raises:
        OSError: they do not fit.
    """
    before = os.fstat(handle).st_size
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, before)
        raise


def _open_private(path: Path, flags: int = 0) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | flags, PRIVATE_FILE)


def _lock(handle: int) -> None:
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN}:
            raise BlockingIOError(error.errno, error.strerror) from None
        raise


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def unusable(folder: DataFolder, error: OSError) -> CouldNot:
    """The error for a data folder that can no longer be used."""
    return CouldNot(
        f"could not use the data folder `{folder.root}`: {_reason(error)}",
        help="make sure that the folder is writable and has room",
    )
