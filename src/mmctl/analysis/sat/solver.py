"""The SAT solver behind four methods: clauses in, an answer and a model or a core out.

Literals are integers as in DIMACS: a variable is positive, its negation is negative.
Effort is counted in conflicts, never in time, so that the same question gets the same answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol
from weakref import finalize

from mmctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Solved(StrEnum):
    """How a question ended."""

    SATISFIABLE = "satisfiable"
    UNSATISFIABLE = "unsatisfiable"
    UNDECIDED = "undecided"
    """The effort was used up."""


class Solver(Protocol):
    """What a solver has to offer."""

    def add_clause(self, clause: Sequence[int]) -> None:
        """At least one of these literals holds."""

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:
        """Search a model in which the assumptions hold; `conflicts` bounds the effort."""

    def model(self) -> frozenset[int]:
        """The true variables of the model just found."""

    def core(self) -> tuple[int, ...]:
        """Assumptions of the question just refuted that cannot hold together."""


class SolverMissing(UsageError):
    """python-sat is not installed, or cannot be loaded here."""


class Cadical:
    """CaDiCaL, from python-sat.

    It tries false first, so that a model says no more about a message than it has to.

    Raises:
        SolverMissing: there is no solver to use.
    """

    def __init__(self) -> None:
        try:
            from pysat.solvers import Cadical153  # noqa: PLC0415 - loads solvers: only for proofs
        except ImportError as error:
            raise SolverMissing(
                f"proofs need `python-sat`, which cannot be loaded: {error}",
                help="install it: `pip install python-sat`",
            ) from error
        self._solver = Cadical153()
        # At the end of the process its module may be gone before it is.
        finalize(self, self._solver.delete)
        self._variables = 0
        self._phased = 0

    def add_clause(self, clause: Sequence[int]) -> None:
        """At least one of these literals holds."""
        self._solver.add_clause(clause)
        self._variables = max(self._variables, *map(abs, clause), 0)

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:
        """Search a model in which the assumptions hold; `conflicts` bounds the effort."""
        self._variables = max(self._variables, *map(abs, assumptions), 0)
        self._solver.set_phases([-each for each in range(self._phased + 1, self._variables + 1)])
        self._phased = self._variables
        if conflicts is None:
            return _answer(self._solver.solve(assumptions=list(assumptions)))
        self._solver.conf_budget(conflicts)
        return _answer(self._solver.solve_limited(assumptions=list(assumptions)))

    def model(self) -> frozenset[int]:
        """The true variables of the model just found."""
        found: Iterable[int] = self._solver.get_model() or ()
        return frozenset(literal for literal in found if literal > 0)

    def core(self) -> tuple[int, ...]:
        """Assumptions of the question just refuted that cannot hold together."""
        return tuple(self._solver.get_core() or ())


class Until(Cadical):
    """CaDiCaL for as long as somebody lets it search, whatever the effort."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        super().__init__()
        self._is_over = is_over

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:  # noqa: ARG002
        """Search a model in which the assumptions hold, until it is over."""
        found = super().solve(assumptions, conflicts=_SLICE)
        while found is Solved.UNDECIDED and not self._is_over():
            found = super().solve(assumptions, conflicts=_SLICE)
        return found


_SLICE: Final = 5_000
"""Conflicts between two looks at the clock."""


def _answer(found: bool | None) -> Solved:
    if found is None:
        return Solved.UNDECIDED
    return Solved.SATISFIABLE if found else Solved.UNSATISFIABLE
