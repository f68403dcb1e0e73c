"""The SQLite file of an embedded Mail Manager: opening, transactions, what goes wrong with files.

Everything about the file lives here; rows live in `store`. Several processes may have the same
file open: a call that writes holds the only write lock from its first read on, and a call that dies
leaves no change behind.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_MEMORY: Final = ":memory:"
APPLICATION: Final = 0x6D6D6374  # "mmct" in the header of the file
FORMAT: Final = 1
BUSY_SECONDS: Final = 30.0

TABLES: Final = """
create table resource (
    sequence integer primary key autoincrement,
    account text not null, region text not null, kind text not null,
    id text not null, arn text not null unique,
    name text, token text, request text,
    body text not null, tags text not null,
    members integer not null default 0,
    gone_at real,
    unique (account, region, kind, id)
);
create index resource_name on resource (account, region, kind, name);
create index resource_token on resource (account, region, kind, token);
create table member (
    list integer not null references resource (sequence) on delete cascade,
    address text not null, created real not null,
    primary key (list, address)
) without rowid;
"""


_NAMES: Final = frozenset({"resource", "member"})


class UnreadableRow(Exception):
    """A row holds something that mmctl never writes there."""


class Database:
    """An open file (or `:memory:`) with the tables of an embedded Mail Manager.

    Raises:
        UsageError: the file is damaged, no database, or not one of this kind; it is not changed.
        CouldNot: the file cannot be opened, read or written.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._lock = threading.RLock()
        with self._explained():
            if self._path != IN_MEMORY:
                _create_private(Path(self._path))
                self._look_through()
            self._connection = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file; it holds everything that was committed."""
        self._connection.close()

    def copy_to(self, other: Database) -> None:
        """Copy what this database holds now into another.

        Raises:
            CouldNot: the file cannot be read.
        """
        with self._lock, self._explained():
            self._connection.backup(other._connection)

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Run one statement inside the current transaction."""
        return self._connection.execute(statement, values)

    def version(self) -> int:
        """A number that is another one after another process or connection has changed the file.

        Raises:
            CouldNot: the file cannot be read.
        """
        with self._lock, self._explained():
            return self._number("pragma data_version")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """Do everything inside as one transaction: all of it happens, or nothing.

        Raises:
            CouldNot: the file cannot be read or written.
            UsageError: the file is damaged.
        """
        with (
            self._lock,
            self._explained(),
            self._step("begin immediate" if write else "begin"),
        ):
            yield

    def _look_through(self) -> None:
        """Refuse a damaged file before anything opens it for writing.

        Opening for writing can copy a log next to the file into the file, damaged or not.
        """
        place = f"{Path(self._path).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS)) as reader:
            try:
                found = [str(row[0]) for row in reader.execute("pragma quick_check(1)")]
                application = reader.execute("pragma application_id").fetchone()[0]
                tables = {row[0] for row in reader.execute("select name from sqlite_master")}
            except sqlite3.OperationalError:
                # Perhaps a first start was killed; only opening for writing repairs that.
                return
        if found != ["ok"]:
            raise sqlite3.DatabaseError(_one_line(found[0]))
        missing = sorted(_NAMES - tables) if application == APPLICATION else []
        if missing:
            raise sqlite3.DatabaseError(f"it has no table `{missing[0]}`")

    def _prepare(self) -> None:
        with self._step("begin"):
            ours = self._ours()
        self._configure()
        if ours:
            return
        with self._step("begin immediate"):
            # Another process may have created the tables while this one waited.
            if self._ours():
                return
            for statement in TABLES.split(";"):
                self.execute(statement)
            self.execute(f"pragma application_id = {APPLICATION}")
            self.execute(f"pragma user_version = {FORMAT}")

    @contextmanager
    def _step(self, begin: str) -> Iterator[None]:
        self.execute(begin)
        try:
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    def _configure(self) -> None:
        # With a write-ahead log readers do not wait, and a commit costs no wait for the disk: a
        # power cut may lose the last calls, but never leaves half of one.
        self.execute("pragma journal_mode = wal")
        self.execute("pragma synchronous = normal")
        self.execute("pragma foreign_keys = on")

    def _ours(self) -> bool:
        """Return True for a database of this kind, False for a new one; refuse any other."""
        application = self._number("pragma application_id")
        if application == APPLICATION:
            self._check_format(self._number("pragma user_version"))
            return True
        if application or self._number("select count(*) from sqlite_master"):
            raise UsageError(
                f"`{self._path}` is a database of another program",
                help="name another file; it is created when it does not exist",
            )
        return False

    def _check_format(self, found: int) -> None:
        if found != FORMAT:
            raise UsageError(
                f"`{self._path}` is of another version: expected format `{FORMAT}`, got `{found}`",
                help="move the file away to begin with an empty Mail Manager",
            )

    def _number(self, statement: str) -> int:
        return int(self.execute(statement).fetchone()[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn errors of the file system and of SQLite into an error for the user."""
        try:
            yield
        except (sqlite3.NotSupportedError, sqlite3.OperationalError, OSError) as error:
            raise CouldNot(
                f"could not use the embedded Mail Manager in `{self._path}`: {_reason(error)}",
                help="make sure that the directory exists, is writable and has room",
            ) from error
        except (sqlite3.DatabaseError, UnreadableRow) as error:
            raise UsageError(
                f"`{self._path}` is damaged or not a database: {error}",
                help="move the file away to begin with an empty Mail Manager",
            ) from error


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _one_line(finding: str) -> str:
    """What SQLite found, without the stars that it puts around the name of the database."""
    return " ".join(finding.split()).removeprefix("*** in database main *** ")


def _create_private(path: Path) -> None:
    """Make the file readable by its owner only: it holds mail addresses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is a device, pipe or socket, expected a file")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
