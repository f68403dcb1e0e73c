"""Formulas as literals: equal formulas are one literal, so an unchanged rule is encoded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.analysis.sat.solver import Solver

TRUE: Final = 1
FALSE: Final = -1
INPUTS_AT_MOST: Final = 30
"""Inputs of one gate: clauses of thousands of literals, as for an address list, cost the solver
seconds for each conflict, and a tree of short ones costs nothing."""


class Circuit:
    """Builds formulas and gives their clauses to a solver (Tseitin, 1968)."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.variables = TRUE
        self.gates: dict[tuple[int, ...], int] = {}
        """All gates by their inputs, each behind those that it is made of."""
        self.required: list[tuple[int, ...]] = []
        """Literals of which at least one holds; what makes the gates is not among them."""
        solver.add_clause((TRUE,))

    def variable(self) -> int:
        """A new free literal."""
        self.variables += 1
        return self.variables

    def require(self, *literals: int) -> None:
        """At least one of the literals holds."""
        if TRUE not in literals:
            clause = tuple([each for each in literals if each != FALSE])
            self.required.append(clause)
            self.solver.add_clause(clause)

    def implies(self, condition: int, consequence: int) -> None:
        """Where the condition holds, the consequence does."""
        self.require(-condition, consequence)

    def all_of(self, literals: Iterable[int]) -> int:
        """The literal that holds if all of them do."""
        distinct = set(literals)
        distinct.discard(TRUE)
        inputs = tuple(sorted(distinct))
        gate = self.gates.get(inputs)
        if gate is not None:
            return gate
        if FALSE in distinct or not distinct.isdisjoint([-each for each in inputs]):
            return FALSE
        if len(inputs) <= 1:
            return inputs[0] if inputs else TRUE
        if len(inputs) > INPUTS_AT_MOST:
            starts = range(0, len(inputs), INPUTS_AT_MOST)
            return self.all_of(self.all_of(inputs[at : at + INPUTS_AT_MOST]) for at in starts)
        gate = self.gates[inputs] = self.variable()
        add = self.solver.add_clause
        for each in inputs:
            add((-gate, each))
        add((gate, *[-each for each in inputs]))
        return gate

    def any_of(self, literals: Iterable[int]) -> int:
        """The literal that holds if one of them does."""
        return -self.all_of(-each for each in literals)

    def differ(self, one: int, other: int) -> int:
        """The literal that holds if exactly one of the two does."""
        if one == other:
            return FALSE
        if one == -other:
            return TRUE
        return self.any_of((self.all_of((one, -other)), self.all_of((-one, other))))

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """`then` where the condition holds, else `otherwise`."""
        if then == otherwise:
            return then
        return self.any_of((self.all_of((condition, then)), self.all_of((-condition, otherwise))))

    def at_most_one(self, literals: Sequence[int]) -> None:
        """No two of the literals hold together: pairs if few, else a number in binary."""
        if len(literals) <= _FEW:
            for place, one in enumerate(literals):
                for other in literals[place + 1 :]:
                    self.require(-one, -other)
            return
        bits = [self.variable() for _ in range((len(literals) - 1).bit_length())]
        for number, literal in enumerate(literals):
            for place, bit in enumerate(bits):
                self.require(-literal, bit if number >> place & 1 else -bit)


_FEW: Final = 4
