"""The brake `pin`: what a rollback took away would become live again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.looking import listed
from mmctl.live.history.pinning import holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.live.history.pins import Pin
    from mmctl.live.plan.plan import Plan


def pin(plan: Plan, pinned: Iterable[Pin]) -> list[Grip]:
    """A rule, an object or a whole state is again as it was when it was rolled back."""
    if plan.goes_back_to is not None or plan.empty:
        return []
    held = [each for each in pinned if holds(each, plan)]
    if not held:
        return []
    ids = " ".join(each.id for each in held[:1])
    more = ", one by one" if len(held) > 1 else ""
    return [
        Grip(
            brake=Brake.PIN,
            what="would bring back what was rolled back and is pinned: "
            + listed(f"{each.described} ({each.id})" for each in held),
            why=_why(held),
            instead=f"change it, or lift the pin{more}: mmctl unpin {ids} "
            f"--env {plan.target.environment}",
        )
    ]


def _why(held: list[Pin]) -> str:
    reasons = list(dict.fromkeys(each.reason for each in held if each.reason))
    said = f" ({'; '.join(reasons)})" if reasons else ""
    return f"it is the same as when it was rolled back{said}"
