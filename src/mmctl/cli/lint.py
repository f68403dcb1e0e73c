"""`mmctl lint`: every problem of a project, in all of its environments, at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmctl.cli.main import command
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.run import Run
    from mmctl.problem import Problem


@command("human", "json", "sarif", "github", "junit")
def lint(
    run: Run,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders, or `-` for a file on stdin; absent: the project."),
    ] = None,
    fail_on: Annotated[
        Severity, typer.Option("--fail-on", help="Exit with 1 at this severity, or a worse one.")
    ] = Severity.ERROR,
    everything: Annotated[
        bool, typer.Option("--all", help="Show all problems, not the first hundred.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            help="Leave out the problems of an earlier report (written with --format json).",
            metavar="FILE",
        ),
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            help="Leave out the problems that a git revision has too.",
            metavar="REV",
        ),
    ] = None,
) -> int:
    """Report every problem of the project at once."""
    from mmctl.checks.baseline import beyond
    from mmctl.cli.linting import linted, linted_at, reported

    found = linted(run, paths or [])
    problems = found.problems
    if baseline is not None:
        problems = beyond(problems, reported(baseline))
    if changed_since is not None:
        problems = beyond(problems, linted_at(run, changed_since))
    _report(run, problems, found.files, everything=everything)
    return int(any(problem.severity.rank <= fail_on.rank for problem in problems))


def _report(
    run: Run, problems: Sequence[Problem], files: dict[str, str], *, everything: bool
) -> None:
    from mmctl.checks import CHECKS

    match run.format:
        case "json":
            from mmctl.render.problems import document

            run.write_json(document(problems))
        case "sarif":
            from mmctl.render.sarif import sarif

            run.write_json(sarif(problems, CHECKS))
        case "github":
            _github(run, problems)
        case "junit":
            from mmctl.render.problems_junit import junit

            run.write(junit(problems))
        case _:
            from mmctl.render.problems import SHOWN, human

            run.show(human(problems, files, shown=None if everything else SHOWN))


def _github(run: Run, problems: Sequence[Problem]) -> None:
    from mmctl.render.github import job_summary, workflow_commands

    run.write(workflow_commands(problems))
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page:
        with Path(page).open("a", encoding="utf-8") as summary:
            summary.write(job_summary(problems))
