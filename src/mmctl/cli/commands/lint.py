"""`mmctl lint`: every problem of a project, in all of its environments, at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from mmctl.cli import world
from mmctl.cli.formats import Format
from mmctl.cli.printing import printed
from mmctl.cli.remembered import RememberedOutput, remember
from mmctl.cli.result_table import PROBLEMS, write
from mmctl.errors import UsageError
from mmctl.problem import Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import typer
    from rich.text import Text

    from mmctl.cli.files.linting import Linted
    from mmctl.cli.options.annotated import ParameterValues, PasswordEnv
    from mmctl.cli.run import Run
    from mmctl.problem import Problem

    Look = Callable[[], tuple[Linted, tuple[Problem, ...]]]


def lint(
    run: Run,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders, or `-` for a file on stdin. Default: the project."),
    ] = None,
    fail_on: Annotated[
        Severity, typer.Option("--fail-on", help="Exit with 1 at this severity or a worse one.")
    ] = Severity.ERROR,
    fix: Annotated[
        bool, typer.Option("--fix", help="Fix files where that is safe; keep comments.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: show the changes and write nothing.")
    ] = False,
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
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            help="The git revision whose company rules (`lint: {forbid, require}`) count too. "
            "Default: the target branch on a CI server.",
            metavar="REV",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Read the files as another tool's: cloudformation or terraform. Default: their "
            "content says it.",
            metavar="TOOL",
        ),
    ] = None,
    parameter: ParameterValues = None,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Lint everything again, also where no file has changed."),
    ] = False,
    password_env: PasswordEnv = None,
) -> int:
    """Report every problem of the project at once.

    While nothing has changed since, the last answer is given again, at once.
    Answers are kept in $XDG_CACHE_HOME/mmctl, else in ~/.cache/mmctl; on Windows in
    %LOCALAPPDATA%/mmctl. Nothing that lies in the project is believed.
    """
    from mmctl.cli.files.linting import STDIN, linted, linted_at, reported

    if dry_run and not fix:
        raise UsageError("`--dry-run` goes with `--fix`")
    if fix and STDIN in (paths or ()):
        raise UsageError("`--fix` changes files, and stdin is not a file")
    if form is not None and not paths:
        raise UsageError("`--as` goes with files", help=f"mmctl lint FILE --as {form}")
    if parameter and not paths:
        raise UsageError("`--parameter` goes with files", help="mmctl lint FILE --parameter …")
    if paths:
        _check_in_place(run, paths, form, fix=fix)
    run = run.with_passwords_of(password_env).with_parameters(parameter)
    known = [] if baseline is None else [reported(baseline)]
    known += [] if changed_since is None else [linted_at(run, changed_since, paths or [], form)]

    def look() -> tuple[Linted, tuple[Problem, ...]]:
        found = linted(run, paths or [], base, form)
        problems = found.problems
        for earlier in known:
            from mmctl.checks.baseline import beyond

            problems = beyond(problems, earlier, found.files)
        return found, problems

    found, problems = _fix(run, look, dry_run=dry_run) if fix else look()
    reported_now = Reported(
        problems, found.files, found.meanings, found.packed, everything=everything
    )
    text = write(run, PROBLEMS, reported_now)
    code = int(any(problem.severity.rank <= fail_on.rank for problem in problems))
    asked_more = paths or fix or known or run.output or no_cache or base is not None
    if not paths:
        from mmctl.cli.files.project_names import keep_names_of

        keep_names_of(run, found)
    if found.seen is not None and run.arguments is not None and not asked_more:
        remember(run.arguments, RememberedOutput(text, code), found.seen)
    return code


def _check_in_place(run: Run, paths: Sequence[str], form: str | None, *, fix: bool) -> None:
    """Refuse a tool that does not exist, and a fix of another tool's file."""
    from mmctl.cli.in_place.files import form_named, refuse_in_place

    tool = form_named(form)
    if fix:
        refuse_in_place(run.directory, paths, tool, "`--fix` changes rule files")


_ROUNDS: Final = 5
"""One fix can make another one possible; more rounds would mean that two undo each other."""


def _fix(run: Run, look: Look, *, dry_run: bool) -> tuple[Linted, tuple[Problem, ...]]:
    """Make the fixes, show them as a diff, and return what is left.

    The diff goes to stderr if a program reads stdout, or may read the report.
    """
    from mmctl.cli.files.fixing import changes

    shown = sys.stdout if run.format is Format.HUMAN and run.output is None else sys.stderr
    found, problems = look()
    made = changes(found, problems)
    done = {problem for change in made for problem in change.done}
    total = {change.path: change for change in made}
    rounds = 0 if dry_run else _ROUNDS
    while made and rounds:
        rounds -= 1
        for change in made:
            change.write()
        found, problems = look()
        made = changes(found, problems)
        for change in made:
            total[change.path] = change.after_that(total.get(change.path))
    shown.write(printed("".join(line for change in total.values() for line in change.diff())))
    if dry_run:
        problems = tuple(problem for problem in problems if problem not in done)
    return found, problems


@dataclass(frozen=True, slots=True)
class Reported:
    """Problems, the files that they are in, and whether to show all of them."""

    problems: Sequence[Problem]
    files: dict[str, str]
    meanings: dict[str, str]
    """What company rules say, by id."""
    packed: Sequence[str] = ()
    """How rule sets fit that are packed."""
    everything: bool = field(kw_only=True)


def human(run: Run, found: Reported) -> str | Text:
    """The problems with their lines; only the first ones unless all are asked for."""
    if not found.problems:
        from mmctl.render.text.counts import summary

        return "".join(f"{line}\n" for line in (summary(()), *found.packed))
    from mmctl.render.text.problems import SHOWN, human

    shown = None if found.everything else SHOWN
    text = human(found.problems, found.files, shown=shown, width=run.columns())
    for line in found.packed:
        text.append(f"{line}\n")
    return text


def document(_run: Run, found: Reported) -> dict[str, Any]:
    """The problems as `mmctl/lint@1`."""
    from mmctl.render.documents.problems import document

    return document(found.problems)


def sarif(_run: Run, found: Reported) -> dict[str, Any]:
    """The problems for code scanning, with the pages of all checks."""
    from mmctl.checks.catalogue import CHECKS
    from mmctl.render.documents.sarif import sarif

    return sarif(found.problems, CHECKS, found.meanings)


def junit(_run: Run, found: Reported) -> str:
    """The problems as failed tests."""
    from mmctl.render.documents.problems_junit import junit

    return junit(found.problems)


def annotated(_run: Run, found: Reported) -> str:
    """The annotations; the summary of the job, a page, goes to the file that GitHub names."""
    from mmctl.render.documents.github import job_summary, workflow_commands

    page = world.variable("GITHUB_STEP_SUMMARY")
    if page:
        with Path(page).open("a", encoding="utf-8") as summary:
            summary.write(printed(job_summary(found.problems)))
    return workflow_commands(found.problems)
