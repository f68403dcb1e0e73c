"""What is said about a project before it is planned: problems end it, failed cases count.

One line a gate; `plan` and `apply` run them all, `rollback` runs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.cli.run import Run
    from mmctl.language.project import Project

    Gate = Callable[[Run, Project], int]
    """Ends with ProblemsFound, or gives how many cases or invariants fail."""

GATES: Final[tuple[Gate, ...]] = ()


def pass_gates(run: Run, project: Project) -> int:
    """Run every gate; how many cases or invariants fail.

    Raises:
        ProblemsFound: the project has errors.
    """
    return sum(gate(run, project) for gate in GATES)
