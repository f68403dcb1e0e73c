"""The brakes `endpoint-replacement` and `irreversible`: what no rollback can restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.brakes.looking import of_objects
from mmctl.live.compare.edits import EditKind
from mmctl.live.state.holdings import what_it_holds
from mmctl.model.enums import RetentionPeriod
from mmctl.model.kinds import Kind
from mmctl.model.resources import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.plan.plan import Plan


def endpoint_replacement(plan: Plan) -> Iterator[Grip]:
    """An ingress point is replaced, with another A record."""
    for edit in of_objects(plan, Kind.INGRESS_POINT, EditKind.REPLACED):
        yield Grip(
            brake=Brake.ENDPOINT_REPLACEMENT,
            what=f"ingress point {edit.object} is replaced: {edit.note}"
            f"{_with(plan.live.find(*edit.of))}",
            why="it gets a new A record: no mail reaches it until the MX records change",
        )


def irreversible(plan: Plan) -> Iterator[Grip]:
    """Something is deleted with data that no rollback restores, or keeps it for a shorter time."""
    for change in (EditKind.REPLACED, EditKind.REMOVED):
        for kind in (kind for kind in Kind if kind.row.loses is not None):
            for edit in of_objects(plan, kind, change):
                yield Grip(
                    brake=Brake.IRREVERSIBLE,
                    what=f"{kind.noun} {edit.object} is deleted{_with(plan.live.find(*edit.of))}",
                    why=f"no rollback brings {kind.a_noun} back; it becomes unreadable at once",
                )
    yield from _shorter_retention(plan)


def _with(thing: LiveObject | None) -> str:
    return "" if thing is None else f" ({what_it_holds(thing)})"


def _shorter_retention(plan: Plan) -> Iterator[Grip]:
    for thing in plan.desired.of_kind(Kind.ARCHIVE):
        live = plan.live.find(thing.kind, thing.name)
        before, after = _retention(live), _retention(thing)
        if before and after and _LENGTHS.index(after) < _LENGTHS.index(before):
            yield Grip(
                brake=Brake.IRREVERSIBLE,
                what=f"archive {thing.name} keeps mail for {_words(after)} "
                f"instead of {_words(before)}",
                why="older mail in it is deleted, and no rollback brings it back",
            )


_LENGTHS: Final = list(RetentionPeriod)
"""From the shortest to the longest."""


def _retention(thing: LiveObject | None) -> RetentionPeriod | None:
    if thing is None or not isinstance(thing.shape, Archive) or thing.shape.retention is None:
        return None
    return thing.shape.retention.retention_period


def _words(period: RetentionPeriod) -> str:
    return period.value.lower().replace("_", " ")
