"""The brake `default-action`: what a traffic policy does with mail that no statement matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.state.canonical import canonical
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def default_action(plan: Plan) -> Iterator[Grip]:
    """Mail that no statement matches is decided differently."""
    for thing in plan.desired.of_kind(Kind.TRAFFIC_POLICY):
        live = plan.live.find(thing.kind, thing.name)
        before = canonical(live)["DefaultAction"] if live else None
        after = canonical(thing)["DefaultAction"]
        if before is not None and before != after:
            yield Grip(
                brake=Brake.DEFAULT_ACTION,
                what=f"traffic policy {thing.name} goes from {before} to {after}",
                why="it decides on all mail that no statement matches",
            )
