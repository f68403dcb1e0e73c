"""Models of many questions at once, without a search: each bit of an integer is one question.

What a question demands is followed down its formulas and along what is required of two literals;
whatever else is free is false. Then all formulas are evaluated, and what is not met is demanded
too, a few times. A question has a model only where all that is required holds in it, so nothing
depends on how good the guesses are: where none is found, a solver has to be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.sat.circuit import TRUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.sat.circuit import Circuit

WIDTH: Final = 1024
"""Questions of one pass; more need more memory, and not less time."""
ROUNDS: Final = 4
"""How often what is not met is demanded."""


def with_models(circuit: Circuit, questions: Sequence[Sequence[int]]) -> list[bool]:
    """For each question whether a model was found in which all of its literals hold."""
    found: list[bool] = []
    for start in range(0, len(questions), WIDTH):
        some = questions[start : start + WIDTH]
        models = _Lanes(circuit, some).found()
        found += [bool(models >> lane & 1) for lane in range(len(some))]
    return found


class _Lanes:
    """Some questions; by literal, where a negative one counts from the end, a bit a question."""

    # Plain lists of integers: each is looked at some ten thousand times.

    def __init__(self, circuit: Circuit, questions: Sequence[Sequence[int]]) -> None:
        self._gates = circuit.gates
        self._variables = circuit.variables
        self._pairs = [each for each in circuit.required if len(each) == _PAIR]
        self._others = [each for each in circuit.required if len(each) != _PAIR]
        self._all = (1 << len(questions)) - 1
        self._demanded = [0] * (2 * self._variables + 1)
        self._asked: dict[int, int] = {TRUE: self._all}
        for lane, question in enumerate(questions):
            for literal in question:
                self._asked[literal] = self._asked.get(literal, 0) | 1 << lane
        for literal, lanes in self._asked.items():
            self._demanded[literal] = lanes
        self._holds = self._evaluated([0] * (2 * self._variables + 1))

    def found(self) -> int:
        """The questions for which there is a model."""
        found = 0
        for _ in range(ROUNDS):
            self._down()
            self._along()
            self._holds = self._evaluated(self._demanded)
            found |= self._all & ~self._wrong()
            if found == self._all:
                break
        return found

    def _down(self) -> None:
        """Demand of the inputs of gates what makes the gates as they should be."""
        demanded, holds = self._demanded, self._holds
        for inputs, gate in reversed(self._gates.items()):
            lanes = demanded[gate]
            if lanes:
                for each in inputs:
                    demanded[each] |= lanes
            lanes = demanded[-gate]
            if lanes:
                for each in inputs:
                    lanes &= holds[each]
                    if not lanes:
                        break
                else:
                    self._demand_one(inputs, -1, lanes)

    def _demand_one(self, literals: Sequence[int], sign: int, lanes: int) -> None:
        """Demand one of some literals, the last one of which the contrary is not demanded."""
        demanded = self._demanded
        for each in reversed(literals):
            free = lanes & ~demanded[-sign * each]
            demanded[sign * each] |= free
            lanes ^= free
            if not lanes:
                return

    def _along(self) -> None:
        """Demand what follows from a single literal, as far as a few passes show it."""
        demanded = self._demanded
        for pairs in (reversed(self._pairs), self._pairs, reversed(self._pairs)):
            for one, other in pairs:
                lanes = demanded[-one]
                if lanes:
                    demanded[other] |= lanes
                lanes = demanded[-other]
                if lanes:
                    demanded[one] |= lanes

    def _evaluated(self, demanded: list[int]) -> list[int]:
        """What holds if nothing more does than is demanded of what is free."""
        everywhere = self._all
        holds = demanded.copy()
        holds[TRUE] = everywhere
        for variable in range(TRUE, self._variables + 1):
            holds[-variable] = everywhere ^ holds[variable]
        for inputs, gate in self._gates.items():
            lanes = everywhere
            for each in inputs:
                lanes &= holds[each]
                if not lanes:
                    break
            holds[gate] = lanes
            holds[-gate] = everywhere ^ lanes
        return holds

    def _wrong(self) -> int:
        """The questions for which something that is required does not hold: that is demanded."""
        holds = self._holds
        wrong = 0
        for literal, lanes in self._asked.items():
            wrong |= lanes & ~holds[literal]
        for pair in self._pairs:
            one, other = pair
            lanes = holds[-one] & holds[-other]
            if lanes:
                wrong |= lanes
                self._demand_one(pair, 1, lanes)
        for clause in self._others:
            lanes = self._all
            for each in clause:
                lanes &= holds[-each]
                if not lanes:
                    break
            else:
                wrong |= lanes
                self._demand_one(clause, 1, lanes)
        return wrong


_PAIR: Final = 2
