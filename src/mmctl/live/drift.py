"""Drift: live against the last applied state, and against the files, told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmctl.live.diff import diff

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.edits import Edit
    from mmctl.live.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How live, the last applied state and the files differ."""

    by_hand: tuple[Edit, ...]
    """From the last applied state to live: somebody changed it elsewhere."""
    not_applied: tuple[Edit, ...]
    """From live to the files."""
    known: bool
    """Whether anything was applied from here before."""

    @property
    def any(self) -> bool:
        """Whether there is any difference."""
        return bool(self.by_hand or self.not_applied)


def drift_of(plan: Plan, applied: LiveConfiguration | None) -> Drift:
    """Compare the live state that a plan was made from with both."""
    return Drift(
        by_hand=() if applied is None else diff(plan.live, applied),
        not_applied=plan.edits,
        known=applied is not None,
    )
