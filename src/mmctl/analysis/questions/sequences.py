"""Whether two lists, of which a model takes some items, come out the same: as a literal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mmctl.analysis.sat.circuit import FALSE, TRUE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.analysis.sat.circuit import Circuit

Item = TypeVar("Item")
Taken = tuple[int, Item]
"""A literal, and the item that is there where it holds."""


def lists_differ(
    circuit: Circuit,
    one: Sequence[Taken[Item]],
    other: Sequence[Taken[Item]],
    same: Callable[[Item, Item], int],
) -> int:
    """The literal that holds if the two are of different length or differ at some place.

    `same` gives the literal that holds if two items are the same.
    """
    if list(one) == list(other):
        return FALSE
    first, second = _placed(circuit, one), _placed(circuit, other)
    longest = max(len(one), len(other))
    found = []
    for place in range(longest):
        there = [
            circuit.any_of(row[place] for row in rows if place < len(row))
            for rows in (first, second)
        ]
        found.append(circuit.differ(*there))
        for (_, item), row in zip(one, first, strict=True):
            for (_, counterpart), opposite in zip(other, second, strict=True):
                if place < len(row) and place < len(opposite):
                    unlike = -same(item, counterpart)
                    found.append(circuit.all_of((row[place], opposite[place], unlike)))
    return circuit.any_of(found)


def _placed(circuit: Circuit, taken: Sequence[Taken[Item]]) -> list[list[int]]:
    """For each item the literals that say at which place it is, if it is there.

    An item can be at most as far back as there are items before it.
    """
    rows = []
    before = [TRUE]  # at least so many items were there
    for literal, _ in taken:
        exactly = [
            circuit.all_of((literal, least, -more))
            for least, more in zip(before, [*before[1:], FALSE], strict=True)
        ]
        rows.append(exactly)
        before = [
            TRUE,
            *(
                circuit.any_of((more, circuit.all_of((literal, least))))
                for least, more in zip(before, [*before[1:], FALSE], strict=True)
            ),
        ]
    return rows


def sets_differ(
    circuit: Circuit,
    one: Sequence[Taken[Item]],
    other: Sequence[Taken[Item]],
    same: Callable[[Item, Item], int],
) -> int:
    """The literal that holds if an item of one list has no same item in the other."""
    if set(one) == set(other):
        return FALSE
    return circuit.any_of(
        (*_missing(circuit, one, other, same), *_missing(circuit, other, one, same))
    )


def _missing(
    circuit: Circuit,
    one: Sequence[Taken[Item]],
    other: Sequence[Taken[Item]],
    same: Callable[[Item, Item], int],
) -> list[int]:
    found = []
    for literal, item in dict.fromkeys(one):
        counterparts = [
            circuit.all_of((there, same(item, each))) for there, each in dict.fromkeys(other)
        ]
        found.append(circuit.all_of((literal, -circuit.any_of(counterparts))))
    return found
