"""The file of the index of archived mail: opening, making it again, transactions."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT: Final = 1
BUSY_SECONDS: Final = 60.0
_TABLES: Final = """
create table read (archive text primary key, bytes integer not null);
create table message (
    id text primary key, archive text not null, account text not null, region text not null,
    received real not null, file text not null, accepted text not null, head text not null
) without rowid;
create index message_received on message (archive, received);
create table secret (value text not null);
"""


def connected(path: Path) -> sqlite3.Connection:
    """Open the index; one that cannot be read, or is not of this version, is made again."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _prepared(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    if not path.exists():
        path.touch(mode=0o600)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        with step(connection):
            version = connection.execute("pragma user_version").fetchone()[0]
            if version != FORMAT:
                tables = connection.execute("select name from sqlite_master where type = 'table'")
                for (name,) in tables.fetchall():
                    connection.execute(f'drop table "{name}"')
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute("insert into secret values (?)", (secrets.token_hex(32),))
                connection.execute(f"pragma user_version = {FORMAT}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def step(connection: sqlite3.Connection) -> Iterator[None]:
    """Do everything inside as one transaction, alone."""
    connection.execute("begin immediate")
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
