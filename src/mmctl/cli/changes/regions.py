"""The gate before anything is asked: an environment in a region where Mail Manager is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Collection

    from mmctl.cli.run import Run
    from mmctl.language.project import Project


_HELP: Final = "name a region that has it; to plan with the errors: --force lint"


def pass_region(run: Run, project: Project, forced: Collection[str], *, help: str = _HELP) -> None:
    """Refuse to plan where lint would, before a call to an endpoint that does not exist.

    Raises:
        ProblemsFound: Mail Manager is not in the region, and no comment or flag says that it is.
    """
    from mmctl.language.text.regions import said_of

    region = project.environment.region
    said = None if region is None else said_of(region)
    if said is None or not said.certain:
        return
    from mmctl.checks.lint import lint_all
    from mmctl.checks.region_without_mail_manager import CHECK
    from mmctl.live.brakes.brake import Brake

    found = tuple(
        problem
        for problem in lint_all([project], run.today, checks=(CHECK,))
        if problem.check == CHECK.id and problem.severity is Severity.ERROR
    )
    if found and Brake.LINT not in forced:
        raise ProblemsFound(
            "lint found errors, so there is no plan, and nothing was asked",
            found,
            project.files,
            help=help,
        )
