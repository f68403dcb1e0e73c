"""The brake for members that this version does not know: an update would erase them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted, plural
from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.plan.unknown_members import grouped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan

_SHOWN = 5


def unknown_members(plan: Plan) -> Iterator[Grip]:
    """Hold a plan whose updates erase a member that nobody looked at."""
    lost = [each for each in plan.unknown if each.erased and not each.known]
    if not lost:
        return
    groups = grouped(lost)
    listed = [
        each.text + (f" and {count - 1} more like it" if count > 1 else "")
        for each, count in groups[:_SHOWN]
    ]
    listed += [f"{len(groups) - _SHOWN} more"] if len(groups) > _SHOWN else []
    settings = ", ".join(dict.fromkeys(each.setting for each in lost))
    yield Grip(
        brake=Brake.UNKNOWN_MEMBERS,
        what=f"{counted(len(lost), 'member')} that this version of mmctl does not know would be "
        f"erased ({'; '.join(listed)})",
        why="an update sends only what mmctl knows, and the service erases the rest: a rule that "
        "such a member turns off would act again",
        instead=f"once somebody has reviewed {plural(len(lost), 'it', 'them')}, set "
        f"`lint: {{known_members: [{settings}]}}`",
    )
