"""Whether a plan was carried out before, and what came since: a plan names the last entry it saw.

A saved plan works once. Only a cut-off attempt of the same plan can be continued.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.errors import Refused
from mmctl.live.history.entries import EntryResult
from mmctl.live.plan.plan import Past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.history import History
    from mmctl.live.plan.plan import Plan

_NAMED = 3


def past_of(history: History) -> Past:
    """The last entry before a plan that is made now."""
    entries = history.entries()
    return Past(last=entries[-1].id if entries else None)


def check_past(plan: Plan, history: History) -> None:
    """Refuse a plan that was carried out before, or that something else was carried out after.

    Raises:
        Refused: the message names the entries that came since.
    """
    own, others = since(plan, history)
    refuse_done(own)
    refuse_others(others)


def since(
    plan: Plan, history: History
) -> tuple[tuple[HistoryEntry, ...], tuple[HistoryEntry, ...]]:
    """The entries after a plan was made that may have written: those of the plan, and others.

    Raises:
        Refused: the history here belongs to another store.
    """
    if plan.past is None:
        return (), ()
    found = [
        entry
        for entry in _after(plan.past, history.entries())
        if entry.result is not EntryResult.NOTHING
    ]
    own = [entry for entry in found if plan.seal is not None and entry.plan == plan.seal]
    return tuple(own), tuple(entry for entry in found if entry not in own)


def refuse_done(own: Sequence[HistoryEntry]) -> None:
    """Refuse what was carried out before; what was cut off may be continued.

    Raises:
        Refused: the message names the entry.
    """
    done = [entry for entry in own if entry.result is EntryResult.DONE]
    if done:
        raise Refused(
            f"the plan is already applied: {_listed(done)}",
            why="a saved plan works once: applying it again would undo later changes",
            help="make a new plan: mmctl plan",
        )


def refuse_others(others: Sequence[HistoryEntry]) -> None:
    """Refuse what was made before something else was carried out.

    Raises:
        Refused: the message names the entries.
    """
    if others:
        came = counted(len(others), "apply or rollback", "applies and rollbacks")
        raise Refused(
            f"the plan is stale: {came} since it was made: {_listed(others)}",
            why="nobody could know of them when the plan was reviewed",
            help="make a new plan: mmctl plan",
        )


def is_past_unknown(plan: Plan, history: History) -> bool:
    """Whether it is unknown if a saved plan was carried out before: the store has no entries.

    If nothing of the project is live, nothing that came since could be undone.
    """
    project = plan.desired.project
    live = any(thing.project == project for thing in plan.live.objects)
    return plan.seal is not None and live and not history.entries()


def _after(past: Past, entries: Sequence[HistoryEntry]) -> Sequence[HistoryEntry]:
    """The entries after the one that a plan names; a store that lost all of them has none.

    Raises:
        Refused: they belong to another store.
    """
    if past.last is None or not entries:
        return entries
    ids = [entry.id for entry in entries]
    if past.last not in ids:
        raise Refused(
            f"the plan was made after {past.last}, which is not in the history here",
            why="the history of another store does not show what was applied since",
            help="use the store that it was made with (`snapshots:`), or make a new plan: "
            "mmctl plan",
        )
    return entries[ids.index(past.last) + 1 :]


def _listed(entries: Sequence[HistoryEntry]) -> str:
    named = [f"{entry.id} ({entry.kind}, {entry.result}, by {entry.who})" for entry in entries]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more
