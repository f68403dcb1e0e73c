"""All messages of a data folder in the order in which they came, as two growing files tell it.

Nothing runs by itself: whoever asks has the files looked at first. Several threads may ask.
"""

from __future__ import annotations

from collections import Counter
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from mmctl.inputs import parse_json
from mmctl.records import dataclass, field
from mmctl.serve.page.rows import AS_LIVE, REFUSED, MailRow, accepted_row, refused_row, text
from mmctl.serve.page.tailing import Tail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mmctl.serve.page.rule_names import RulesOnPage
    from mmctl.serve.page.seeking import Sought

MOST_ROWS: Final = 100_000
"""Messages that the list has; those before them are in the files."""
_MOST_EARLY: Final = 10_000
"""Messages whose events wait for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRows:
    """Some rows of the list, newest first, and how many there are."""

    version: int
    rows: Sequence[MailRow]
    total: int
    """Rows that match."""
    every: int
    newest: int
    """The number of rows that were ever added, which a page gives back to see no newer ones."""
    left_out: int
    """Older rows that the list no longer has."""
    unread: float
    """The part of the files that is still to be read."""
    counts: Mapping[str, Mapping[str, int]]


@dataclass(slots=True)
class _ReadSoFar:
    """What was read so far."""

    messages: Tail
    events: Tail
    rows: list[MailRow] = field(default_factory=list)
    by_key: dict[str, MailRow] = field(default_factory=dict)
    early: dict[str, list[tuple[int, Mapping[str, Any]]]] = field(default_factory=dict)
    """Events of messages that are not read yet: the files are read one after the other."""
    outcomes: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    unordered: bool = False

    def count(self, row: MailRow, by: int) -> None:
        """Count a row, or take it out of the counts before it changes."""
        for counter, names in (
            (self.outcomes, row.outcomes),
            (self.states, row.states),
            (self.rules, row.rules),
            (self.points, (row.point,)),
        ):
            for name in names:
                counter[name] += by


class Arrivals:
    """The list of a data folder."""

    def __init__(self, folder: Path, most: int = MOST_ROWS, names: RulesOnPage = AS_LIVE) -> None:
        """Begin with nothing; `folder` need not be there yet, `names` are those of rules."""
        self._names = names
        self._folder = folder
        self._most = most
        self._lock = RLock()
        self._version = 0
        self._last: tuple[Sought, int, list[MailRow]] | None = None
        self._known = self._nothing()

    def _nothing(self) -> _ReadSoFar:
        return _ReadSoFar(
            Tail(self._folder / "messages.jsonl"), Tail(self._folder / "events.jsonl")
        )

    def look(self) -> int:
        """Read what is new, up to a few megabytes; the version, which grows with each change."""
        with self._lock:
            known = self._known
            if known.messages.is_another() or known.events.is_another():
                known = self._known = self._nothing()
                self._version += 1
            for place, line in known.messages.lines():
                self._version += self._accepted(place, line)
            if len(known.early) < _MOST_EARLY or not known.messages.left:
                for place, line in known.events.lines():
                    self._event(place, line)
            while not known.messages.left and len(known.early) > _MOST_EARLY:
                del known.early[next(iter(known.early))]
            if known.unordered:
                # Two files are read in turn, so that rows may come out of order.
                known.rows.sort(key=lambda row: row.at)
                known.unordered = False
            if len(known.rows) > self._most:
                self._forget()
            return self._version

    def row(self, key: str) -> MailRow | None:
        """One row; None: the list does not have it."""
        with self._lock:
            return self._known.by_key.get(key)

    def find(self, sought: Sought, *, offset: int, limit: int) -> FoundRows:
        """Some of the rows that match, the newest first."""
        with self._lock:
            known = self._known
            matching = self._matching(sought)
            last = len(matching) - max(0, offset)
            rows = matching[max(0, last - limit) : max(0, last)][::-1]
            left = known.messages.left + known.events.left
            whole = known.messages.size + known.events.size
            return FoundRows(
                version=self._version,
                rows=rows,
                total=len(matching),
                every=len(known.rows),
                newest=len(known.rows) + known.left_out,
                left_out=known.left_out,
                unread=left / whole if whole else 0.0,
                counts={
                    "outcome": dict(known.outcomes),
                    "state": dict(known.states),
                    "rule": dict(known.rules),
                    "point": dict(known.points),
                },
            )

    def _matching(self, sought: Sought) -> list[MailRow]:
        if self._last is not None and self._last[:2] == (sought, self._version):
            return self._last[2]
        rows = self._known.rows
        if sought.before is not None:
            rows = rows[: max(0, sought.before - self._known.left_out)]
        found = rows if sought.everything else [row for row in rows if sought.fits(row)]
        self._last = (sought, self._version, list(found))
        return self._last[2]

    def _accepted(self, place: int, line: bytes) -> bool:
        accepted = _object(line)
        row = accepted_row(accepted, place)
        if not row.key or row.key in self._known.by_key:
            return False
        for event_place, event in self._known.early.pop(row.key, ()):
            row.happens(event, event_place, self._names)
        self._add(row)
        return True

    def _event(self, place: int, line: bytes) -> None:
        event = _object(line)
        key = text(event, "id")
        if event.get("event") == REFUSED:
            self._add(refused_row(event, place))
        elif (row := self._known.by_key.get(key)) is not None:
            self._known.count(row, -1)
            row.happens(event, place, self._names)
            self._known.count(row, 1)
        elif key:
            self._known.early.setdefault(key, []).append((place, event))
            return
        else:
            return
        self._version += 1

    def _add(self, row: MailRow) -> None:
        known = self._known
        known.by_key[row.key] = row
        known.count(row, 1)
        known.unordered |= bool(known.rows) and known.rows[-1].at > row.at
        known.rows.append(row)

    def _forget(self) -> None:
        """Leave out the oldest rows, a tenth at a time."""
        known = self._known
        count = len(known.rows) - self._most + self._most // 10
        for row in known.rows[:count]:
            known.count(row, -1)
            del known.by_key[row.key]
        del known.rows[:count]
        known.left_out += count
        self._version += 1


def _object(line: bytes) -> Mapping[str, Any]:
    """The object of a line; empty if it is none: nobody but the server writes the files."""
    try:
        value = parse_json(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
