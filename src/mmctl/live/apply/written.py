"""What this project wrote in the last seconds, to tell an old answer from somebody else's change.

An answer may be older than the last write, and each machine of the service lags differently.
An answer that shows what was there before our own write is old, and is asked for again; one that
shows neither that nor what we wrote shows somebody else's change. The writes of an apply are kept
next to its journal, so that the next command knows them too.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.history.store import Damaged
from mmctl.live.state.canonical import LOGGING, canonical, digest_of
from mmctl.live.state.times import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.history.store import Store
    from mmctl.live.state.read import LiveState

    Line = Mapping[str, Any]
    """One write as JSON: `id`, `part`, and what it `was` and `is`."""

LAG: Final = 15.0
"""Seconds after a write for which an answer may be older than it."""
ANY: Final = "*"
"""Stands for an unknown earlier value: anything but what we wrote."""
_WRITES: Final = ".writes.jsonl"
THERE: Final = "there"
SHAPE: Final = "shape"
TAGS: Final = "tags"
MARK: Final = "mark"


def member_part(address: str) -> str:
    """The name of one address of an address list as a part: there or not."""
    return f"member {address.lower()}"


def log_part(log_type: str) -> str:
    """The name of the receivers of one log of a rule set or ingress point as a part."""
    return f"log {log_type}"


def shape_of(thing: LiveObject) -> str:
    """The digest of everything that a Get answer says about an object."""
    beside = ("Tags", "Members", LOGGING)
    form = {member: value for member, value in canonical(thing).items() if member not in beside}
    return digest_of([form, {member.path: member.value for member in thing.unknown}])


def tags_of(thing: LiveObject) -> str:
    """The digest of the tags of an object."""
    return digest_of(thing.all_tags)


class Written:
    """The last writes, object by object and part by part."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self._is: dict[tuple[str, str], Any] = {}
        self._was: dict[tuple[str, str], list[Any]] = {}
        for line in lines:
            self.note(line)

    def note(self, line: Line) -> None:
        """Add one write, in the order in which they happened."""
        key = (line["id"], line["part"])
        former = self._was.setdefault(key, [])
        former.append(line["was"])
        if key in self._is:
            former.append(self._is[key])
        self._is[key] = line["is"]

    def knows(self, id: str, part: str) -> bool:
        """Whether a part was written in the last seconds."""
        return (id, part) in self._is

    def is_old(self, id: str, part: str, found: object) -> bool:
        """Whether a part was found as it was before our last write of it."""
        key = (id, part)
        if key not in self._is or found == self._is[key]:
            return False
        return ANY in self._was[key] or found in self._was[key]

    def is_old_object(self, id: str, found: LiveObject | None) -> bool:
        """Whether an answer to Get, with its tags, is older than our last write."""
        if found is None or self.is_old(id, THERE, True):
            return self.is_old(id, THERE, found is not None)
        return self.is_old(id, SHAPE, shape_of(found)) or self.is_old(id, TAGS, tags_of(found))

    def is_old_state(self, state: LiveState) -> bool:
        """Whether anything in what was read is older than our last writes."""
        return (
            any(self.is_old_object(each, found) for each, found in state.answers.items())
            or any(self.is_old(each, MARK, each in state.marked) for each in state.answers)
            or any(self._beside_is_old(thing) for thing in state.configuration.objects)
            or any(
                is_there and each not in state.answers
                for (each, part), is_there in self._is.items()
                if part == THERE
            )
        )

    def _beside_is_old(self, thing: LiveObject) -> bool:
        """Whether the members or logs of an object are older than our last write of them."""
        live_id = thing.call_id or ""
        have = {address.lower() for address in thing.members or ()}
        for each, part in self._is:
            if each != live_id:
                continue
            kind, _, rest = part.partition(" ")
            external = thing.members is None
            if kind == "member" and not external and self.is_old(each, part, rest in have):
                return True
            if kind == "log" and self.is_old(each, part, thing.logging.get(rest)):
                return True
        return False


def keep_writes(store: Store, id: str, at: datetime, lines: Iterable[Line]) -> None:
    """Keep writes next to the journal of an entry, whole and on disk when this returns."""
    texts = [
        json.dumps({**line, "at": timestamp(at)}, sort_keys=True, ensure_ascii=False)
        for line in lines
    ]
    with suppress(Damaged):
        store.append(id + _WRITES, "\n".join(texts))


def recent_writes(store: Store, now: datetime) -> Written:
    """The writes of the last seconds, by any command."""
    found: list[Line] = []
    for name in sorted(store.names(_WRITES), key=_number, reverse=True):
        recent = [line for line in _lines(store, name) if _age(line, now) <= LAG]
        found = [*recent, *found]
        if not recent:
            break
    return Written(found)


def _number(name: str) -> int:
    number = name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _lines(store: Store, name: str) -> Iterator[Line]:
    """The writes in a file, without those that are cut off or damaged."""
    with suppress(Damaged):
        for text in (store.get(name) or "").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                line = json.loads(text)
                yield {key: line[key] for key in ("id", "part", "was", "is", "at")}


def _age(line: Line, now: datetime) -> float:
    """Seconds since a write, or until it if a clock jumped."""
    try:
        return abs((now - datetime.fromisoformat(line["at"])).total_seconds())
    except ValueError:
        return LAG + 1
