"""The gates before a plan: problems stop the command, failed cases are counted.

One function per gate; `plan` and `apply` pass all of them, `rollback` passes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.base_rules import base_rules
from mmctl.cli.changes.passed import LOOSENED, Passed
from mmctl.cli.remembered import file_of, keep
from mmctl.counted import plural
from mmctl.errors import ProblemsFound, UsageError
from mmctl.inputs import DOCUMENT_AT_MOST, parse_json, read_text
from mmctl.language.parsing.seen import Seen
from mmctl.live.brakes.brake import Brake, brakes_named
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from mmctl.cases.result import CaseResult
    from mmctl.checks.company.held import BaseRules
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.problem import Problem

SHOWN: Final = 5
"""The number of failed cases that are named before a plan; `mmctl simulate` shows them all."""


def pass_gates(
    change: LiveEnvironment, *, forced: Collection[str] = (), anew: bool = False
) -> Passed:
    """Pass every gate; `forced` are the brakes that a flag released.

    `anew`: ignore what is remembered, because warnings must be shown too.

    Gates that found nothing are not run again until something that they depend on has changed:
    the files of the project and of its messages, the day, the program.

    Raises:
        ProblemsFound: the project has errors.
    """
    run, project = change.run, change.project
    asked = (project.environment.name, run.today.isoformat(), *sorted(run.password_variables))
    base = None if Brake.TRUST in forced else base_rules(run.root, change.base)
    # What a base demands is not among the files that an answer is kept with.
    kept = None if base is not None else file_of(str(run.root), "gate", asked)
    if kept is not None and not anew and _nothing_found(kept, run, change.seen):
        return Passed()
    messages = Seen()

    def read_file(path: str) -> bytes:
        content = run.read_file(path)
        messages.file(path, content)
        return content

    problems = _lint(run, project, base, forced=Brake.LINT in forced)
    failed = _cases(run, project, read_file)
    passed = Passed(
        lint_errors=sum(each.severity is Severity.ERROR for each in problems),
        failed_cases=len(failed),
        failed=failed,
        problems=problems,
    )
    if kept is not None and passed == Passed() and change.seen.all:
        seen = {"folders": change.seen.folders, "files": change.seen.files}
        keep(kept, {**seen, "messages": messages.files})
    return passed


def forced_in_plan(names: Iterable[str]) -> tuple[str, ...]:
    """The brakes of a plan's `--force` that matter to a plan: all others hold only the apply.

    Raises:
        UsageError: there is no such brake, or it does not hold a plan.
    """
    forced = brakes_named(names)
    others = [name for name in forced if name not in {Brake.LINT, Brake.TRUST}]
    if others:
        raise UsageError(
            f"got `--force {others[0]}`: `{others[0]}` is not a brake of a plan",
            help=f"mmctl apply --force {others[0]}",
        )
    return forced


def _nothing_found(kept: str, run: Run, seen: Seen) -> bool:
    """Whether the gates were passed before with the same files, and nothing was found."""
    try:
        document = parse_json(read_text(kept, at_most=DOCUMENT_AT_MOST))
        same = (document["folders"], document["files"]) == (seen.folders, seen.files)
        messages = Seen(files=document["messages"])
        return bool(seen.files) and same and (not messages.files or messages.holds(str(run.root)))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _lint(
    run: Run, project: Project, base: BaseRules | None, *, forced: bool
) -> tuple[Problem, ...]:
    """The problems that lint finds; errors stop the command unless they are ignored."""
    from mmctl.checks.lint import lint

    problems = lint(project, run.today, base=base)
    errors = tuple(each for each in problems if each.severity is Severity.ERROR)
    if errors and not forced:
        told = tuple(each for each in problems if each.check == LOOSENED)
        raise ProblemsFound(
            "lint found errors, so there is no plan",
            (*told, *errors),
            project.files,
            help="fix them; above an intended one, write `# mmctl: ignore[CHECK] REASON`; to "
            "plan with the errors: --force lint",
        )
    return problems


def _cases(run: Run, project: Project, read_file: Callable[[str], bytes]) -> tuple[CaseResult, ...]:
    """Print and return the failed cases: the brake `cases` refuses them."""
    from mmctl.cases.parsing import cases_of
    from mmctl.cases.running import run_cases
    from mmctl.counted import counted

    cases, problems = cases_of(project)
    if problems:
        raise ProblemsFound("some cases cannot be run", problems, project.files)
    results = run_cases(project, cases, read_file, whole=False)
    failed = tuple(result for result in results if not result.passed)
    if failed:
        warn = run.warn
        fail = plural(len(failed), "fails", "fail")
        many = counted(len(results), "case")
        warn(f"{len(failed)} of {many} {fail}; mmctl simulate shows why")
        for case in (result.case for result in failed[:SHOWN]):
            warn(f"  {case.name}  {case.position.file}:{case.position.line}")
        if len(failed) > SHOWN:
            warn(f"  … and {len(failed) - SHOWN} more")
    return failed
