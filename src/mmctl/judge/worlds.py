"""Worlds: the possible values of the facts that nobody stated.

A judgment that needs a missing fact asks its world, which then narrows down what the fact could
be: two ways, two worlds. Judging again in every world shows whether the fact matters: an outcome
that is the same in all of them is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.judge.answers import Lack, MissingFact

WORLDS_AT_MOST: Final = 64
"""If there are more, the outcome is simply unknown."""


@dataclass(slots=True)
class World:
    """Answers to the questions that came up, in the order of asking: true first."""

    path: tuple[bool, ...] = ()
    """The answers to the first questions."""
    decided: list[tuple[Lack, bool]] = field(default_factory=list)
    could_be: dict[MissingFact, frozenset[str]] = field(default_factory=dict)
    """The values still possible for the facts that were asked about."""

    def decide(self, lack: Lack) -> None:
        """Narrow a fact down to the values for which the question is true, or to the others."""
        asked = len(self.decided)
        answer = self.path[asked] if asked < len(self.path) else True
        self.decided.append((lack, answer))
        before = self.could_be.get(lack.fact, frozenset(lack.fact.choices))
        self.could_be[lack.fact] = before & lack.true_for if answer else before - lack.true_for

    @property
    def answers(self) -> tuple[bool, ...]:
        """The answers to all questions: the path that leads here again."""
        return tuple([answer for _, answer in self.decided])

    def following(self) -> tuple[bool, ...] | None:
        """The answers that lead into the next world, like a binary counter; None after the last."""
        path = list(self.answers)
        while path and not path[-1]:
            path.pop()
        return (*path[:-1], False) if path else None


@dataclass(slots=True)
class Worlds:
    """All worlds, one after the other; judge each before taking the next."""

    at_most: int = WORLDS_AT_MOST
    exhausted: bool = False
    """Whether every world was seen when the iteration ended."""

    def __iter__(self) -> Iterator[World]:
        path: tuple[bool, ...] = ()
        for _ in range(self.at_most):
            world = World(path=path)
            yield world
            following = world.following()
            if following is None:
                self.exhausted = True
                return
            path = following


def deciding_facts(worlds: Sequence[tuple[World, Hashable]]) -> tuple[MissingFact, ...]:
    """The facts on which the outcomes of all worlds depend, in the order of asking.

    The worlds are the ways through a decision tree; a question is left out if both of its
    answers lead to the same result.
    """
    found: dict[MissingFact, None] = {}

    def collect(tree: Hashable) -> None:
        if isinstance(tree, _Question):
            found[tree.lack.fact] = None
            for branch in tree.branches:
                collect(branch)

    collect(_tree(worlds, 0))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Question:
    lack: Lack
    branches: tuple[Hashable, ...]


def _tree(worlds: Sequence[tuple[World, Hashable]], depth: int) -> Hashable:
    """The tree below the first answers, without questions that do not matter."""
    if len({ending for _, ending in worlds}) == 1:
        return worlds[0][1]
    lack = worlds[0][0].decided[depth][0]
    true = [found for found in worlds if found[0].decided[depth][1]]
    false = [found for found in worlds if not found[0].decided[depth][1]]
    branches = (_tree(true, depth + 1), _tree(false, depth + 1))
    return branches[0] if branches[0] == branches[1] else _Question(lack, branches)
