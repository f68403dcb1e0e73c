"""Values of which some are beginnings of others, where a field may have several texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmctl.analysis.sat.circuit import Circuit


class Family:
    """The tests of one field that say how a text begins; for ends, values come backwards."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._begins: dict[str, int] = {}
        self._all: list[tuple[str, bool, int]] = []
        """Values, whether a test only implies that a text begins so, and the literals."""
        self._said: set[tuple[int, int]] = set()
        self._settled = 0

    def begins(self, value: str, literal: int) -> None:
        """A test that a text begins with a value."""
        self._begins[value] = literal
        self._all.append((value, False, literal))

    def begins_at_least(self, value: str, literal: int) -> None:
        """A test that implies that a text begins with a value."""
        self._all.append((value, True, literal))

    def settle(self) -> None:
        """Give the solver the nearest implications."""
        if self._settled == len(self._all):
            return
        self._settled = len(self._all)
        self._all.sort()
        open_: list[tuple[str, int]] = []
        for value, at_least, literal in self._all:
            while open_ and not value.startswith(open_[-1][0]):
                open_.pop()
            if open_ and (literal, open_[-1][1]) not in self._said:
                self._said.add((literal, open_[-1][1]))
                self._circuit.implies(literal, open_[-1][1])
            if not at_least:
                open_.append((value, literal))
