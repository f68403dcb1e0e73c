"""The brake `deletes`: what is deleted from the live gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.looking import listed, noun_of
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.state.holdings import what_it_holds
from mmctl.live.state.replacing import is_left_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def deletes(plan: Plan) -> Iterator[Grip]:
    """More is deleted than the environment allows."""
    removed = [edit for edit in plan.edits if is_deletion(edit, plan)]
    allowed = plan.target.brakes.max_deletes
    if len(removed) > allowed:
        names = listed(_named(edit, plan) for edit in removed)
        limit = f", {allowed} are allowed" if allowed else ""
        yield Grip(
            brake=Brake.DELETES,
            what=f"{len(removed)} to delete ({names}){limit}",
            why="deleted rules and objects no longer act on mail",
        )


def _named(edit: Edit, plan: Plan) -> str:
    """What is deleted; for an object also its age and what it holds."""
    thing = None if edit.of_rule else plan.live.find(edit.resource, edit.object)
    held = f" ({what_it_holds(thing)})" if thing is not None else ""
    return f"{noun_of(edit)} {edit.name}{held}"


def is_deletion(edit: Edit, plan: Plan) -> bool:
    """Whether an edit deletes something that a person must agree to.

    What a replacement left behind was agreed to before. A rollback is there to delete rules again,
    and its snapshot still has them.
    """
    if edit.kind is not EditKind.REMOVED:
        return False
    if edit.of_rule:
        return plan.goes_back_to is None
    thing = plan.live.find(edit.resource, edit.object)
    return thing is None or not is_left_over(thing, plan.desired)
