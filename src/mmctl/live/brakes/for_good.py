"""The brakes `endpoint-replacement` and `irreversible`: what no rollback brings back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.project import Kind
from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.looking import of_objects
from mmctl.live.edits import EditKind
from mmctl.live.held import what_it_holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.plan import Plan


def endpoint_replacement(plan: Plan) -> Iterator[Grip]:
    """An ingress point is made anew, with another A record."""
    for edit in of_objects(plan, Kind.INGRESS_POINT, EditKind.REPLACED):
        yield Grip(
            brake=Brake.ENDPOINT_REPLACEMENT,
            what=f"ingress point {edit.object} is made anew: {edit.note}"
            f"{_with(plan.live.find(*edit.of))}",
            why="it gets a new A record: MX records must be changed before mail reaches it",
        )


def irreversible(plan: Plan) -> Iterator[Grip]:
    """An archive goes, with its mail."""
    for kind in (EditKind.REPLACED, EditKind.REMOVED):
        for edit in of_objects(plan, Kind.ARCHIVE, kind):
            yield Grip(
                brake=Brake.IRREVERSIBLE,
                what=f"archive {edit.object} goes{_with(plan.live.find(*edit.of))}",
                why="no rollback brings an archive back; it is unreadable at once",
            )


def _with(thing: LiveObject | None) -> str:
    return "" if thing is None else f" ({what_it_holds(thing)})"
