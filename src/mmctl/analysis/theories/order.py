"""A field whose values are in an order: where a value is, among the points that tests ask for.

An interval of values is two literals, and neighboring points are one clause (order encoding:
Crawford and Baker, 1994). Every model is a gap between neighboring points, and the lower point is
a value in that gap: so the clauses are exact, also after further points came between.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Generic, TypeVar

from mmctl.analysis.sat.circuit import TRUE
from mmctl.analysis.theories.theory import holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.analysis.sat.circuit import Circuit

Point = TypeVar("Point", int, str)


class Order(Generic[Point]):
    """The points of one field, each with the literal that the value is there or above."""

    def __init__(self, circuit: Circuit, least: Point) -> None:
        self._circuit = circuit
        self._least: Point = least
        self._points: list[Point] = [least]
        self._literals: dict[Point, int] = {least: TRUE}
        self._fresh: list[Point] = []

    def at_least(self, point: Point) -> int:
        """The literal that the value is at a point or above it."""
        if point <= self._least:
            return TRUE
        literal = self._literals.get(point)
        if literal is None:
            literal = self._literals[point] = self._circuit.variable()
            self._fresh.append(point)
        return literal

    def between(self, low: Point, high: Point | None) -> tuple[int, int]:
        """The two literals that hold together if the value is at `low` or above, below `high`."""
        return self.at_least(low), TRUE if high is None else -self.at_least(high)

    def settle(self) -> None:
        """Put the points asked for since the last time into their order."""
        fresh = self._fresh
        fresh.sort()
        self._fresh = []
        if not fresh:
            return
        # Few new points among many old ones: only their neighbors are looked at.
        places = [bisect_left(self._points, point) for point in fresh]
        for above, point in enumerate(fresh):
            place = places[above]
            below = self._points[place - 1]
            if above and places[above - 1] == place:
                below = fresh[above - 1]
            self._ordered(below, point)
            last = above + 1 == len(fresh) or places[above + 1] != place
            if last and place < len(self._points):
                self._ordered(point, self._points[place])
        self._points = sorted(self._points + fresh)

    def _ordered(self, low: Point, high: Point) -> None:
        self._circuit.implies(self._literals[high], self._literals[low])

    def gap(self, model: frozenset[int]) -> tuple[Point, Point | None]:
        """The neighboring points between which the value of a model is; the first belongs to it."""
        place = bisect_right(
            self._points, 0, key=lambda point: 0 if holds(self._literals[point], model) else 1
        )
        return self._points[place - 1], self._points[place] if place < len(self._points) else None

    def gap_of(self, value: Point) -> tuple[int, ...]:
        """The literals that hold together if the value is between the same points as another."""
        place = bisect_right(self._points, value)
        high = self._points[place] if place < len(self._points) else None
        return self.between(self._points[place - 1], high)

    def low(self) -> tuple[int, ...]:
        """The literals of a low value: below each point, from the highest on."""
        return tuple(-self._literals[point] for point in reversed(self._points[1:]))

    def literals(self) -> Iterable[int]:
        """The literals of all points."""
        return self._literals.values()
