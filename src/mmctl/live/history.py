"""The memory of applies and rollbacks: entries, their snapshots, pins, what was applied last.

All of it lives in one store for an account, region and project; nothing here calls the service.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot, UsageError
from mmctl.live.encode import configuration_document, configuration_of
from mmctl.live.plan import object_digests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.plan import Plan
    from mmctl.live.store import Store

SCHEMA: Final = "mmctl/history@1"
SNAPSHOT_SCHEMA: Final = "mmctl/snapshot@1"
_DIGITS: Final = 4
"""An id begins with the number of its entry."""
_ENTRY: Final = ".entry.json"
_SNAPSHOT: Final = ".snapshot.json"
_JOURNAL: Final = ".journal.jsonl"
_PINS: Final = "pins.json"
_APPLIED: Final = "applied.json"
_PROBE: Final = "probe"


class Doing(StrEnum):
    """What an entry is about."""

    APPLY = "apply"
    ROLLBACK = "rollback"


class Result(StrEnum):
    """How it ended; an entry that says `unfinished` belongs to a command that was killed."""

    DONE = "done"
    STOPPED = "stopped part-way"
    UNFINISHED = "unfinished"
    NOTHING = "nothing written"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One apply or rollback."""

    id: str
    kind: Doing
    at: str
    """UTC, ISO 8601."""
    who: str
    environment: str
    account: str
    region: str
    digest_before: str
    digest_after: str
    result: Result
    reason: str | None = None
    goes_back_to: str | None = None
    """Of a rollback: the entry whose snapshot became the wanted state."""
    state_before: str
    """The entry whose snapshot is the state before: its own, or that of the unfinished apply that
    it continues."""
    forced: tuple[str, ...] = ()
    """Brakes that were released by a flag."""
    plan: str | None = None
    """The seal of the saved plan that was carried out; None: none was."""
    summary: Mapping[str, int]

    @property
    def number(self) -> int:
        """The place in the order of entries, whatever the clock said."""
        return int(self.id.partition("-")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The live state before an entry, whole."""

    id: str
    at: str
    environment: str
    account: str
    region: str
    endpoint: str
    configuration: LiveConfiguration


class History:
    """The entries of a store, oldest first."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def entries(self) -> tuple[HistoryEntry, ...]:
        """All entries, oldest first."""
        entries = (self._entry(name) for name in self.store.names(_ENTRY))
        return tuple(sorted(entries, key=lambda entry: entry.number))

    def _entry(self, name: str) -> HistoryEntry:
        document = self._json(name)
        try:
            kind, result = Doing(document["kind"]), Result(document["result"])
            forced = tuple(document["forced"])
            entry = HistoryEntry(**{**document, "kind": kind, "result": result, "forced": forced})
            int(entry.id.partition("-")[0])
        except (KeyError, TypeError, ValueError) as error:
            raise CouldNot(f"`{name}` in {self.store.place} is damaged: {error}") from error
        return entry

    def find(self, prefix: str) -> HistoryEntry:
        """The entry of an id, of its number, or of an unambiguous beginning of one.

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
        raise UsageError(f"`{prefix}` begins several ids: {ids}", help="write more of the id")

    def last_apply(self) -> HistoryEntry | None:
        """The newest apply that wrote something, or may have."""
        applies = [
            entry
            for entry in self.entries()
            if entry.kind is Doing.APPLY and entry.result is not Result.NOTHING
        ]
        return applies[-1] if applies else None

    def unended(self) -> HistoryEntry | None:
        """The newest entry, where it was stopped part-way or killed."""
        entries = self.entries()
        cut_off = {Result.UNFINISHED, Result.STOPPED}
        return entries[-1] if entries and entries[-1].result in cut_off else None

    def snapshot(self, id: str) -> Snapshot:
        """The state before an entry.

        Raises:
            CouldNot: the snapshot is not there or damaged.
        """
        document = self._json(id + _SNAPSHOT)
        try:
            return Snapshot(
                id=document["id"],
                at=document["at"],
                environment=document["environment"],
                account=document["account"],
                region=document["region"],
                endpoint=document["endpoint"],
                configuration=configuration_of(document["configuration"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CouldNot(f"snapshot `{id}` in {self.store.place} is damaged: {error}") from error

    def check_writable(self) -> None:
        """Try whether snapshots can be kept, before anybody is asked to agree to anything.

        Raises:
            CouldNot: the store does not take them.
        """
        self.store.put(_PROBE, "")
        self.store.delete(_PROBE)

    def begin(self, entry: HistoryEntry, plan: Plan, plan_document: Mapping[str, Any]) -> None:
        """Keep the snapshot, then the entry: before this returns nothing may be written.

        Raises:
            CouldNot: the store does not take them.
        """
        identity = plan.target.identity
        document = {
            "schema": SNAPSHOT_SCHEMA,
            "id": entry.id,
            "at": entry.at,
            "environment": entry.environment,
            "account": identity.account,
            "region": identity.region,
            "endpoint": identity.endpoint,
            "configuration": configuration_document(plan.live),
            "digests": object_digests(plan.live),
            "plan": plan_document,
        }
        self.store.put(entry.id + _SNAPSHOT, _text(document))
        self.store.put(entry.id + _ENTRY, _text(entry_document(entry)))

    def end(self, entry: HistoryEntry, result: Result) -> HistoryEntry:
        """Say how it ended."""
        ended = replace(entry, result=result)
        self.store.put(entry.id + _ENTRY, _text(entry_document(ended)))
        return ended

    def note(self, id: str, line: Mapping[str, Any]) -> None:
        """Add a line to the journal of an entry, on disk when this returns."""
        self.store.append(id + _JOURNAL, json.dumps(line, sort_keys=True, ensure_ascii=False))

    def journal(self, id: str) -> tuple[dict[str, Any], ...]:
        """The journal of an entry; a last line that was cut off is left out."""
        lines = (self.store.get(id + _JOURNAL) or "").splitlines()
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return tuple(found)

    def pinned(self) -> tuple[str, ...]:
        """The digests that rollbacks left and nobody has unpinned."""
        return tuple(self._json(_PINS)) if self.store.get(_PINS) else ()

    def pin(self, *digests: str) -> None:
        """Refuse these wanted states from now on."""
        self.store.put(_PINS, _text(sorted({*self.pinned(), *digests})))

    def unpin(self) -> tuple[str, ...]:
        """Lift all pins; the digests that were pinned."""
        before = self.pinned()
        self.store.delete(_PINS)
        return before

    def applied(self) -> LiveConfiguration | None:
        """The live state as the last apply or rollback left it."""
        if self.store.get(_APPLIED) is None:
            return None
        try:
            return configuration_of(self._json(_APPLIED))
        except (KeyError, TypeError, ValueError) as error:
            raise CouldNot(f"`{_APPLIED}` in {self.store.place} is damaged: {error}") from error

    def keep_applied(self, live: LiveConfiguration) -> None:
        """Remember the state that was read back after an apply or rollback."""
        self.store.put(_APPLIED, _text(configuration_document(live)))

    def _json(self, name: str) -> Any:
        text = self.store.get(name)
        if text is None:
            raise CouldNot(f"there is no `{name}` in {self.store.place}")
        try:
            return json.loads(text)
        except ValueError as error:
            raise CouldNot(f"`{name}` in {self.store.place} is damaged: {error}") from error


def entry_document(entry: HistoryEntry) -> dict[str, Any]:
    """An entry as JSON."""
    return asdict(entry) | {"forced": list(entry.forced)}


def history_document(entries: tuple[HistoryEntry, ...]) -> dict[str, Any]:
    """The history as the JSON that machines read, oldest first."""
    return {"schema": SCHEMA, "entries": [entry_document(entry) for entry in entries]}


def _text(document: object) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
