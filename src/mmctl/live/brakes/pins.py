"""The brake `pin`: a state that was rolled back before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip

if TYPE_CHECKING:
    from mmctl.live.plan import Plan


def pin(plan: Plan, pinned: frozenset[str]) -> list[Grip]:
    """The wanted state is one that a rollback left and pinned."""
    if plan.goes_back_to is not None or plan.empty or plan.digest_after not in pinned:
        return []
    return [
        Grip(
            brake=Brake.PIN,
            what=f"the state {plan.digest_after[:12]} was rolled back and is pinned",
            why="the files are still those that were rolled back",
            instead="lift the pin: mmctl unpin",
        )
    ]
