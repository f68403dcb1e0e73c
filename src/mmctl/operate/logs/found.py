"""Values → records: what stands in a wrapper is taken out, what is no record is counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.logs.members import NotARecordError, record_of, time_of
from mmctl.operate.logs.values import Damage, Value
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from mmctl.operate.logs.records import Record

NAMED: Final = 20
"""How many damaged places are named; all are counted."""
_NESTED: Final = 4
"""How many wrappers may be in one another: a document of events whose messages are records."""
_LATEST: Final = 253_402_300_799_999


@dataclass(slots=True, kw_only=True)
class ReadCounts:
    """What was read, and what could not be."""

    records: int = 0
    damaged: int = 0
    other: int = 0
    """Values that are no record of Mail Manager, or of a newer form."""
    sources: int = 0
    named: list[str] = field(default_factory=list)
    """The first damaged places with their reasons: `FILE:LINE: is no JSON`."""
    notes: list[str] = field(default_factory=list)
    """What else is to know about the sources."""

    def note(self, text: str) -> None:
        """Note something once."""
        if text not in self.notes and len(self.notes) < NAMED:
            self.notes.append(text)

    def damage(self, name: str, line: int | None, reason: str) -> None:
        """Count something that cannot be read."""
        self.damaged += 1
        self._name(name, line, reason)

    def no_record(self, name: str, line: int | None, reason: str) -> None:
        """Count a value that is no record."""
        self.other += 1
        self._name(name, line, reason)

    def _name(self, name: str, line: int | None, reason: str) -> None:
        if len(self.named) < NAMED:
            self.named.append(f"{name}: {reason}" if line is None else f"{name}:{line}: {reason}")


def records_in(values: Iterable[Value | Damage], name: str, counts: ReadCounts) -> Iterator[Record]:
    """The records in the values of one source; the others are counted."""
    for each in values:
        if isinstance(each, Damage):
            counts.damage(name, each.line, each.reason)
            continue
        yield from records_of_value(each.value, name, each.line, counts)


def records_of_value(
    value: Any,
    name: str,
    line: int | None,
    counts: ReadCounts,
    *,
    at: datetime | None = None,
) -> Iterator[Record]:
    """The records in one value, wrapped or not."""

    def said(value: Any, at: datetime | None) -> Record | None:
        try:
            record = record_of(value, at=at)
        except NotARecordError as error:
            counts.no_record(name, line, str(error))
            return None
        counts.records += 1
        return record

    def damaged(reason: str) -> None:
        counts.damage(name, line, reason)

    for inner, when in _unwrapped(value, at, damaged, _NESTED):
        record = said(inner, when)
        if record is not None:
            yield record


def _unwrapped(
    value: Any, at: datetime | None, damaged: Callable[[str], None], deeper: int
) -> Iterator[tuple[Any, datetime | None]]:
    """What may be records in a value, with the time that its wrapper says."""
    wrapped = _wrapped(value)
    if wrapped is None or deeper == 0:
        yield value, at
        return
    for inner, when in wrapped:
        if isinstance(inner, str):
            start = inner.find("{")
            try:
                inner = json.loads(inner[max(0, start) :])  # noqa: PLW2901 - the same, read
            except (ValueError, RecursionError):
                damaged("holds an event whose message is no JSON")
                continue
        yield from _unwrapped(inner, when or at, damaged, deeper - 1)


def _wrapped(value: Any) -> list[tuple[Any, datetime | None]] | None:
    """What a wrapper holds; None: the value is none.

    FilterLogEvents and GetLogEvents (`events`), a subscription (`logEvents`), Logs Insights
    (`results`), one event (`message` with a time), and a list of any of these.
    """
    if isinstance(value, list):
        if all(isinstance(each, dict) and "field" in each for each in value) and value:
            found = [each.get("value") for each in value if each["field"] == "@message"]
            return [(text, None) for text in found if isinstance(text, str)]
        return [(each, None) for each in value]
    if not isinstance(value, dict):
        return None
    for member in ("events", "logEvents", "results"):
        events = value.get(member)
        if isinstance(events, list):
            return [(event, None) for event in events]
    if value.get("messageType") == "CONTROL_MESSAGE":
        return []
    message = value.get("message")
    if isinstance(message, str) and ("timestamp" in value or "ingestionTime" in value):
        return [(message, _time(value.get("timestamp")))]
    if isinstance(value.get("@message"), str):
        return [(value["@message"], None)]
    return None


def _time(value: Any) -> datetime | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LATEST:
        return time_of(value)
    return None
