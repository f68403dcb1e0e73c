"""Runs the checks: findings become problems, ignore comments take effect, the order is fixed.

No check may live here, and nothing may be printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks import ignore_without_effect
from mmctl.checks.catalogue import CHECKS
from mmctl.checks.check import Subject
from mmctl.problem import Problem, Severity, ordered
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from mmctl.checks.check import AboutValue, Check
    from mmctl.language.formatting.fix import Fix
    from mmctl.language.project import Ignore, Project
    from mmctl.problem import Position

_IDS: Final = frozenset(check.id for check in CHECKS)
"""No comment can ignore other errors (a file that cannot be read, rules over a limit)."""
_ABOUT_VALUES: Final = {
    check.id: check.about_value for check in CHECKS if check.about_value is not None
}


LONGEST: Final = 1000
"""The most characters of a message: a value in it may have millions."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and what can be fixed without asking."""

    problems: tuple[Problem, ...] = ()
    """Sorted, without duplicates."""
    fixes: Mapping[Problem, Fix] = field(default_factory=dict)
    """Only for problems that all environments have: a fix for one may be wrong in another."""


def lint(project: Project, today: date) -> tuple[Problem, ...]:
    """All problems that the checks find in a project in its environment, sorted.

    `today` is a day in UTC.
    """
    return lint_all([project], today)


def lint_all(
    projects: Sequence[Project],
    today: date,
    others: Mapping[str, Sequence[Problem]] | None = None,
    *,
    checks: Iterable[Check] = CHECKS,
) -> tuple[Problem, ...]:
    """The problems of one project read for several environments, each problem once.

    A problem that not all environments have says which ones do. `others` are problems found
    elsewhere, by environment: those of the parser and of the compiler.
    """
    return report(projects, today, others, checks=checks).problems


def report(
    projects: Sequence[Project],
    today: date,
    others: Mapping[str, Sequence[Problem]] | None = None,
    *,
    checks: Iterable[Check] = CHECKS,
) -> Report:
    """The problems of `lint_all`, with the fixes that the checks know."""
    read = {
        project.environment.name: tuple((others or {}).get(project.environment.name, ()))
        for project in projects
    }
    fixes: dict[Problem, Fix] = {}
    found_in: dict[str, list[Problem]] = {}
    for project in projects:
        name = project.environment.name
        subject = Subject(project=project, today=today)
        found_in[name] = [*read[name], *_noted(problems(subject, checks), fixes)]
    found = _merged(found_in)
    ignores = _ignores(projects)
    kept = [problem for problem in found if not _silenced(problem, ignores)]
    whole = bool(projects) and all(project.whole for project in projects) and _are_all(projects)
    if whole and ignore_without_effect.CHECK in checks:
        subject = Subject(project=projects[0], today=today, found=tuple(found), known=_IDS)
        kept += _noted(_of(ignore_without_effect.CHECK, subject), fixes)
    listed = ordered(_without_consequences(kept))
    return Report(listed, {each: fixes[each] for each in listed if each in fixes})


def problems(
    subject: Subject, checks: Iterable[Check] = CHECKS
) -> Iterator[tuple[Problem, Fix | None]]:
    """What checks find, ignored or not, unsorted."""
    for check in checks:
        if check is not ignore_without_effect.CHECK and (
            subject.project.whole or not check.from_absence
        ):
            yield from _of(check, subject)


def _of(check: Check, subject: Subject) -> Iterator[tuple[Problem, Fix | None]]:
    for found in check.run(subject):
        problem = Problem(
            check=check.id,
            severity=found.severity or check.severity,
            position=found.positions.at(found.path),
            message=_short(found.message),
            help=None if found.help is None else _short(found.help),
        )
        yield problem, found.fix


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _noted(
    found: Iterable[tuple[Problem, Fix | None]], fixes: dict[Problem, Fix]
) -> Iterator[Problem]:
    for problem, fix in found:
        if fix is not None:
            fixes[problem] = fix
        yield problem


def _without_consequences(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Of the problems about one value, only those that say the most."""
    said: dict[Position, AboutValue] = {}
    for problem in problems:
        about = _ABOUT_VALUES.get(problem.check)
        if about is not None:
            said[problem.position] = min(about, said.get(problem.position, about))
    for problem in problems:
        about = _ABOUT_VALUES.get(problem.check)
        if about is None or about is said[problem.position]:
            yield problem


def _are_all(projects: Sequence[Project]) -> bool:
    """Whether the project was read for each of its environments."""
    return set(projects[0].settings.environments) <= {each.environment.name for each in projects}


def _merged(by_environment: Mapping[str, Iterable[Problem]]) -> list[Problem]:
    environments: dict[Problem, list[str]] = {}
    for environment, listed in by_environment.items():
        for problem in dict.fromkeys(listed):
            environments.setdefault(problem, []).append(environment)
    return [
        problem if len(names) == len(by_environment) else _only_in(problem, names)
        for problem, names in environments.items()
    ]


def _only_in(problem: Problem, environments: Iterable[str]) -> Problem:
    names = ", ".join(f"`{name}`" for name in environments)
    return replace(problem, message=f"{problem.message} (in {names})")


def _ignores(projects: Sequence[Project]) -> Mapping[str, Sequence[Ignore]]:
    in_file: dict[str, list[Ignore]] = {}
    for ignore in dict.fromkeys(ignore for project in projects for ignore in project.ignores):
        in_file.setdefault(ignore.file, []).append(ignore)
    return in_file


def _silenced(problem: Problem, ignores: Mapping[str, Sequence[Ignore]]) -> bool:
    if problem.severity is Severity.ERROR and problem.check not in _IDS:
        return False
    return any(
        ignore_without_effect.silences(ignore, check, problem)
        for ignore in ignores.get(problem.position.file, ())
        for check in ignore.checks
    )
