"""What is damaged or lost in a store, told anew from what is left, and set aside.

Nothing is deleted: a damaged text gets another name, and stays beside what takes its place.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot
from mmctl.live.compare.edits import Summary
from mmctl.live.history.entries import APPLIED, ENTRY, Doing, HistoryEntry, Result, number_of
from mmctl.live.history.passwords import BOOK, book_of
from mmctl.live.history.pinning import pins_between, same_pin
from mmctl.live.history.pins import Pin, numbered, state_pin
from mmctl.live.history.store import Damaged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mmctl.live.history.history import History
    from mmctl.live.history.snapshots import Snapshot

_UNKNOWN: Final = "unknown"
_CUT_OFF: Final = (Result.UNFINISHED, Result.STOPPED)


def rebuilt_entries(
    history: History, sound: Sequence[HistoryEntry], lost: Collection[str]
) -> Iterator[HistoryEntry]:
    """The entries of snapshots that have none, or none that can be read.

    Of one whose snapshot is damaged too, nothing can be told.
    """
    newest = max((entry.number for entry in sound), default=0)
    known = sorted(sound, key=lambda entry: entry.number)
    for name in sorted(lost):
        try:
            snapshot = history.snapshot(name)
        except CouldNot:
            history.tell(name, "neither its entry nor its snapshot can be read")
            continue
        before = [entry for entry in known if entry.number < number_of(name)]
        entry = _entry_of(history, snapshot, before[-1] if before else None, newest)
        known = sorted([*known, entry], key=lambda each: each.number)
        yield entry


def _entry_of(
    history: History, snapshot: Snapshot, before: HistoryEntry | None, newest: int
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
        result=_result(history, snapshot.id, newest),
        goes_back_to=snapshot.goes_back_to,
        state_before=state_before,
        plan=snapshot.saved_plan,
        summary=asdict(Summary()) | dict(snapshot.plan.get("summary", {})),
        rebuilt=True,
    )


def _result(history: History, id: str, newest: int) -> Result:
    """How it ended, as its journal tells; of the newest it is not known whether it went on."""
    if number_of(id) > newest:
        return Result.UNFINISHED
    journal = history.journal(id)
    if not journal:
        return Result.NOTHING
    return Result.DONE if journal[-1]["moment"] == "after" else Result.STOPPED


def rebuilt_pins(history: History) -> tuple[Pin, ...]:
    """The pins of all rollbacks.

    What was unpinned since is pinned again: to hold too much does less harm.
    """
    found: list[Pin] = []
    for entry in history.entries():
        if entry.kind is Doing.ROLLBACK:
            new = [
                pin
                for pin in _left_behind(history, entry)
                if not any(same_pin(pin, other) for other in found)
            ]
            found += numbered(new, entry.number, entry.at, entry.reason)
    return tuple(found)


def _left_behind(history: History, entry: HistoryEntry) -> tuple[Pin, ...]:
    """What a rollback took away, told from its snapshot and from where it went."""
    try:
        bad = history.snapshot(entry.id)
        good = bad.wanted or history.snapshot(entry.goes_back_to or entry.id).configuration
    except CouldNot:
        return (state_pin(entry.digest_before),)
    return pins_between(bad.configuration, good) or (state_pin(entry.digest_before),)


def set_aside_damaged(history: History) -> None:
    """Keep what is damaged under other names, and write anew what can be told; it is said.

    Raises:
        CouldNot: the store cannot be written.
    """
    told = history.entries()
    names = set(history.store.names(""))
    entries = {name for name in names if name.endswith(ENTRY)}
    sound = {name for name in entries if history.entry(name) is not None}
    for name in sorted(entries - sound):
        history.set_aside(name)
    for entry in told:
        if entry.rebuilt and entry.id + ENTRY not in sound:
            history.put(entry)
    try:
        history.kept_pins()
    except Damaged:
        history.keep_pins(rebuilt_pins(history))
    if APPLIED in names and history.applied() is None:
        history.set_aside(APPLIED)
    if BOOK in names and book_of(history.store) is None:
        history.set_aside(BOOK)
    unended = history.unended()
    if unended is not None:
        history.mend_journal(unended.id)
