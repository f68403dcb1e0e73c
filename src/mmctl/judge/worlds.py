"""Worlds: each way that the facts nobody stated could be.

A judgement that needs a missing fact takes it from a world. Judging again in every world shows
whether the fact matters: an outcome that is the same in all of them is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

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
