"""Which tests of one field imply that it contains a text, and which equal texts exclude that.

Only the nearest implications become clauses, and what equal texts do not contain is said once for
each contained text, not for each pair: clauses grow with the characters of the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.theories.occurrences import Occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.analysis.sat.circuit import Circuit

Tests = list[tuple[str, int]]
"""Values of tests with their literals."""


class Containment:
    """The tests of one field that have to do with contained texts."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._generations: list[_Generation] = []
        self._settled: Tests = []
        self._fresh: Tests = []
        self._patterns: dict[str, int] = {}
        self._fresh_patterns: dict[str, int] = {}
        self._equal: Tests = []
        self._fresh_equal: Tests = []

    def contains(self, value: str, literal: int) -> None:
        """A test that a text, not empty, is contained."""
        self._fresh_patterns[value] = literal

    def holds_at_least(self, value: str, literal: int) -> None:
        """A test that the field has all of a value: it starts or ends with it."""
        self._fresh.append((value, literal))

    def equals(self, value: str, literal: int, *, alone: bool) -> None:
        """A test that the field equals a value; `alone`: then it has no other text."""
        self._fresh.append((value, literal))
        if alone:
            self._fresh_equal.append((value, literal))

    def settle(self) -> None:
        """Give the solver what follows from the tests since the last time."""
        for generation in self._generations:
            self._implied(generation, self._fresh)
            self._implied(generation, self._fresh_patterns.items(), proper=True)
            self._excluded(generation, self._fresh_equal)
        if self._fresh_patterns:
            generation = _Generation(self._fresh_patterns)
            self._implied(generation, (*self._settled, *self._fresh))
            self._implied(generation, self._patterns.items())
            for value, inside in generation.inside.items():
                for each in inside:
                    self._circuit.implies(generation.patterns[value], generation.patterns[each])
            self._excluded(generation, (*self._equal, *self._fresh_equal))
            self._generations.append(generation)
        self._settled += self._fresh
        self._equal += self._fresh_equal
        self._patterns |= self._fresh_patterns
        self._fresh, self._fresh_equal, self._fresh_patterns = [], [], {}

    def _implied(
        self, generation: _Generation, tests: Iterable[tuple[str, int]], *, proper: bool = False
    ) -> None:
        for value, literal in tests:
            for each in generation.occurrences.within(value, proper=proper):
                self._circuit.implies(literal, generation.patterns[each])

    def _excluded(self, generation: _Generation, equal: Iterable[tuple[str, int]]) -> None:
        """Where the field equals one of some values, it contains nothing else."""
        equal = tuple(equal)
        if not equal:
            return
        around: dict[str, dict[int, None]] = {}
        for value, literal in equal:
            for each in generation.occurrences.within(value):
                around.setdefault(each, {})[literal] = None
        one_of_them = self._circuit.any_of(literal for _, literal in equal)
        for value, literal in generation.longest_first:
            holders = tuple(around.get(value, ()))
            self._circuit.require(-literal, -one_of_them, *holders)
            inside = generation.inside[value]
            if not holders or not inside:
                continue
            holder = holders[0]
            if len(holders) > 1:
                holder = self._circuit.variable()
                self._circuit.require(-holder, *holders)
            for each in inside:
                around.setdefault(each, {})[holder] = None


class _Generation:
    """Contained texts that were settled together."""

    def __init__(self, patterns: Mapping[str, int]) -> None:
        self.patterns = dict(patterns)
        self.occurrences = Occurrences(patterns)
        self.inside = {each: self.occurrences.within(each, proper=True) for each in patterns}
        """For each text, the others that it contains, without those inside of these."""
        self.longest_first = sorted(
            self.patterns.items(), key=lambda pattern: len(pattern[0]), reverse=True
        )
