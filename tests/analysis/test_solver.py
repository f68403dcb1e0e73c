"""The solver is used by its module in C: what answers, models, cores and phases come of that."""

from __future__ import annotations

from itertools import combinations
from types import ModuleType

import pytest

from mmctl.analysis.sat.solver import Cadical, Solved, SolverMissing


def test_an_answer_has_its_model_or_its_core_and_clauses_add_up() -> None:
    solver = Cadical()
    solver.add_clause((-1, 2))
    solver.add_clause((-2, -3))
    assert solver.solve((1,), conflicts=None) is Solved.SATISFIABLE
    assert solver.model() == {1, 2}
    assert solver.solve((4, 1, 3), conflicts=100) is Solved.UNSATISFIABLE
    assert set(solver.core()) == {1, 3}
    assert solver.solve((3,), conflicts=100) is Solved.SATISFIABLE
    assert 3 in solver.model()
    assert solver.model().isdisjoint({1, 2})


def test_false_is_tried_first_also_for_clauses_that_come_later() -> None:
    solver = Cadical()
    solver.add_clause((1, 2, -3))
    assert solver.solve((), conflicts=None) is Solved.SATISFIABLE
    assert solver.model() == frozenset()
    solver.add_clause((-4, 5, 6, -7))
    assert solver.solve((4,), conflicts=10) is Solved.SATISFIABLE
    assert solver.model() == {4}


def test_effort_that_is_used_up_leaves_a_question_undecided() -> None:
    solver, holes = Cadical(), range(8)
    for pigeon in range(9):
        solver.add_clause([pigeon * 8 + hole + 1 for hole in holes])
    for hole in holes:
        for one, other in combinations(range(9), 2):
            solver.add_clause((-(one * 8 + hole + 1), -(other * 8 + hole + 1)))
    assert solver.solve((), conflicts=5) is Solved.UNDECIDED
    assert solver.solve((), conflicts=None) is Solved.UNSATISFIABLE


def test_a_module_without_this_solver_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pysolvers", ModuleType("pysolvers"))
    with pytest.raises(SolverMissing, match="cadical153_new"):
        Cadical()
