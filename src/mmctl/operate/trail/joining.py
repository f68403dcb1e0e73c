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
_LONGEST_APPLY: Final = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class _Call:
    """A call in a journal that no event was found for yet."""

    entry: str
    operation: str
    begins: datetime
    ends: datetime


def joined(changes: Sequence[TrailChange], history: History) -> list[TrailChange]:
    """The changes, those that an apply or rollback made with its entry; each call is one event."""
    if not changes:
        return []
    calls = list(_calls(history, changes[0].event.at, changes[-1].event.at))
    found = []
    for change in changes:
        at, name = change.event.at, change.event.name
        fitting = [
            call
            for call in calls
            if call.operation == name and call.begins - SLACK <= at <= call.ends + SLACK
        ]
        if not fitting:
            found.append(change)
            continue
        nearest = min(fitting, key=lambda call: abs(call.begins - at))
        calls.remove(nearest)
        found.append(replace(change, entry=nearest.entry))
    return found


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
                yield _Call(entry=entry.id, operation=call[0], begins=begins[call].pop(0), ends=at)
        for (operation, _), left in begins.items():
            yield from (
                _Call(entry=entry.id, operation=operation, begins=at, ends=at) for at in left
            )


def _time(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
