"""A log on disk that is only appended to, in files of a bounded size.

Lines are handed to the operating system when they come, in one write a batch: what was written is
there if the program is killed. A full file gets a number, and the oldest numbered files are
removed when all of them together have more bytes than allowed; `removed.jsonl` says which.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB: Final = 1024 * 1024
FILE_BYTES: Final = 64 * MIB
"""How large a file grows before it gets a number."""
LOG_BYTES: Final = 1024 * MIB
"""How much the numbered files of one log may hold together."""
WAITING_BYTES: Final = 8 * MIB
"""How much is kept in memory while the disk takes nothing."""
REMOVED: Final = "removed.jsonl"
"""What says which files were removed."""
_SEPARATOR: Final = "."


class LogFile:
    """One log, `NAME.jsonl`; full files are `NAME.000001.jsonl` and so on."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        on_trouble: Callable[[str], None],
        file_bytes: int = FILE_BYTES,
        log_bytes: int = LOG_BYTES,
    ) -> None:
        self.path = folder / f"{name}.jsonl"
        self._folder, self._name = folder, name
        self._on_trouble = on_trouble
        self._file_bytes, self._log_bytes = file_bytes, log_bytes
        self._lock = Lock()
        self._handle: int | None = None
        self._size = 0
        self._torn = False
        """Whether the last line may be incomplete."""
        self._waiting: list[bytes] = []
        self._waits = 0
        self._lost = 0

    def write(self, lines: bytes) -> None:
        """Append whole lines; never raises, and what the disk does not take is tried again."""
        if not lines:
            return
        with self._lock:
            if self._waiting:
                self._keep(lines)
                lines = b"".join(self._waiting)
            try:
                self._append(lines)
            except OSError as error:
                if not self._waiting:
                    self._keep(lines)
                    reason = (error.strerror or str(error)).lower()
                    self._on_trouble(
                        f"cannot write `{self.path}`: {reason}; records wait in memory"
                    )
                return
            if self._waiting:
                self._waiting.clear()
                self._waits = 0
                lost = f"; {self._lost:,} records are lost" if self._lost else ""
                self._on_trouble(f"`{self.path}` can be written again{lost}")
                self._lost = 0

    def close(self) -> None:
        """Close the file; what still waits for the disk is counted as lost and said."""
        with self._lock:
            if self._waiting:
                with suppress(OSError):
                    self._append(b"".join(self._waiting))
                    self._waiting.clear()
            lost = self._lost + sum(lines.count(b"\n") for lines in self._waiting)
            if lost:
                self._on_trouble(f"{lost:,} records of `{self.path}` could not be written")
            self._waiting.clear()
            self._waits = self._lost = 0
            self._shut()

    def _keep(self, lines: bytes) -> None:
        if self._waits + len(lines) > WAITING_BYTES:
            self._lost += lines.count(b"\n")
            return
        self._waiting.append(lines)
        self._waits += len(lines)

    def _append(self, lines: bytes) -> None:
        """Write all of it or raise; a part that was written is taken back."""
        if self._handle is not None and self._size and self._size + len(lines) > self._file_bytes:
            self._rotate()
        handle = self._opened()
        if self._torn:
            lines = b"\n" + lines
        written = 0
        try:
            while written < len(lines):
                written += os.write(handle, lines[written:] if written else lines)
        except OSError:
            if written:
                self._take_back(handle)
            raise
        self._torn = False
        self._size += written

    def _take_back(self, handle: int) -> None:
        try:
            os.ftruncate(handle, self._size)
        except OSError:
            self._torn = True
            self._size = os.fstat(handle).st_size

    def _opened(self) -> int:
        if self._handle is not None and not os.fstat(self._handle).st_nlink:
            self._shut()  # somebody deleted the file
        if self._handle is None:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            self._handle = os.open(self.path, flags, 0o600)
            self._size = os.fstat(self._handle).st_size
            self._torn = self._size > 0 and _last_byte(self._handle, self._size) != b"\n"
        return self._handle

    def _shut(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _rotate(self) -> None:
        self._shut()
        numbered = self._numbered()
        number = numbered[-1][0] + 1 if numbered else 1
        self.path.rename(self._folder / f"{self._name}{_SEPARATOR}{number:06d}.jsonl")
        self._remove_oldest()

    def _numbered(self) -> list[tuple[int, Path]]:
        found = []
        for path in self._folder.glob(f"{self._name}{_SEPARATOR}*.jsonl"):
            number = path.name.removeprefix(f"{self._name}{_SEPARATOR}").removesuffix(".jsonl")
            if number.isascii() and number.isdigit():
                found.append((int(number), path))
        return sorted(found)

    def _remove_oldest(self) -> None:
        files = [(path, path.stat().st_size) for _, path in self._numbered()]
        total = sum(size for _, size in files)
        for path, size in files[:-1]:
            if total <= self._log_bytes:
                return
            note = {"file": path.name, "bytes": size, "last": _last_time(path, size)}
            with (self._folder / REMOVED).open("a", encoding="utf-8") as log:
                log.write(json.dumps(note) + "\n")
            path.unlink()
            total -= size
            self._on_trouble(
                f"removed `{path}`: this log had more than {self._log_bytes // MIB:,} MiB"
            )


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


def _last_time(path: Path, size: int) -> int | None:
    """The `event_timestamp` of the last whole line; None: it says none."""
    with path.open("rb") as file:
        file.seek(max(0, size - MIB))
        lines = file.read().splitlines()
    try:
        at = json.loads(lines[-1])["event_timestamp"]
    except (IndexError, ValueError, KeyError, TypeError):
        return None
    return at if isinstance(at, int) else None
