"""The states that applies from here left or were about to leave: anything else live is by hand.

An apply that was cut off may have left part of what it wanted, so both are recorded: what was there
before, and what it wanted. What somebody did by hand is in neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import CouldNot
from mmctl.language.references import with_references
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import Key, LiveConfiguration, LiveObject
    from mmctl.language.project import Reference
    from mmctl.live.history.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class LastApplied:
    """What may be live without a change by hand."""

    states: tuple[LiveConfiguration, ...]
    """The last state that was read back, and what later cut-off entries wanted."""
    at: str
    """When the last apply or rollback began: UTC, ISO 8601."""

    def named_as(self, live: LiveConfiguration) -> tuple[LiveConfiguration, ...]:
        """The states under the logical names of a live configuration."""
        return tuple(renamed(state, live) for state in self.states)


def last_applied(history: History, *, without: str | None = None) -> LastApplied | None:
    """What was applied last; None: nothing was, or it is unknown what was cut off after it.

    `without`: an entry that does not count because it is under way.
    """
    applied = history.applied()
    if applied is None:
        return None
    cut_off = [entry for entry in history.cut_off() if entry.id != without]
    try:
        wanted = [history.snapshot(entry.id).wanted for entry in cut_off]
    except CouldNot:
        return None
    known = tuple(state for state in wanted if state is not None)
    if len(known) < len(wanted):
        return None
    entries = history.entries()
    return LastApplied(states=(applied, *known), at=entries[-1].at if entries else "")


def renamed(state: LiveConfiguration, live: LiveConfiguration) -> LiveConfiguration:
    """A state under the logical names of a live configuration, matched object by object by id."""
    names = dict(_names(state, live))

    def name_of(reference: Reference) -> str:
        return names.get((reference.kind, reference.name), reference.name)

    objects = tuple(
        replace(
            thing,
            name=names.get(thing.key, thing.name),
            shape=with_references(thing.shape, name_of),
            logical=tuple(
                replace(rule, shape=with_references(rule.shape, name_of)) for rule in thing.logical
            ),
        )
        for thing in state.objects
    )
    return replace(state, objects=objects)


def _names(state: LiveConfiguration, live: LiveConfiguration) -> Iterator[tuple[Key, str]]:
    """The names that objects get; one that is not live anymore loses its name to a live one."""
    by_id = {(thing.kind, _id(thing)): thing.name for thing in live.objects if _id(thing)}
    given = {
        (thing.kind, by_id[thing.kind, _id(thing)])
        for thing in state.objects
        if (thing.kind, _id(thing)) in by_id
    }
    made = {(thing.kind, thing.live_name): thing.name for thing in live.objects}
    for thing in state.objects:
        # What a cut-off apply created has no id in its desired state, only the name.
        unmade = _id(thing) is None and made.get((thing.kind, thing.live_name))
        now = by_id.get((thing.kind, _id(thing))) or unmade or None
        if now is not None:
            yield thing.key, now
        elif thing.key in given:
            yield thing.key, f"{thing.name}({_id(thing)})"


def _id(thing: LiveObject) -> str | None:
    return thing.subscription_id or thing.id
