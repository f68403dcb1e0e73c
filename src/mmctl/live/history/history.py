"""The memory of applies and rollbacks: entries, their snapshots, pins, what was applied last.

All of it is in one store per account, region and project; nothing here calls the service.
A damaged text never blocks a command: it is read as far as possible and rebuilt from what is left;
the next apply or rollback sets it aside under another name (`rebuilding.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot, UsageError
from mmctl.live.history.entries import (
    APPLIED,
    ENTRY,
    PINS,
    Doing,
    EntryResult,
    HistoryEntry,
    entry_document,
    entry_of,
    number_of,
)
from mmctl.live.history.pinning import same_pin
from mmctl.live.history.pins import Pin, numbered, pin_document, pin_of
from mmctl.live.history.rebuilding import rebuilt_entries, rebuilt_pins
from mmctl.live.history.records import SNAPSHOT, HistoryRecords, text_of
from mmctl.live.history.snapshots import Standing, snapshot_document, standing
from mmctl.live.history.store import Damaged
from mmctl.live.state.encode import configuration_document, configuration_of
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.history.store import Store
    from mmctl.live.plan.plan import Plan

_DIGITS: Final = 4
"""An id starts with the number of its entry."""
_PROBE: Final = "probe"


class History(HistoryRecords):
    """The entries of a store, oldest first."""

    def __init__(self, store: Store, warn: Callable[[str], None] | None = None) -> None:
        super().__init__(store, warn)
        self._ended: dict[str, HistoryEntry] = {}
        """Entries that were read and that nothing changes anymore: a bucket is asked once."""

    def one_look(self) -> AbstractContextManager[None]:
        """While the block runs, what only the holder of the lock writes may be read just once."""
        return self.store.one_look()

    def entries(self) -> tuple[HistoryEntry, ...]:
        """All entries, oldest first; lost or damaged ones as rebuilt from their snapshots."""
        names = set(self.store.names(""))
        self.store.fetch(
            sorted(name for name in names if _ends(name, ENTRY) and name not in self._ended)
        )
        found = {name.removesuffix(ENTRY): self.entry(name) for name in names if _ends(name, ENTRY)}
        lost = {name.removesuffix(SNAPSHOT) for name in names if _ends(name, SNAPSHOT)}
        lost = {each for each in lost if found.get(each) is None}
        sound = [entry for entry in found.values() if entry is not None]
        return tuple(sorted([*sound, *rebuilt_entries(self, sound, lost)], key=_order))

    def untold(self) -> tuple[str, ...]:
        """The ids, oldest first, with something left but no readable entry or snapshot."""
        names = [name.partition(".")[0] for name in self.store.names("")]
        left = {name for name in names if name.partition("-")[0].isdecimal()}
        return tuple(sorted(left - {entry.id for entry in self.entries()}, key=number_of))

    def entry(self, name: str) -> HistoryEntry | None:
        """The entry of a file; None: it is damaged."""
        if name in self._ended:
            return self._ended[name]
        try:
            entry = entry_of(self.json_of(name), name.removesuffix(ENTRY))
        except (Damaged, KeyError, TypeError, ValueError):
            self.tell(name, "its snapshot is used instead")
            return None
        if entry.result in {EntryResult.DONE, EntryResult.NOTHING}:
            self._ended[name] = entry
        return entry

    def next_number(self) -> int:
        """The number of the next entry: after all that have left anything behind."""
        heads = (name.partition("-")[0] for name in self.store.names(""))
        return max((int(head) for head in heads if head.isdecimal()), default=0) + 1

    def find(self, prefix: str) -> HistoryEntry:
        """The entry with an id, a number, or an unambiguous start of an id.

        Raises:
            UsageError: there is none, or more than one.
        """
        if prefix.isdecimal():
            prefix = prefix.zfill(_DIGITS)
        found = [entry for entry in self.entries() if entry.id.startswith(prefix)]
        exact = [entry for entry in found if entry.id == prefix]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise UsageError(
                f"no apply or rollback has the id `{prefix}`", help="see: mmctl history"
            )
        ids = ", ".join(entry.id for entry in found)
        raise UsageError(
            f"`{prefix}` is the beginning of several ids: {ids}", help="write more of the id"
        )

    def last_apply(self) -> HistoryEntry | None:
        """The newest apply that wrote something or may have written something."""
        applies = [
            entry
            for entry in self.entries()
            if entry.kind is Doing.APPLY and entry.result is not EntryResult.NOTHING
        ]
        return applies[-1] if applies else None

    def unended(self) -> HistoryEntry | None:
        """The newest entry, if it was stopped part-way or killed."""
        entries = self.entries()
        cut_off = {EntryResult.UNFINISHED, EntryResult.STOPPED}
        return entries[-1] if entries and entries[-1].result in cut_off else None

    def cut_off(self) -> tuple[HistoryEntry, ...]:
        """The entries that were stopped part-way or killed since the last one that was done."""
        found: list[HistoryEntry] = []
        for entry in reversed(self.entries()):
            if entry.result is EntryResult.DONE:
                break
            if entry.result is not EntryResult.NOTHING:
                found.append(entry)
        return tuple(reversed(found))

    def standing(self, entry: HistoryEntry) -> Standing:
        """Whether the snapshot of an entry is the one that the entry names.

        Raises:
            CouldNot: the snapshot is missing or damaged.
        """
        snapshot = self.snapshot(entry.id)
        if (snapshot.account, snapshot.region) != (entry.account, entry.region):
            return Standing.OTHER
        try:
            return standing(self.json_of(entry.id + SNAPSHOT), entry)
        except (KeyError, TypeError, ValueError, AttributeError):
            return Standing.OTHER

    def check_writable(self) -> None:
        """Test that snapshots can be kept, before anybody is asked to agree to anything.

        Raises:
            CouldNot: the store does not accept them.
        """
        self.store.put(_PROBE, "")
        self.store.delete(_PROBE)

    def begin(
        self, entry: HistoryEntry, plan: Plan, plan_document: Mapping[str, Any]
    ) -> HistoryEntry:
        """Keep the snapshot, then the entry that names it: nothing may be written before this.

        Raises:
            CouldNot: the store does not accept them.
        """
        document = snapshot_document(entry, plan, plan_document)
        begun = replace(entry, snapshot=document["digest"])
        self.store.put(entry.id + SNAPSHOT, text_of(document))
        self.put(begun)
        return begun

    def end(self, entry: HistoryEntry, result: EntryResult) -> HistoryEntry:
        """Note how an entry ended."""
        ended = replace(entry, result=result)
        self.put(ended)
        return ended

    def put(self, entry: HistoryEntry) -> None:
        """Write an entry."""
        self._ended.pop(entry.id + ENTRY, None)
        self.store.put(entry.id + ENTRY, text_of(entry_document(entry)))

    def pins(self) -> tuple[Pin, ...]:
        """What rollbacks took away and nobody has unpinned."""
        try:
            return self.kept_pins()
        except Damaged:
            self.tell(PINS, "the pins are rebuilt from the rollbacks in the history")
            return rebuilt_pins(self, self.entries())

    def kept_pins(self) -> tuple[Pin, ...]:
        """The pins in the store.

        Raises:
            Damaged: they cannot be read.
        """
        document = self.json_or_none(PINS)
        if document is None:
            return ()
        try:
            return tuple(map(pin_of, document))
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged(f"`{PINS}` in {self.store.place} is damaged: {error}") from error

    def pin(self, pins: Iterable[Pin], entry: HistoryEntry) -> None:
        """Pin what a rollback takes away."""
        before = self.pins()
        new = [pin for pin in pins if not any(same_pin(pin, other) for other in before)]
        self.keep_pins((*before, *numbered(new, entry.number, entry.at, entry.reason)))

    def keep_pins(self, pins: Iterable[Pin]) -> None:
        """Write the pins, or no file if there are none. Damaged ones are set aside."""
        try:
            self.kept_pins()
        except Damaged:
            self.set_aside(PINS)
        documents = [pin_document(pin) for pin in pins]
        if documents:
            self.store.put(PINS, text_of(documents))
        else:
            self.store.delete(PINS)

    def unpin(self, id: str | None = None) -> tuple[Pin, ...]:
        """Lift all pins, those of a rollback, or one; return the lifted pins.

        Raises:
            UsageError: there is no such pin.
        """
        before = self.pins()
        lifted = tuple(pin for pin in before if id is None or _is_named(pin, id))
        if id is not None and not lifted:
            raise UsageError(f"no pin has the id `{id}`", help="mmctl history shows the pins")
        self.keep_pins(pin for pin in before if pin not in lifted)
        return lifted

    def applied(self) -> LiveConfiguration | None:
        """The live state that the last apply or rollback left; None: it is unknown."""
        try:
            document = self.json_or_none(APPLIED)
            return None if document is None else configuration_of(document)
        except (Damaged, KeyError, TypeError, ValueError, AttributeError):
            self.tell(APPLIED, "the next apply or rollback writes it again")
            return None

    def known(self) -> LiveConfiguration | None:
        """What is known about names and ids: the last applied state, or the newest snapshot."""
        found = self.applied()
        ids = sorted(self.store.names(SNAPSHOT), reverse=True) if found is None else []
        for name in ids:
            try:
                return self.snapshot(name.removesuffix(SNAPSHOT)).configuration
            except CouldNot:
                continue
        return found

    def keep_applied(self, live: LiveConfiguration) -> None:
        """Remember the state that was read back after an apply or rollback."""
        self.store.put(APPLIED, text_of(configuration_document(live)))


def _order(entry: HistoryEntry) -> tuple[int, str]:
    return entry.number, entry.id


def _ends(name: str, ending: str) -> bool:
    return name.endswith(ending) and name.partition("-")[0].isdecimal()


def _is_named(pin: Pin, id: str) -> bool:
    """Whether an id names a pin: the pin's id, or the number of the rollback that set it."""
    return pin.id == id or (id.isdecimal() and pin.entry == int(id))
