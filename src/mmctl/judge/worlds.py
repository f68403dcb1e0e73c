"""Worlds: each way that the facts nobody stated could be.

A judgement that needs a missing fact takes it from a world. Judging again in every world shows
whether the fact matters: an outcome that is the same in all of them is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.judge.answers import MissingFact

WORLDS_AT_MOST: Final = 64
"""Where there are more, the outcome is plainly unknown."""


@dataclass(slots=True)
class World:
    """One choice for every missing fact that was asked for, in the order of asking."""

    path: tuple[int, ...] = ()
    taken: dict[MissingFact, str] = field(default_factory=dict)

    def take(self, fact: MissingFact) -> str:
        """What the fact is in this world."""
        if fact not in self.taken:
            asked = len(self.taken)
            choice = self.path[asked] if asked < len(self.path) else 0
            self.taken[fact] = fact.choices[choice]
        return self.taken[fact]

    def following(self) -> tuple[int, ...] | None:
        """The way into the next world, as an odometer counts; None after the last."""
        counts = [(fact.choices.index(taken), len(fact.choices)) for fact, taken in self.facts]
        while counts and counts[-1][0] == counts[-1][1] - 1:
            counts.pop()
        if not counts:
            return None
        return (*(index for index, _ in counts[:-1]), counts[-1][0] + 1)

    @property
    def facts(self) -> list[tuple[MissingFact, str]]:
        """The facts that were asked for and what they were taken to be."""
        return list(self.taken.items())


@dataclass(slots=True)
class Worlds:
    """All worlds, one after the other, each to be judged before the next is asked for."""

    at_most: int = WORLDS_AT_MOST
    exhausted: bool = False
    """Whether every world was seen when the iteration ended."""

    def __iter__(self) -> Iterator[World]:
        path: tuple[int, ...] = ()
        for _ in range(self.at_most):
            world = World(path=path)
            yield world
            following = world.following()
            if following is None:
                self.exhausted = True
                return
            path = following


def deciding_facts(
    worlds: Sequence[tuple[World, Hashable]],
) -> tuple[MissingFact, ...]:
    """The facts on which the endings of all worlds depend, in the order of asking.

    The worlds are the ways through a decision tree; a question is left out where all of its
    answers lead to the same.
    """
    found: dict[MissingFact, None] = {}

    def collect(tree: Hashable) -> None:
        if isinstance(tree, _Question):
            found[tree.fact] = None
            for branch in tree.branches:
                collect(branch)

    collect(_tree(worlds, 0))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Question:
    fact: MissingFact
    branches: tuple[Hashable, ...]


def _tree(worlds: Sequence[tuple[World, Hashable]], depth: int) -> Hashable:
    """The tree below the first answers, without questions that do not matter."""
    if len({ending for _, ending in worlds}) == 1:
        return worlds[0][1]
    fact = worlds[0][0].facts[depth][0]
    branches: dict[str, list[tuple[World, Hashable]]] = {}
    for world, ending in worlds:
        branches.setdefault(world.taken[fact], []).append((world, ending))
    below = tuple(_tree(branch, depth + 1) for branch in branches.values())
    return below[0] if len(set(below)) == 1 else _Question(fact, below)
