"""The brake `trust` if the key that signs plans differs from the one that was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.history.entries import Doing, EntryResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.plan.plan import Plan


def plan_key(plan: Plan, entries: Sequence[HistoryEntry]) -> Iterator[Grip]:
    """A file drops or changes `plan_key`, but must not decide alone who may sign plans."""
    last = next((entry for entry in reversed(entries) if _tells(entry)), None)
    if last is None or last.plan_key is None or plan.goes_back_to is not None:
        return
    if plan.target.plan_key != last.plan_key:
        now = plan.target.plan_key or "not set"
        yield Grip(
            brake=Brake.TRUST,
            what=f"`plan_key` of environment {plan.target.environment}: {last.plan_key} when "
            f"{last.id} was applied, now {now}",
            why="whoever can change it in a file chooses who may sign plans",
        )


def _tells(entry: HistoryEntry) -> bool:
    """Whether an entry says which key was applied: a rebuilt one does not."""
    return (
        entry.kind is Doing.APPLY and entry.result is not EntryResult.NOTHING and not entry.rebuilt
    )
