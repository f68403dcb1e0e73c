"""Entries and pins that are damaged or lost in a store, rebuilt from what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot
from mmctl.live.compare.edits import Summary
from mmctl.live.history.entries import Doing, EntryResult, HistoryEntry, number_of
from mmctl.live.history.pinning import pins_between, same_pin
from mmctl.live.history.pins import Pin, numbered, state_pin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mmctl.live.history.records import HistoryRecords
    from mmctl.live.history.snapshots import Snapshot

_UNKNOWN: Final = "unknown"
_CUT_OFF: Final = (EntryResult.UNFINISHED, EntryResult.STOPPED)


def rebuilt_entries(
    records: HistoryRecords, sound: Sequence[HistoryEntry], lost: Collection[str]
) -> Iterator[HistoryEntry]:
    """The entries for snapshots without a readable entry.

    If the snapshot is damaged too, nothing is known.
    """
    newest = max((entry.number for entry in sound), default=0)
    known = sorted(sound, key=lambda entry: entry.number)
    for name in sorted(lost):
        try:
            snapshot = records.snapshot(name)
        except CouldNot:
            records.tell(name, "neither its entry nor its snapshot can be read")
            continue
        before = [entry for entry in known if entry.number < number_of(name)]
        entry = _entry_of(records, snapshot, before[-1] if before else None, newest)
        known = sorted([*known, entry], key=lambda each: each.number)
        yield entry


def _entry_of(
    records: HistoryRecords, snapshot: Snapshot, before: HistoryEntry | None, newest: int
) -> HistoryEntry:
    kind = Doing.APPLY if snapshot.goes_back_to is None else Doing.ROLLBACK
    state_before = snapshot.state_before or snapshot.id
    goes_on = before is not None and before.kind is kind is Doing.APPLY
    if snapshot.state_before is None and goes_on and before and before.result in _CUT_OFF:
        state_before = before.state_before
    return HistoryEntry(
        id=snapshot.id,
        kind=kind,
        at=snapshot.at,
        who=_UNKNOWN,
        environment=snapshot.environment,
        account=snapshot.account,
        region=snapshot.region,
        digest_before=snapshot.plan["digest"]["before"],
        digest_after=snapshot.plan["digest"]["after"],
        result=_result(records, snapshot.id, newest),
        goes_back_to=snapshot.goes_back_to,
        state_before=state_before,
        plan=snapshot.saved_plan,
        summary=Summary().document() | dict(snapshot.plan.get("summary", {})),
        rebuilt=True,
    )


def _result(records: HistoryRecords, id: str, newest: int) -> EntryResult:
    """How it ended, by its journal; for the newest it is unknown whether it went on."""
    if number_of(id) > newest:
        return EntryResult.UNFINISHED
    journal = records.journal(id)
    if not journal:
        return EntryResult.NOTHING
    return EntryResult.DONE if journal[-1]["moment"] == "after" else EntryResult.STOPPED


def rebuilt_pins(records: HistoryRecords, entries: Iterable[HistoryEntry]) -> tuple[Pin, ...]:
    """The pins of all rollbacks.

    What was unpinned since is pinned again: holding too much is less harmful.
    """
    found: list[Pin] = []
    for entry in entries:
        if entry.kind is Doing.ROLLBACK:
            new = [
                pin
                for pin in _left_behind(records, entry)
                if not any(same_pin(pin, other) for other in found)
            ]
            found += numbered(new, entry.number, entry.at, entry.reason)
    return tuple(found)


def _left_behind(records: HistoryRecords, entry: HistoryEntry) -> tuple[Pin, ...]:
    """What a rollback took away, from its snapshot and the state that it went to."""
    try:
        bad = records.snapshot(entry.id)
        good = bad.wanted or records.snapshot(entry.goes_back_to or entry.id).configuration
    except CouldNot:
        return (state_pin(entry.digest_before),)
    return pins_between(bad.configuration, good) or (state_pin(entry.digest_before),)
