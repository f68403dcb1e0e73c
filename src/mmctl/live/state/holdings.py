"""What a live object is and holds, in words: what a person must know before deleting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.model.resources import Archive, Relay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveObject

_DAY: Final = len("2026-11-20")


def what_it_holds(thing: LiveObject) -> str:
    """Its live name if that differs, its age, what is in it: `made 2024-03-01, 12 rules`."""
    name = [f"live as {thing.live_name}"] if thing.live_name != thing.name else []
    loses = [thing.kind.row.loses] if thing.kind.row.loses else []
    return ", ".join([*name, *_age(thing), *loses, *_contents(thing)])


def _age(thing: LiveObject) -> Iterator[str]:
    if thing.created_at:
        yield f"made {thing.created_at[:_DAY]}"


def _contents(thing: LiveObject) -> Iterator[str]:
    shape, members = thing.shape, thing.shape.to_api()
    for member, word in thing.kind.row.counts.items():
        yield counted(len(members[member]), word)
    if isinstance(shape, Archive) and shape.retention and shape.retention.retention_period:
        yield f"retention {shape.retention.retention_period.value}"
    if isinstance(shape, Relay):
        yield f"to {shape.server_name}:{shape.server_port:.0f}"
    if thing.members is not None:
        yield counted(len(thing.members), "member")
    if thing.a_record:
        yield f"A record {thing.a_record}"
