"""Everything that is wrong with the files of a project: what reader, compiler and checks find.

The way from files to problems, for `mmctl lint` and for `mmctl.api`. Values in, values out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import ProblemsFound
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mmctl.checks.company.held import BaseRules
    from mmctl.checks.kept_findings import KeptFindings
    from mmctl.compiler.packing.memory import CompilerMemory
    from mmctl.language.company_rules import CompanyRule
    from mmctl.language.formatting.fix import Fix
    from mmctl.language.parsing.load import Sources
    from mmctl.language.project import Project
    from mmctl.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """The problems of a project, their fixes, and the texts that they are in."""

    problems: tuple[Problem, ...]
    fixes: Mapping[Problem, Fix] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """The project file, rule files and cases, by path."""
    list_files: Mapping[str, str] = field(default_factory=dict)
    packed: tuple[str, ...] = ()
    """How rule sets fit that are packed: a line for each."""
    company_rules: tuple[CompanyRule, ...] = ()
    """Those of the files and of the base, by which it was judged."""
    projects: tuple[Project, ...] = ()
    """What was read, for each environment, the default one first."""


def problems_in_place(
    project: Project,
    problems: tuple[Problem, ...],
    today: date,
    *,
    memory: CompilerMemory | None = None,
) -> LintResult:
    """The problems of rules in the files of another tool: of what they do, not of their layout.

    `problems` are those of the files themselves, `memory` keeps what the compiler found.
    """
    from mmctl.checks.catalogue import IN_PLACE  # noqa: PLC0415 - as above
    from mmctl.checks.lint import report  # noqa: PLC0415
    from mmctl.compiler.compile import compile_project  # noqa: PLC0415

    found = (*problems, *compile_project(project, memory)[1])
    reported = report([project], today, {project.environment.name: found}, checks=IN_PLACE)
    return LintResult(problems=reported.problems)


def problems_of(
    sources: Sources,
    today: date,
    *,
    environment: str | None = None,
    password_variables: frozenset[str] = frozenset(),
    base: BaseRules | None = None,
    memory: CompilerMemory | None = None,
    between: Callable[[], object] | None = None,
    kept: KeptFindings | None = None,
    soon: Callable[[LintResult], object] | None = None,
) -> LintResult:
    """The problems of a project in one environment, or in all of them (None), each once.

    `base` is what the base of the change demands, `memory` keeps what the compiler found, and
    `between` is called before each check and may raise to stop. `kept` has what checks found
    before, and `soon` gets what is found without the compiler and without proofs.

    Raises:
        UsageError: there is no such environment, or nothing to read.
    """

    def read(environment: str | None) -> tuple[Project, tuple[Problem, ...]]:
        project, problems = sources.read(environment)
        return replace(project, password_variables=password_variables), problems

    try:
        first, problems = read(environment)
    except ProblemsFound as error:
        return LintResult(problems=error.problems, files=error.files)
    readings = {first.environment.name: (first, problems)}
    if environment is None:
        for name in first.settings.environments:
            if name not in readings:
                readings[name] = read(name)
    # What nothing is read for need not be imported: a project that says too little ends above.
    from mmctl.checks.lint import report  # noqa: PLC0415
    from mmctl.compiler.compile import compile_project, packings_of  # noqa: PLC0415
    from mmctl.compiler.fit_lines import fit_lines  # noqa: PLC0415
    from mmctl.compiler.refusing import refusing_of  # noqa: PLC0415

    projects = [project for project, _ in readings.values()]
    texts = {path: text for project in projects for path, text in project.files.items()}
    of_lists = {path: text for project in projects for path, text in project.list_files.items()}
    if soon is not None:
        from mmctl.checks.catalogue import FAST  # noqa: PLC0415

        read_problems = {name: problems for name, (_, problems) in readings.items()}
        fast = report(
            projects, today, read_problems, checks=FAST, base=base, between=between, kept=kept
        )
        soon(
            LintResult(
                problems=fast.problems,
                fixes=fast.fixes,
                files=texts,
                list_files=of_lists,
                projects=tuple(projects),
            )
        )
    others = {
        name: (*problems, *compile_project(project, memory)[1])
        for name, (project, problems) in readings.items()
    }
    found = report(projects, today, others, base=base, between=between, kept=kept)
    return LintResult(
        problems=found.problems,
        fixes=found.fixes,
        files=texts,
        list_files=of_lists,
        packed=tuple(
            dict.fromkeys(
                line
                for each in projects
                for line in fit_lines(packings_of(each, memory), refusing_of(each))
            )
        ),
        company_rules=(
            *(base.lint.company_rules if base is not None else ()),
            *first.settings.lint.company_rules,
        ),
        projects=tuple(projects),
    )
