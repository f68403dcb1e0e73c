"""Whether the clauses of a theory say what values say: both ways, on every value there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mmctl.analysis.sat.circuit import Circuit
from mmctl.analysis.sat.solver import Cadical, Solved
from mmctl.analysis.theories.theory import Unrealised, holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mmctl.analysis.theories.theory import Theory

Value = TypeVar("Value")


class Counting(Cadical):
    """A solver that counts what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.clauses = 0
        self.literals = 0

    def add_clause(self, clause: Sequence[int]) -> None:
        """At least one of these literals holds."""
        self.clauses += 1
        self.literals += len(clause)
        super().add_clause(clause)


def faults_of(
    circuit: Circuit,
    theory: Theory[Value],
    tests: Mapping[int, Callable[[Value], bool]],
    values: Iterable[Value],
) -> list[str]:
    """What is wrong: values whose answers no model gives, and models that no value gives."""
    theory.settle()
    solver = circuit.solver
    faults = []
    real = {
        tuple(literal if test(value) else -literal for literal, test in tests.items()): value
        for value in values
    }
    for answers, value in real.items():
        if solver.solve(answers, conflicts=None) is not Solved.SATISFIABLE:
            faults.append(f"no model for {value!r}")
    enough = circuit.variable()
    for _ in range(4096):
        if solver.solve((enough,), conflicts=None) is not Solved.SATISFIABLE:
            return faults
        model = solver.model()
        found = theory.value(model)
        answers = tuple(each if holds(each, model) else -each for each in tests)
        if isinstance(found, Unrealised) and found.clause is not None:
            faults += _faults_of_clause(found.clause, model, real, tests)
            circuit.require(*found.clause)
            continue
        if isinstance(found, Unrealised):
            faults.append(f"no value for {answers}, but {real.get(answers)!r}")
        else:
            wrong = [each for each, test in tests.items() if test(found) is not holds(each, model)]
            if wrong:
                faults.append(f"{found!r} is wrong about {wrong}")
        circuit.require(-enough, *(-each for each in answers))
    faults.append("too many models")
    return faults


def _faults_of_clause(
    clause: Iterable[int],
    model: frozenset[int],
    real: Mapping[tuple[int, ...], object],
    tests: Mapping[int, object],
) -> list[str]:
    """What is wrong with a clause: the model meets it, or a value breaks it."""
    faults = [f"{clause} is met" for each in clause if holds(each, model)]
    if {*clause} <= {*tests, *(-each for each in tests)}:
        faults += [f"{clause} excludes {real[one]!r}" for one in real if not {*clause} & {*one}]
    return faults


def new_circuit() -> Circuit:
    """A circuit with a solver of its own."""
    return Circuit(Cadical())
