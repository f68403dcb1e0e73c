"""The brake `relay-target`: a relay that hands its mail to another server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.compare.wording import spaced
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def relay_target(plan: Plan) -> Iterator[Grip]:
    """A relay speaks to another server or port."""
    for edit in plan.edits:
        if edit.resource is Kind.RELAY and edit.path in {"server_name", "server_port"}:
            yield Grip(
                brake=Brake.RELAY_TARGET,
                what=f"relay {edit.object}: {spaced(edit.words or edit.path)}",
                why="all mail of this relay goes to another server",
            )
