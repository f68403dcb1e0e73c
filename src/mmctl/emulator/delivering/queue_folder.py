"""`queue/`: one file for each message that was accepted and is not finished."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mmctl.patterns import Pattern
from mmctl.writing import is_beside, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

QUEUE: Final = "queue"
DAMAGED: Final = "damaged"
"""The folder in the queue for files that are no entries."""
STATE: Final = "delivering"
"""The member of an entry that holds what was done so far."""
_ENDING: Final = ".json"
_PRIVATE: Final = 0o600
_LARGEST: Final = 64_000_000
_ID: Final = Pattern(r"[a-z0-9]{20,64}")
_NEEDED: Final = ("at", "gateway", "envelope", "session", "account", "region", "size")


class DamagedEntry(Exception):
    """A file of the queue that is no entry; it was set aside."""

    def __init__(self, name: str, why: str, moved_to: str) -> None:
        super().__init__(f"`{name}` in the queue {why}; it is now `{moved_to}`")


def is_message_id(text: object) -> bool:
    """Whether a text can be the id of a message, and so the name of a file."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


class QueueFolder:
    """The files of the queue; who calls sees to it that one entry has one caller at a time."""

    def __init__(self, data: Path) -> None:
        self._folder = data / QUEUE
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """The names of all files that could be entries, in the order of their names."""
        found = []
        for each in os.scandir(self._folder):
            if is_beside(each.name):
                with suppress(OSError):
                    os.unlink(each.path)  # noqa: PTH108 - a killed process did not finish it
            elif each.name != DAMAGED:
                found.append(each.name)
        return sorted(found)

    def load(self, name: str) -> dict[str, Any] | None:
        """Read the entry in a file; None: it is finished by now.

        Raises:
            DamagedEntry: it is none, and was set aside.
        """
        path = self._folder / name
        try:
            if path.is_symlink() or not path.is_file():
                if not os.path.lexists(path):
                    return None
                raise self._set_aside(name, "is no file")
            if path.stat().st_size > _LARGEST:
                raise self._set_aside(name, "is too large")
            entry = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError):
            raise self._set_aside(name, "is not whole JSON") from None
        why = _fault_of(name, entry)
        if why is not None:
            raise self._set_aside(name, why)
        return dict(entry)

    def entry(self, message_id: str) -> dict[str, Any] | None:
        """Read the entry of a message; None: it is finished by now.

        Raises:
            DamagedEntry: it is no entry, and was set aside.
        """
        return self.load(message_id + _ENDING)

    def save(self, message_id: str, entry: Mapping[str, Any]) -> None:
        """Write an entry again, with what was done so far; on disk when this returns.

        Raises:
            OSError: it cannot be written; the old one is still there.
        """
        text = json.dumps(entry, separators=(",", ":"))
        write_whole(self._folder / (message_id + _ENDING), text, mode=_PRIVATE, durable=True)

    def remove(self, message_id: str) -> None:
        """Take out a message that is finished."""
        with suppress(FileNotFoundError):
            os.unlink(f"{self._folder}/{message_id}{_ENDING}")  # noqa: PTH108 - for each message

    def set_aside(self, message_id: str, why: str) -> DamagedEntry:
        """Move an entry away with which nothing can be done, and say so."""
        return self._set_aside(message_id + _ENDING, why)

    def _set_aside(self, name: str, why: str) -> DamagedEntry:
        folder = self._folder / DAMAGED
        folder.mkdir(mode=0o700, exist_ok=True)
        target, number = folder / name, 1
        while os.path.lexists(target):
            number += 1
            target = folder / f"{name}.{number}"
        with suppress(OSError):
            (self._folder / name).rename(target)
        return DamagedEntry(name, why, f"{QUEUE}/{DAMAGED}/{target.name}")


def _fault_of(name: str, entry: object) -> str | None:
    """Why what a file holds is no entry; None: it is one."""
    if not isinstance(entry, dict) or not is_message_id(entry.get("id")):
        return "is no entry"
    if name != entry["id"] + _ENDING:
        return "is the entry of another message"
    missing = [member for member in _NEEDED if member not in entry]
    if missing:
        return f"has no `{missing[0]}`"
    envelope = entry["envelope"]
    whole = (
        isinstance(envelope, dict)
        and isinstance(envelope.get("mail_from"), str)
        and isinstance(envelope.get("recipients"), list)
        and all(isinstance(each, str) for each in envelope["recipients"])
    )
    return None if whole else "has no whole `envelope`"
