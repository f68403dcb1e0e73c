"""Keeps a message in an archive: a file, and one line that says where it came from.

This runs for each archived message in the process that receives mail, so it does as little as
possible: a hard link and one write. `index` reads the lines when somebody searches.
"""

from __future__ import annotations

import json
import os
import re
import threading
from typing import TYPE_CHECKING, Any, Final

from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ARCHIVES: Final = "archives"
"""The folder of all archives, below the data folder."""
LINES: Final = "archived.jsonl"
"""The file of an archive with a line for each message."""
_TAIL: Final = 8
_PRIVATE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_ARCHIVE_ID: Final = re.compile(r"a-\w{1,64}", re.ASCII)
_MESSAGE_ID: Final = re.compile(r"\w{1,100}", re.ASCII)
_ANY: Final = re.compile(rb'"id": "([^"\\]+)"')


def archived_id(archive_id: str, name: str) -> str:
    """The ArchivedMessageId of the file `NAME.eml` of an archive: unique among all archives."""
    return f"{name}-{archive_id[-_TAIL:]}"


class ArchiveKeeper:
    """Writes to the archives below a data folder; any number of threads and processes may."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._open: dict[str, _Archive] = {}

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            for archive in self._open.values():
                archive.close()
            self._open.clear()

    def keep(
        self,
        archive_id: str,
        accepted: Mapping[str, Any],
        message: Path | bytes,
        *,
        again: bool = False,
    ) -> str:
        """Keep a message, and return the path of its file below the data folder.

        `accepted` is what is known of the message since it was accepted. A `message` that is a
        path gets another name, without a copy. `again`: it may have been kept already, by a process
        that was killed; then it is kept once. Otherwise a second copy gets a name of its own.

        Raises:
            OSError: it cannot be written; nothing was recorded.
            ValueError: an id that cannot be a file name.
        """
        if not _ARCHIVE_ID.fullmatch(archive_id) or not _MESSAGE_ID.fullmatch(accepted["id"]):
            raise ValueError(f"no ids: {archive_id!r}, {accepted['id']!r}")
        archive = self._archive(archive_id)
        name = accepted["id"]
        if again and archived_id(archive_id, name) in archive.recorded():
            return f"{ARCHIVES}/{archive_id}/{name}.eml"
        number = 1
        while not _placed(archive.folder / f"{name}.eml", message, over=again):
            number += 1
            name = f"{accepted['id']}-{number}"
        file = f"{ARCHIVES}/{archive_id}/{name}.eml"
        line = {"id": archived_id(archive_id, name), "file": file, "accepted": accepted}
        archive.append(json.dumps(line).encode() + b"\n")
        return file

    def _archive(self, archive_id: str) -> _Archive:
        with self._lock:
            found = self._open.get(archive_id)
            if found is None:
                found = self._open[archive_id] = _Archive(self._data / ARCHIVES / archive_id)
            return found


class _Archive:
    """The folder of one archive, with its file of lines open."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        self.folder = folder
        self._lines = folder / LINES
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._handle = os.open(self._lines, flags, _PRIVATE)
        self._recorded: frozenset[str] | None = None
        size = os.fstat(self._handle).st_size
        if size and os.pread(self._handle, 1, size - 1) != b"\n":
            os.write(self._handle, b"\n")  # a power cut left half a line; it is skipped

    def close(self) -> None:
        os.close(self._handle)

    def append(self, line: bytes) -> None:
        """Add a line in one write, which the system does not mix with those of others.

        Raises:
            OSError: it does not fit on the disk.
        """
        written = os.write(self._handle, line)
        if written < len(line):
            os.write(self._handle, b"\n")
            raise OSError(f"wrote {written} of {len(line)} bytes to {self._lines}")

    def recorded(self) -> frozenset[str]:
        """The ids that had a line when this was first asked."""
        if self._recorded is None:
            with self._lines.open("rb") as lines:
                found = (_ANY.search(line) for line in lines)
                self._recorded = frozenset(each[1].decode() for each in found if each)
        return self._recorded


def _placed(target: Path, message: Path | bytes, *, over: bool) -> bool:
    """Put a message under a name; False: the name is taken."""
    if isinstance(message, bytes):
        if not over and target.exists():
            return False
        write_whole(target, message, mode=_PRIVATE)
        return True
    try:
        os.link(message, target)
    except FileExistsError:
        return over
    except OSError:
        # Another file system, or one without links.
        return _placed(target, message.read_bytes(), over=over)
    return True
