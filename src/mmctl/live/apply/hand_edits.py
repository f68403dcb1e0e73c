"""What a rollback does about hand edits: it keeps them and reports each one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.diff import diff
from mmctl.live.history.by_hand import done_at
from mmctl.live.history.keeping import keeping
from mmctl.live.plan.plan import make_plan
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.live.history.last_applied import LastApplied
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.read import LiveState


def keeping_hand_edits(plan: Plan, state: LiveState, last: LastApplied) -> Plan:
    """The plan of a rollback that keeps what was done by hand since the last apply."""
    wanted = keeping(plan.desired, plan.live, last.named_as(plan.live))
    if wanted == plan.desired:
        return plan
    made = make_plan(plan.target, wanted, state, goes_back_to=plan.goes_back_to, serial=plan.serial)
    kept = diff(made.desired, plan.desired)
    return replace(
        made,
        kept=tuple(replace(edit, by_hand=done_at(edit, plan.live, last)) for edit in kept),
    )
