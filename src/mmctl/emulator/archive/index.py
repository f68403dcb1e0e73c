"""The index of archived mail: what a search looks through, in a SQLite file beside the messages.

It is derived: the lines that `keeping` wrote are the truth, and a file that is missing, damaged or
of another version is made again from them. Headers are read when a message is first looked for, not
when it is kept. Any number of processes may have it open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.archive.contents import head_of
from mmctl.emulator.archive.filters import passes
from mmctl.emulator.archive.index_file import connected, step
from mmctl.emulator.archive.keeping import ARCHIVES, LINES
from mmctl.errors import CouldNot
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

INDEX: Final = "index.db"
_BATCH: Final = 500
_COLUMNS: Final = "select id, archive, account, region, received, file, accepted, head from message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archived message; `received` in seconds since 1970, `file` below the data folder."""

    id: str
    archive: str
    account: str
    region: str
    received: float
    file: str
    accepted: Mapping[str, Any]
    head: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveQuery:
    """What a search or export asks for: times in seconds since 1970, both included."""

    archive: str
    account: str
    region: str
    since: float
    until: float
    filters: Mapping[str, Any] | None
    most: int


class ArchiveIndex:
    """The archived mail below a data folder; None: there is no mail."""

    def __init__(self, data: Path | None) -> None:
        self._data = data
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def search(self, wanted: ArchiveQuery) -> list[Archived]:
        """The newest messages that are asked for, newest first.

        Raises:
            CouldNot: the index cannot be read or written.
        """
        if self._data is None or wanted.most <= 0:
            return []
        with self._opened(self._data) as connection:
            _read_lines(connection, self._data, wanted.archive)
            rows = connection.execute(
                f"{_COLUMNS} where archive = ? and account = ? and region = ?"
                " and received between ? and ? order by received desc, id desc",
                (wanted.archive, wanted.account, wanted.region, wanted.since, wanted.until),
            )
            found = []
            for each in map(_archived, rows):
                if passes(wanted.filters, each.accepted, each.head):
                    found.append(each)
                    if len(found) == wanted.most:
                        break
            return found

    def by_id(self, id_: str) -> Archived | None:
        """One message; None: it was never archived, or is gone."""
        return next(iter(self.by_ids((id_,))), None)

    def by_ids(self, ids: tuple[str, ...]) -> list[Archived]:
        """The messages that are still there, in the given order."""
        if self._data is None:
            return []
        with self._opened(self._data) as connection:
            found = [_row(connection, id_) for id_ in ids]
            if any(row is None for row in found):
                for archive in _archives(self._data):
                    _read_lines(connection, self._data, archive)
                found = [_row(connection, id_) for id_ in ids]
            return [_archived(row) for row in found if row is not None]

    def content(self, archived: Archived) -> bytes | None:
        """The bytes of a message; None: its file is gone."""
        if self._data is None:
            return None
        return _content(self._data, archived.file)

    def signature(self, text: str) -> str:
        """A signature of a text, with a secret that only this folder has."""
        if self._data is None:
            return ""
        with self._opened(self._data) as connection:
            found = connection.execute("select value from secret").fetchone()
        return hmac.new(str(found[0]).encode(), text.encode(), hashlib.sha256).hexdigest()

    @contextmanager
    def _opened(self, data: Path) -> Iterator[sqlite3.Connection]:
        path = data / ARCHIVES / INDEX
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = connected(path)
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                self.close()
                raise CouldNot(
                    f"could not use the index of archived mail in `{path}`: {error}",
                    help="make sure that its folder is writable and has room; the file itself may"
                    " be deleted, it is made again",
                ) from error


def _archives(data: Path) -> Iterator[str]:
    for lines in sorted((data / ARCHIVES).glob(f"*/{LINES}")):
        yield lines.parent.name


def _row(connection: sqlite3.Connection, id_: str) -> tuple[Any, ...] | None:
    found = connection.execute(f"{_COLUMNS} where id = ?", (id_,))
    row: tuple[Any, ...] | None = found.fetchone()
    return row


def _read_lines(connection: sqlite3.Connection, data: Path, archive: str) -> None:
    """Read what was kept since the last time, some hundred messages a transaction."""
    while _read_some(connection, data, archive):
        pass


def _read_some(connection: sqlite3.Connection, data: Path, archive: str) -> bool:
    lines = data / ARCHIVES / archive / LINES
    if not lines.exists() or _read_up_to(connection, archive) >= lines.stat().st_size:
        return False
    with step(connection):
        place = start = _read_up_to(connection, archive)
        with lines.open("rb") as file:
            file.seek(place)
            for _, line in zip(range(_BATCH), file, strict=False):
                if not line.endswith(b"\n"):
                    break  # it is still being written
                place += len(line)
                row = _row_of(data, archive, line)
                if row is not None:
                    connection.execute(
                        "insert or ignore into message values (?, ?, ?, ?, ?, ?, ?, ?)", row
                    )
        connection.execute("insert or replace into read values (?, ?)", (archive, place))
    return place > start


def _read_up_to(connection: sqlite3.Connection, archive: str) -> int:
    found = connection.execute("select bytes from read where archive = ?", (archive,))
    return int((found.fetchone() or (0,))[0])


def _row_of(data: Path, archive: str, line: bytes) -> tuple[object, ...] | None:
    """A row for a line; None: the line is damaged, or its message is gone."""
    try:
        kept = json.loads(line)
        accepted = kept["accepted"]
        received = datetime.fromisoformat(accepted["at"]).timestamp()
        content = _content(data, kept["file"])
        if content is None:
            return None
        return (
            kept["id"],
            archive,
            accepted["account"],
            accepted["region"],
            received,
            kept["file"],
            json.dumps(accepted),
            json.dumps(head_of(content)),
        )
    except (ValueError, TypeError, KeyError):
        return None


def _content(data: Path, file: str) -> bytes | None:
    try:
        return (data / file).read_bytes()
    except OSError:
        return None


def _archived(row: tuple[Any, ...]) -> Archived:
    id_, archive, account, region, received, file, accepted, head = row
    return Archived(
        id=id_,
        archive=archive,
        account=account,
        region=region,
        received=received,
        file=file,
        accepted=json.loads(accepted),
        head=json.loads(head),
    )
