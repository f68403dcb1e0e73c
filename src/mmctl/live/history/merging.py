"""A three-way merge: one value plus what another has changed since what both came from.

If both changed the same thing, the other's change wins. Nothing here knows what it merges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ABSENT: Final = object()


def merged(ours: Any, theirs: Any, bases: Sequence[Any]) -> Any:
    """Ours plus what theirs has differently from every base; ABSENT if it is removed.

    With several bases, any part of any of them may be what theirs came from.
    """
    if theirs == ours or any(_same(theirs, base) for base in bases):
        return ours
    if len(bases) == 1 and _same(ours, bases[0]):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _merged_members(ours, theirs, [base for base in bases if isinstance(base, dict)])
    if isinstance(ours, list) and isinstance(theirs, list):
        return _merged_items(ours, theirs, [base for base in bases if isinstance(base, list)])
    return theirs


def inserted(result: Sequence[Any], new: Sequence[Any], order: Sequence[Any]) -> list[Any]:
    """Items with new ones inserted, each after the item that precedes it in an order."""
    found = list(result)
    for item in new:
        before = [each for each in order[: order.index(item)] if each in found]
        found.insert(found.index(before[-1]) + 1 if before else 0, item)
    return found


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not ABSENT and other is not ABSENT and bool(one == other))


def _merged_members(
    ours: dict[str, Any], theirs: dict[str, Any], bases: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    found = {
        member: merged(
            ours.get(member, ABSENT),
            theirs.get(member, ABSENT),
            [base.get(member, ABSENT) for base in bases],
        )
        for member in [*ours, *(member for member in theirs if member not in ours)]
    }
    return {member: value for member, value in found.items() if value is not ABSENT}


def _merged_items(ours: list[Any], theirs: list[Any], bases: Sequence[list[Any]]) -> Any:
    """Merge texts by what came and went, and structures place by place if all have as many."""
    if any(isinstance(item, (dict, list)) for item in [*ours, *theirs]):
        if any(len(each) != len(ours) for each in (theirs, *bases)):
            return theirs
        return [
            merged(item, theirs[at], [base[at] for base in bases]) for at, item in enumerate(ours)
        ]
    came = [item for item in theirs if item not in ours and not any(item in b for b in bases)]
    stays = [item for item in ours if item in theirs or not all(item in base for base in bases)]
    return inserted(stays, came, theirs)
