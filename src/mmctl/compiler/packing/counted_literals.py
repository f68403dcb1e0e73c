"""At most so many of some literals hold: as clauses, counted one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.analysis.sat.solver import Solver


def at_most(
    literals: Sequence[int], most: int, solver: Solver, variable: Callable[[], int]
) -> None:
    """State that no more than `most` of these literals hold; one that is there twice counts so."""
    if most >= len(literals):
        return
    if most < 0:
        solver.add_clause([])
        return
    before: list[int] = []
    for literal in literals:
        counted = [variable() for _ in range(min(most, len(before) + 1))]
        for at, each in enumerate(counted):
            if at < len(before):
                solver.add_clause([-before[at], each])
            if at == 0:
                solver.add_clause([-literal, each])
            else:
                solver.add_clause([-literal, -before[at - 1], each])
        if len(before) == most:
            solver.add_clause([-literal, -before[-1]] if most else [-literal])
        before = counted
