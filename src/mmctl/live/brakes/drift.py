"""The brake `drift`: what somebody did by hand since the last apply would be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.looking import listed, noun_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.compare.edits import Edit
    from mmctl.live.plan.plan import Plan


def drift(plan: Plan) -> Iterator[Grip]:
    """A line of the plan takes away what was done by hand."""
    undoing = [edit for edit in plan.edits if edit.by_hand]
    if undoing:
        yield Grip(
            brake=Brake.DRIFT,
            what=f"{counted(len(undoing), 'change')} made by hand would be undone "
            f"({listed(dict.fromkeys(_named(edit) for edit in undoing))})",
            why="changes by hand are often made in an emergency, and are not in the files yet",
            instead=f"write them into the files: mmctl drift --write --env "
            f"{plan.target.environment}",
        )


def _named(edit: Edit) -> str:
    of = f" of {edit.object}" if edit.of_rule else ""
    return f"{noun_of(edit)} {edit.name}{of}, {edit.by_hand}"
