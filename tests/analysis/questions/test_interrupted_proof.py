"""A search that is interrupted ends at once, and the solver can be asked on."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import pytest

from mmctl.analysis.sat.solver import Solved, Until

HOLES: Final = 9


class Interrupted(Exception):
    """Somebody has seen enough: Ctrl-C itself would end the tests."""


def sits(pigeon: int, hole: int) -> int:
    return 1 + pigeon * HOLES + hole


def test_an_interrupt_between_two_slices_ends_the_search_and_nothing_else() -> None:
    asked = 0

    def interrupted() -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Interrupted
        return False

    solver = Until(interrupted)
    for pigeon in range(HOLES + 1):
        solver.add_clause([sits(pigeon, hole) for hole in range(HOLES)])
    for hole in range(HOLES):
        for one, other in combinations(range(HOLES + 1), 2):
            solver.add_clause((-sits(one, hole), -sits(other, hole)))
    with pytest.raises(Interrupted):
        solver.solve([], conflicts=None)
    nowhere = [-sits(0, hole) for hole in range(HOLES)]
    assert solver.solve(nowhere, conflicts=None) is Solved.UNSATISFIABLE
