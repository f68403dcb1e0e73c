"""Drift: live against the last applied state, and against the files, separately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.diff import diff
from mmctl.live.compare.edits import EditKind
from mmctl.live.history.last_applied import renamed
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.compare.edits import Edit
    from mmctl.live.history.history import History
    from mmctl.live.plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How live, the last applied state and the files differ."""

    by_hand: tuple[Edit, ...]
    """From the last applied state to live: somebody made a change elsewhere."""
    not_applied: tuple[Edit, ...]
    """From live to the files."""
    known: bool
    """Whether anything was applied from here before."""
    cut_off: str | None = None
    """The entry that was stopped part-way after that: it may have made some of `by_hand`."""

    @property
    def any(self) -> bool:
        """Whether there is any difference."""
        return bool(self.by_hand or self.not_applied)


def drift_of(plan: Plan, history: History) -> Drift:
    """Compare the live state of a plan with both."""
    cut_off = history.unended()
    by_hand = edits_by_hand(plan.live, history)
    return Drift(
        by_hand=by_hand or (),
        not_applied=_of_people(plan.edits),
        known=by_hand is not None,
        cut_off=cut_off.id if cut_off else None,
    )


def edits_by_hand(live: LiveConfiguration, history: History) -> tuple[Edit, ...] | None:
    """From the last applied state to live; None: nothing was applied from here before."""
    applied = history.applied()
    return None if applied is None else _of_people(diff(live, renamed(applied, live)))


def _of_people(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits, without how rules are packed where that only follows from others."""
    told = tuple(edit for edit in edits if edit.kind is not EditKind.REPACKED)
    changed = {edit.of for edit in told}
    return tuple(
        edit for edit in edits if edit.kind is not EditKind.REPACKED or edit.of not in changed
    )
