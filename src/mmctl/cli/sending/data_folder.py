"""The data folder of `mmctl emulate`, as a client reads it: its ports, and what became of mail.

Others write it, and what they write came by mail: sizes are bounded, and no path is followed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.client.became import FINISHED, JUDGED
from mmctl.errors import UsageError
from mmctl.inputs import MIB, read_text
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from mmctl.client.became import Event

_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPoint:
    """An ingress point that has a port."""

    id: str
    name: str
    kind: str
    account: str
    region: str
    host: str
    port: int
    status: str


def served_points(data: Path) -> tuple[ServedPoint, ...] | None:
    """The ingress points of the server of a data folder; None: none has run there.

    Raises:
        UsageError: the file is not what the server writes.
    """
    from mmctl.emulator.data_folder import DataFolder

    path = DataFolder(data).ports
    try:
        document = json.loads(read_text(path, at_most=MIB))
        return tuple(
            ServedPoint(
                id=str(each["id"]),
                name=str(each["name"]),
                kind=str(each.get("type", "")),
                account=str(each.get("account", "")),
                region=str(each.get("region", "")),
                host=str(each["host"]),
                port=int(each["port"]),
                status=str(each.get("status", "")),
            )
            for each in document["ingress_points"]
        )
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"cannot read `{path}`: {error}", help="start the server again: mmctl emulate"
        ) from None


class JournalTail:
    """Lines that are added to a journal from now on, by the id in them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.found: dict[str, list[Event]] = {}
        try:
            self._at = path.stat().st_size
        except OSError:
            self._at = 0

    def read(self) -> None:
        """Take what was added since."""
        from mmctl.emulator.data_folder import read_lines

        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                for members in read_lines(file):
                    self.found.setdefault(str(members.get("id")), []).append(members)
                self._at = file.tell()
        except OSError:
            return


class Follower:
    """Follows messages that are sent from now on to what becomes of them."""

    def __init__(self, data: Path) -> None:
        from mmctl.emulator.data_folder import DataFolder

        folder = DataFolder(data)
        self._accepted = JournalTail(folder.messages)
        self._events = JournalTail(folder.events)

    def wait_for(self, ids: Collection[str], seconds: float) -> None:
        """Read until all messages are finished, at most so long; one without rest was judged."""
        until = world.elapsed() + seconds
        while True:
            self._accepted.read()
            self._events.read()
            if all(self._ended(each) for each in ids) or world.elapsed() >= until:
                return
            world.sleep(_EVERY)

    def events(self, id: str) -> tuple[Event, ...]:
        """What became of a message so far."""
        return tuple(self._events.found.get(id, ()))

    def accepted(self, id: str) -> dict[str, Any] | None:
        """What the server noted when it took a message."""
        found = self._accepted.found.get(id)
        return found[-1] if found else None

    def _ended(self, id: str) -> bool:
        kinds = set(self._kinds(id))
        return FINISHED in kinds or (JUDGED in kinds and "waiting" in kinds)

    def _kinds(self, id: str) -> Iterator[str]:
        for event in self._events.found.get(id, ()):
            yield str(event.get("event"))
