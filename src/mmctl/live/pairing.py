"""Which live object is which desired one: by id, name, former name, and then likeness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.project import Kind
from mmctl.live.canonical import canonical_pair
from mmctl.live.service import NOUN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject

NAME_IS_FIXED: Final = (Kind.ADDRESS_LIST, Kind.ADD_ON)
"""Kinds that the service cannot rename: another name is another object."""


def paired_name(
    live: LiveObject,
    desired: LiveConfiguration,
    others: Sequence[LiveObject],
    taken: set[str],
    known: LiveConfiguration | None = None,
) -> str:
    """The logical name of a live object: that of its desired counterpart, else one of its own.

    `others` are all live objects of the kind; `taken` the names that are given already; `known`
    a configuration that may tell the name it had.
    """
    wanted = [thing for thing in desired.of_kind(live.kind) if thing.name not in taken]
    by_id = [thing for thing in wanted if thing.id is not None and thing.id == live.id]
    if by_id:
        return by_id[0].name
    ids, names = {other.id for other in others if other.id}, {other.live_name for other in others}
    unclaimed = [thing for thing in wanted if thing.id not in ids]
    by_name = [thing for thing in unclaimed if thing.live_name == live.live_name]
    if by_name:
        return by_name[0].name
    free = [thing for thing in unclaimed if thing.live_name not in names]
    if live.project == desired.project:
        before = (
            {thing.name for thing in known.of_kind(live.kind) if thing.id == live.id}
            if known
            else set()
        )
        by_former_name = [thing for thing in free if thing.name in before] or [
            thing for thing in free if thing.was == live.live_name
        ]
        alike = [thing for thing in free if alike_but_for_name(thing, live)]
        if by_former_name or len(alike) == 1:
            return (by_former_name or alike)[0].name
    return _own_name(live, desired, taken, known)


def alike_but_for_name(desired: LiveObject, live: LiveObject) -> bool:
    """Whether two objects differ in nothing but a name that can be changed."""
    if desired.kind in NAME_IS_FIXED:
        return False
    wanted, found = canonical_pair(desired, live)
    name = NOUN[desired.kind].name_member
    return {**wanted, name: ""} == {**found, name: ""}


def _own_name(
    live: LiveObject,
    desired: LiveConfiguration,
    taken: set[str],
    known: LiveConfiguration | None,
) -> str:
    used = taken | {thing.name for thing in desired.of_kind(live.kind)}
    before = (
        [thing.name for thing in known.of_kind(live.kind) if thing.id == live.id] if known else []
    )
    for name in (*before, live.live_name):
        if name not in used:
            return name
    return f"{live.live_name}({live.id})"
