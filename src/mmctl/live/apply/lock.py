"""One apply or rollback at a time for an account, region and project: the lock."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mmctl.errors import Refused
from mmctl.inputs import parse_json
from mmctl.records import asdict, dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.history.store import Store

LOCK: Final = "lock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who holds a lock: a person, a machine, a process, since when (UTC, ISO 8601)."""

    who: str
    host: str
    process: int
    at: str
    space: str | None = None
    """Where the process id means the same; None: that is unknown."""


@contextmanager
def locked(store: Store, owner: Owner, *, break_lock: bool = False) -> Iterator[None]:
    """Hold the lock while the block runs.

    The lock of a process that has certainly ended is taken over; any other stale lock needs
    `break_lock`.

    Raises:
        Refused: somebody else holds it.
        CouldNot: the store cannot be written.
    """
    _take(store, owner, break_lock=break_lock)
    try:
        yield
    finally:
        if _holder(store) == owner:
            store.delete(LOCK)


def _take(store: Store, owner: Owner, *, break_lock: bool) -> None:
    text = json.dumps(asdict(owner))
    if store.put_new(LOCK, text):
        return
    there = store.get(LOCK)
    if there is None:
        taken = store.put_new(LOCK, text)
    else:
        holder = _read(there)
        gone = holder is not None and _is_gone(holder, owner)
        taken = (break_lock or gone) and store.swap(LOCK, there, text)
    if not taken:
        raise _refused(_holder(store), store, owner)


def _holder(store: Store) -> Owner | None:
    text = store.get(LOCK)
    return None if text is None else _read(text)


def _read(text: str) -> Owner | None:
    """The holder; None: the lock is damaged."""
    try:
        owner = Owner(**parse_json(text))
    except (ValueError, TypeError):
        return None
    return owner if type(owner.process) is int and owner.process > 0 else None


def _is_gone(holder: Owner, owner: Owner) -> bool:
    """Whether the holder was a process that has ended, and that we could see if it still ran.

    The host name does not tell: two containers may have the same one, and they do not see each
    other's processes.
    """
    same = holder.host == owner.host and holder.space == owner.space
    return same and owner.space is not None and not _is_seen(holder.process)


def _is_seen(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _refused(holder: Owner | None, store: Store, owner: Owner) -> Refused:
    by = "an unreadable lock" if holder is None else f"{holder.who} on {holder.host}"
    since = f" since {holder.at} (process {holder.process})" if holder else ""
    unseen = ""
    if holder is not None and holder.host == owner.host and not _is_seen(holder.process):
        unseen = "; the process is not visible here, but may run in another container"
    return Refused(
        f"another apply or rollback is running: {by}{since}{unseen}",
        why=f"two at once would undo each other; the lock is `{LOCK}` in {store.place}",
        help="wait for it; if it no longer runs: --break-lock",
    )
