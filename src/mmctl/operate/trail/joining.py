"""Writes that the history knows: each joined to the entry whose journal has the call.

The journal has the operation and the times before and after each call; CloudTrail has the operation
and the second in which it came.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.live.history.history import History
    from mmctl.operate.trail.subjects import TrailChange

SLACK: Final = timedelta(seconds=10)
"""How far the clocks of CloudTrail and of whoever applied may be apart."""
_ENDED: Final = {"after": True, "refused": False}
"""What the last moment of a call in a journal says of it."""
_LONGEST_APPLY: Final = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class _Call:
    """A call in a journal that no event was found for yet."""

    entry: str
    operation: str
    subject: str
    """What it was about: `rule set inbound`."""
    done: bool | None
    """Whether the service did it; None: unknown."""
    begins: datetime
    ends: datetime


def joined(changes: Sequence[TrailChange], history: History) -> list[TrailChange]:
    """The changes, those that an apply or rollback made with its entry; each call is one event.

    Where several events fit one call, as when somebody changed the same thing by hand at that
    moment, it is the one that ended as the call did, of the same object, nearest to it.
    """
    if not changes:
        return []
    calls: dict[str, list[_Call]] = {}
    for call in _calls(history, changes[0].event.at, changes[-1].event.at):
        calls.setdefault(call.operation, []).append(call)
    fitting = [
        (_distance(change, call), place, call)
        for place, change in enumerate(changes)
        for call in calls.get(change.event.name, ())
        if call.begins - SLACK <= change.event.at <= call.ends + SLACK
        # What was refused changed nothing, so a write that took effect is somebody else's.
        and not (call.done is False and change.event.error is None)
    ]
    entries: dict[int, str] = {}
    taken: set[int] = set()
    for _, place, call in sorted(fitting, key=lambda each: each[:2]):
        if place not in entries and id(call) not in taken:
            entries[place] = call.entry
            taken.add(id(call))
    return [
        change if place not in entries else replace(change, entry=entries[place])
        for place, change in enumerate(changes)
    ]


def _distance(change: TrailChange, call: _Call) -> tuple[bool, bool, timedelta]:
    """How badly an event fits a call: by how it ended, by its object, by its time."""
    done = change.event.error is None
    elsewhere = bool(change.name) and not call.subject.endswith(change.name)
    # CloudTrail's times are whole seconds, and those of the journal may be.
    early, late = call.begins - change.event.at, change.event.at - call.ends
    return call.done not in {None, done}, elsewhere, max(early, late, timedelta(0))


def _calls(history: History, first: datetime, last: datetime) -> Iterable[_Call]:
    """The calls of entries that may have been carried out between two times."""
    for entry in history.entries():
        begun = _time(entry.at)
        if begun is None or not first - _LONGEST_APPLY <= begun <= last + SLACK:
            continue
        begins: dict[tuple[str, str], list[datetime]] = {}
        for line in history.journal(entry.id):
            at = _time(line["at"])
            if at is None:
                continue
            call = (str(line["operation"]), str(line["subject"]))
            if line["moment"] == "before":
                begins.setdefault(call, []).append(at)
            elif begins.get(call):
                done = _ENDED.get(str(line["moment"]))
                yield _call(entry.id, call, done, begins[call].pop(0), at)
        for call, left in begins.items():
            yield from (_call(entry.id, call, None, at, at) for at in left)


def _call(
    entry: str, call: tuple[str, str], done: bool | None, begins: datetime, ends: datetime
) -> _Call:
    operation, subject = call
    return _Call(
        entry=entry, operation=operation, subject=subject, done=done, begins=begins, ends=ends
    )


def _time(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
