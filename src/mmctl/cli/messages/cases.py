"""The cases of a project on the command line: run them, count what they show, mutate the rules."""

from __future__ import annotations

import os
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.formats import FORMATS
from mmctl.cli.options.name_pattern import NamePattern, PatternError
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import CASES, write
from mmctl.counted import counted
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.text import Text

    from mmctl.cases.case import Case
    from mmctl.cases.coverage import Coverage, GapReach
    from mmctl.cases.mutants.trial import Mutation
    from mmctl.cases.result import CaseResult
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.problem import Problem

_NO: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOptions:
    """What the options say about the cases."""

    files: Sequence[str] | None = None
    """The files that have the cases; None: those of the project."""
    pattern: str | None = None
    fail_on_empty: bool = False
    coverage: bool = False
    coverage_min: int | None = None
    mutate: bool = False
    mutate_min: int | None = None
    mutants: int | None = None
    """The most mutants; None: all."""
    cases_to: str | None = None
    """A new file for the cases that would notice."""
    workers: int | None = None
    trace: bool = False
    strict_readings: bool = False


def run_the_cases(run: Run, asked: CaseOptions) -> int:
    """Run the selected cases and write what they show; return 1 if the answer is no."""
    project = run.project(case_files=asked.files)
    new_file = None if asked.cases_to is None else _new_file(run, asked.cases_to)
    from mmctl.cases.counting import coverage_of
    from mmctl.cases.running import run_cases

    cases, problems = written_cases(project, asked.files)
    expression = _expression(asked.pattern)
    chosen = [case for case in cases if expression.is_in(case.name)]
    row = FORMATS[run.format]
    wanted = asked.coverage or asked.coverage_min is not None or row.shows_coverage
    results = run_cases(
        project,
        chosen,
        run.read_file,
        readings=True,
        whole=wanted or row.shows_traces or asked.trace or _mutates(asked),
    )
    coverage = coverage_of(project, results) if wanted else None
    reaches = _reaches(project, coverage) if asked.coverage else ()
    mutation = _mutation(run, project, results, asked)
    if new_file is not None and mutation is not None:
        _write_cases(run, new_file, mutation)
    if problems:
        from mmctl.render.text.problems import human

        run.errors().print(human(problems, project.files), end="")
    ran = Ran(
        project=project,
        results=results,
        coverage=coverage,
        reaches=reaches,
        mutation=mutation,
        asked=asked,
    )
    write(run, CASES, ran)
    failed = bool(problems) or any(not result.passed for result in results)
    return _NO if _too_little(run, project, results, coverage, mutation, asked) or failed else 0


def written_cases(
    project: Project, files: Sequence[str] | None
) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """The cases of a project that was read with these case files, and what is wrong with them.

    Raises:
        UsageError: the files have none.
    """
    from mmctl.cases.parsing import cases_of

    cases, problems = cases_of(project)
    if files is not None and not cases and not problems:
        raise UsageError(
            f"`{files[0]}` has no case for environment `{project.environment.name}`",
            help="name a message, or choose with `--env`",
        )
    return cases, problems


def _reaches(project: Project, coverage: Coverage | None) -> tuple[GapReach, ...]:
    if coverage is None:
        return ()
    from mmctl.cases.reaching import reaches_of

    return reaches_of(project, coverage.gaps)


def _mutates(asked: CaseOptions) -> bool:
    return asked.mutate or asked.mutate_min is not None or asked.cases_to is not None


def _new_file(run: Run, name: str) -> Path:
    """The path of a file that does not exist yet."""
    path = run.root / name
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"`--mutate-cases {name}`: the file exists", help="name a new file below your cases"
        )
    if not path.parent.is_dir():
        raise UsageError(f"`--mutate-cases {name}`: there is no folder `{path.parent}`")
    return path


def _write_cases(run: Run, path: Path, mutation: Mutation) -> None:
    """Write the cases that would notice survivors; none is no file."""
    from mmctl.writing import write_whole

    texts = [each.suggestion for each in mutation.survivors if each.suggestion is not None]
    if not texts:
        run.say("no case was written: there is no mistake that one more case would notice")
        return
    body = "".join(indent(text, "  ") for text in texts)
    content = f"# Found by mmctl: is that what should happen?\nversion: 1\ncases:\n{body}"
    try:
        write_whole(path, content)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {error.strerror}") from None
    run.say(f"{counted(len(texts), 'case')} written to {path}: read what they expect")


def _mutation(
    run: Run, project: Project, results: Sequence[CaseResult], asked: CaseOptions
) -> Mutation | None:
    if not _mutates(asked):
        return None
    from mmctl.cases.mutants.trial import mutate

    with Progress(run, "mutant") as progress:
        return mutate(
            project,
            results,
            run.read_file,
            budget=asked.mutants,
            workers=asked.workers,
            progress=lambda _done, total: progress.count(1, of=total),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Cases that were run, and what to show of them."""

    project: Project
    results: Sequence[CaseResult]
    coverage: Coverage | None
    reaches: Sequence[GapReach]
    """For each gap of the coverage whether a message can reach it, where that was asked."""
    mutation: Mutation | None
    asked: CaseOptions


def human(run: Run, ran: Ran) -> Text:
    """The cases, then their coverage and the mutants that survived, if requested."""
    from mmctl.render.text.coverage import coverage_report
    from mmctl.render.text.mutation import mutation_report
    from mmctl.render.text.simulate import cases_report

    report = cases_report(
        ran.results,
        verbose=run.verbose,
        trace=ran.asked.trace,
        settled=ran.project.settings.settled,
        all_rests=ran.asked.strict_readings,
    )
    if ran.coverage is not None:
        report.append("\n").append_text(
            coverage_report(ran.coverage, ran.reaches, all_gaps=run.verbose)
        )
    report = run.folded(report)
    if ran.mutation is not None:
        report.append("\n" if ran.mutation.survivors == () else "\n\n")
        report.append_text(mutation_report(ran.mutation, all_survivors=run.verbose))
    return report


def document(_run: Run, ran: Ran) -> dict[str, Any]:
    """The cases as `mmctl/simulate@1`."""
    from mmctl.render.documents.simulate import cases_document

    return cases_document(ran.results, ran.coverage, ran.mutation, ran.reaches)


def junit(_run: Run, ran: Ran) -> str:
    """The cases as tests."""
    from mmctl.render.documents.simulate import junit

    return junit(ran.results)


def annotated(run: Run, ran: Ran) -> str:
    """The failed cases at their lines, with paths relative to the current folder."""
    from mmctl.render.documents.github import case_commands

    return case_commands(ran.results, os.path.relpath(run.root))


def markdown(_run: Run, ran: Ran) -> str:
    """The cases as a table."""
    from mmctl.render.documents.cases_markdown import cases_markdown

    return cases_markdown(ran.results)


def lcov(_run: Run, ran: Ran) -> str:
    """What the cases cover in the rule files."""
    from mmctl.render.documents.lcov import lcov

    return lcov(_covered(ran))


def page(_run: Run, ran: Ran) -> str:
    """The cases, their coverage and the mutants that survived, as a page."""
    from mmctl.render.html.cases_page import page

    return page(ran.project, ran.results, _covered(ran), ran.mutation, ran.reaches)


def _covered(ran: Ran) -> Coverage:
    if ran.coverage is None:
        raise ValueError("a format that shows coverage says so in its row")
    return ran.coverage


def _too_little(
    run: Run,
    project: Project,
    results: Sequence[CaseResult],
    coverage: Coverage | None,
    mutation: Mutation | None,
    asked: CaseOptions,
) -> bool:
    """Whether the cases show less than required; print what they lack."""
    lacks = []
    least = asked.coverage_min
    if least is not None and coverage is not None and coverage.percent < least:
        lacks.append(f"coverage is {coverage.percent} %, expected at least {least} %")
    least = asked.mutate_min
    if least is not None and mutation is not None and mutation.score < least:
        lacks.append(f"mutation score is {mutation.score} %, expected at least {least} %")
    open_cases = sum(each.is_unsettled(project.settings.settled) for each in results)
    if asked.strict_readings and open_cases:
        cases = counted(open_cases, "case depends", "cases depend")
        lacks.append(f"{cases} on readings that `semantics` of mmctl.yaml does not settle")
    if asked.fail_on_empty and not results:
        lacks.append("no case was run")
    for lack in lacks:
        run.say(lack)
    return bool(lacks)


def _expression(pattern: str | None) -> NamePattern:
    try:
        return NamePattern.of(pattern or "")
    except PatternError as error:
        raise UsageError(f"`--run {pattern}` {error}") from None
