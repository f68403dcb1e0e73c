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
    """CaDiCaL, from the module of python-sat that is written in C.

    It tries false first, so that a model says no more about a message than it has to. The module
    in C is used as it is: what python-sat has around it takes long to load, and takes Ctrl-C for
    itself while it searches, which it does not survive.

    Raises:
        SolverMissing: there is no solver to use.
    """

    def __init__(self) -> None:
        try:
            import pysolvers  # noqa: PLC0415 - loads solvers: only for proofs

            self._solver = solver = pysolvers.cadical153_new()
            # So-called lucky phases would be tried before ours.
            pysolvers.cadical153_set(solver, "lucky", 0)
        except (ImportError, AttributeError) as error:  # an old version lacks some of it
            raise SolverMissing(
                f"proofs need `python-sat`, which cannot be loaded: {error}",
                help="install it: `pip install python-sat`",
            ) from error
        self._module = pysolvers
        self._add = pysolvers.cadical153_add_cl
        # At the end of the process its module may be gone before it is.
        finalize(self, pysolvers.cadical153_del, solver, None)
        self._phased = 0
        self._assumptions: list[int] = []

    def add_clause(self, clause: Sequence[int]) -> None:
        """At least one of these literals holds."""
        self._add(self._solver, clause)

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:
        """Search a model in which the assumptions hold; `conflicts` bounds the effort.

        The search pauses now and then: between two parts of it, Ctrl-C is heard.
        """
        self._assumptions = list(assumptions)
        known = self._module.cadical153_nof_vars(self._solver)
        variables = max(known, *map(abs, assumptions), 0)
        phases = [-each for each in range(self._phased + 1, variables + 1)]
        self._module.cadical153_setphases(self._solver, phases)
        self._phased = max(self._phased, variables)
        found = Solved.UNDECIDED
        while found is Solved.UNDECIDED and conflicts != 0:
            part = _PART if conflicts is None else min(_PART, conflicts)
            conflicts = None if conflicts is None else conflicts - part
            found = self._searched(part)
        return found

    def _searched(self, conflicts: int) -> Solved:
        """How one part of a search ends."""
        self._module.cadical153_cbudget(self._solver, conflicts)
        return _ANSWERS[self._module.cadical153_solve_lim(self._solver, self._assumptions, 0)]

    def model(self) -> frozenset[int]:
        """The true variables of the model just found."""
        found: Iterable[int] = self._module.cadical153_model(self._solver) or ()
        return frozenset(literal for literal in found if literal > 0)

    def core(self) -> tuple[int, ...]:
        """Assumptions of the question just refuted that cannot hold together."""
        return tuple(self._module.cadical153_core(self._solver, self._assumptions) or ())


class TimeIsUp(Exception):
    """The time that somebody gave is over."""


class Until(Cadical):
    """CaDiCaL for as long as somebody lets it search, whatever the effort.

    Afterwards nothing is decided, and no formulas are taken.
    """

    def __init__(self, is_over: Callable[[], bool]) -> None:
        super().__init__()
        self._is_over = is_over
        self._clauses = 0

    def add_clause(self, clause: Sequence[int]) -> None:
        """At least one of these literals holds, if it is not over.

        Raises:
            TimeIsUp: it is over.
        """
        self._clauses += 1
        if not self._clauses % _LOOK and self._is_over():
            raise TimeIsUp
        super().add_clause(clause)

    def _searched(self, conflicts: int) -> Solved:
        if self._is_over():
            raise TimeIsUp
        return super()._searched(conflicts)

    def solve(self, assumptions: Sequence[int], *, conflicts: int | None) -> Solved:  # noqa: ARG002
        """Search a model in which the assumptions hold, whatever the effort.

        Raises:
            TimeIsUp: it is over.
        """
        return super().solve(assumptions, conflicts=None)


_PART: Final = 2_000
"""Conflicts of one part of a search: well below a second."""
_LOOK: Final = 500
"""Clauses between two looks at the clock."""
_ANSWERS: Final = {-1: Solved.UNSATISFIABLE, 0: Solved.UNDECIDED, 1: Solved.SATISFIABLE}
