"""What is said about a project before it is planned: problems end it, failed cases count.

One line a gate; `plan` and `apply` run them all, `rollback` runs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.cli.run import Run
    from mmctl.language.project import Project

    Gate = Callable[[Run, Project], int]
    """Ends with ProblemsFound, or gives how many cases or invariants fail."""


def _lint(run: Run, project: Project) -> int:
    """Errors end it; warnings were for `mmctl lint`."""
    from mmctl.checks.lint import lint

    problems = lint(project, run.today)
    errors = tuple(each for each in problems if each.severity is Severity.ERROR)
    if errors:
        raise ProblemsFound("lint found errors, so nothing is planned", errors, project.files)
    return 0


def _cases(run: Run, project: Project) -> int:
    """Failed cases are told and counted: the brake `cases` holds them up."""
    from mmctl.cases.reading import cases_of
    from mmctl.cases.running import run_cases

    cases, problems = cases_of(project)
    if problems:
        raise ProblemsFound("some cases cannot be run", problems, project.files)
    results = run_cases(project, cases, run.read_file)
    failed = [result.case for result in results if not result.passed]
    if failed:
        warn = run.errors().print
        warn(f"{len(failed)} of {len(results)} cases fail; mmctl simulate says why")
        for case in failed[:SHOWN]:
            warn(f"  {case.name}  {case.position.file}:{case.position.line}")
        if len(failed) > SHOWN:
            warn(f"  … and {len(failed) - SHOWN} more")
    return len(failed)


SHOWN: Final = 5
"""So many failed cases are named before a plan; `mmctl simulate` has them all."""
GATES: Final[tuple[Gate, ...]] = (_lint, _cases)


def pass_gates(run: Run, project: Project) -> int:
    """Run every gate; how many cases or invariants fail.

    Raises:
        ProblemsFound: the project has errors.
    """
    return sum(gate(run, project) for gate in GATES)
