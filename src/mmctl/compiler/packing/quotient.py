"""Groups joined to live rules, and what must stay in order between them: circles, or an order."""

from __future__ import annotations

from collections import defaultdict, deque
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_CIRCLES = 40
"""So many circles of one answer are forbidden at once."""
Edge = tuple[int, int]


class Quotient:
    """Which groups are one, and the pairs of groups of which the first must stay above."""

    def __init__(
        self, home: Sequence[int], edges: Collection[Edge], guarded: Collection[Edge]
    ) -> None:
        self.home = home
        """For each group the first one that is the same live rule."""
        self.guarded = guarded
        self._follow: dict[int, dict[int, Edge]] = defaultdict(dict)
        for one, other in sorted(edges):
            self._follow[home[one]].setdefault(home[other], (one, other))

    def following(self, home: int) -> Collection[int]:
        """The live rules that must be below one."""
        return self._follow[home]

    def circles(self) -> Iterator[list[Edge]]:
        """Some circles, the shortest through each live rule; none: there is an order."""
        told = 0
        seen: set[frozenset[Edge]] = set()
        for start in sorted(set(self.home)):
            circle = self._shortest(start)
            if circle is None or frozenset(circle) in seen:
                continue
            seen.add(frozenset(circle))
            yield circle
            told += 1
            if told == _CIRCLES:
                return

    def _shortest(self, start: int) -> list[Edge] | None:
        came: dict[int, Edge] = {}
        waiting = deque([start])
        while waiting:
            at = waiting.popleft()
            for following, edge in self._follow[at].items():
                if following == start:
                    return self._way(start, edge, came)
                if following not in came:
                    came[following] = edge
                    waiting.append(following)
        return None

    def _way(self, start: int, last: Edge, came: dict[int, Edge]) -> list[Edge]:
        circle = [last]
        while self.home[circle[-1][0]] != start:
            circle.append(came[self.home[circle[-1][0]]])
        return circle[::-1]


def in_order(quotient: Quotient) -> Iterator[int]:
    """The live rules in an order that is allowed: as near to that of the files as can be."""
    homes = sorted(set(quotient.home))
    left = dict.fromkeys(homes, 0)
    for home in homes:
        for following in quotient.following(home):
            left[following] += following != home
    free = [home for home in homes if not left[home]]
    heapify(free)
    while free:
        home = heappop(free)
        yield home
        for following in sorted(quotient.following(home)):
            if following != home:
                left[following] -= 1
                if not left[following]:
                    heappush(free, following)
