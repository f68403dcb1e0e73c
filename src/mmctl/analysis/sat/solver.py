"""The SAT solver behind four methods: clauses in, an answer and a model or a core out.

Literals are integers as in DIMACS: a variable is positive, its negation is negative.
Effort is counted in conflicts, never in time, so that the same question gets the same answer.
"""

from __future__ import annotations

from enum import StrEnum
from threading import current_thread, main_thread
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
    """CaDiCaL, from the module of python-sat that is written in C.

    Its module in Python loads every solver, which takes longer than proving a few rules. Here is
    what that one does for this solver. It tries false first, so that a model says no more about a
    message than it has to.

    Raises:
        SolverMissing: there is no solver to use.
    """

    def __init__(self) -> None:
        try:
            import pysolvers  # noqa: PLC0415 - loads solvers: only for proofs
        except ImportError as error:
            raise SolverMissing(
                f"proofs need `python-sat`, which cannot be loaded: {error}",
                help="install it: `pip install python-sat`",
            ) from error
        self._library = pysolvers
        self._solver = pysolvers.cadical153_new()
        # At the end of the process its module may be gone before it is.
        finalize(self, pysolvers.cadical153_del, self._solver, None)
        # It would otherwise look for an answer that is easy to find, whatever the phases.
        pysolvers.cadical153_set(self._solver, "lucky", 0)
        self._phased = 0
        self._assumed: list[int] = []

    def add_clause(self, clause: Sequence[int]) -> None:
        """At least one of these literals holds."""
        self._library.cadical153_add_cl(self._solver, clause)

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:
        """Search a model in which the assumptions hold; `conflicts` bounds the effort."""
        library, solver = self._library, self._solver
        variables = max(library.cadical153_nof_vars(solver), *map(abs, assumptions), self._phased)
        library.cadical153_setphases(solver, range(-variables, -self._phased))
        self._phased = variables
        self._assumed = list(assumptions)
        # In the main thread an interruption ends the search.
        here = int(current_thread() is main_thread())
        if conflicts is None:
            found = library.cadical153_solve(solver, self._assumed, here)
            return Solved.SATISFIABLE if found else Solved.UNSATISFIABLE
        library.cadical153_cbudget(solver, conflicts)
        return _ANSWERS[library.cadical153_solve_lim(solver, self._assumed, here)]

    def model(self) -> frozenset[int]:
        """The true variables of the model just found."""
        found: Iterable[int] = self._library.cadical153_model(self._solver) or ()
        return frozenset(literal for literal in found if literal > 0)

    def core(self) -> tuple[int, ...]:
        """Assumptions of the question just refuted that cannot hold together."""
        return tuple(self._library.cadical153_core(self._solver, self._assumed) or ())


_ANSWERS: Final = {1: Solved.SATISFIABLE, 0: Solved.UNDECIDED, -1: Solved.UNSATISFIABLE}
"""What a search with bounds returns."""


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
