"""Runs the checks: findings become problems, ignore comments take effect, the order is fixed.

No check may live here, and nothing may be printed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.analysis.one_spelling import in_one_spelling
from mmctl.checks import company_rule_loosened, ignore_without_effect
from mmctl.checks.catalogue import CHECKS, FAST
from mmctl.checks.check import Subject
from mmctl.checks.ignored import Ignored
from mmctl.checks.mistakes import MISTAKES
from mmctl.problem import Problem, Severity, ordered
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from mmctl.checks.check import AboutValue, Check
    from mmctl.checks.company.held import BaseRules
    from mmctl.checks.kept_findings import KeptFindings
    from mmctl.language.formatting.fix import Fix
    from mmctl.language.project import Project
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


def lint(project: Project, today: date, *, base: BaseRules | None = None) -> tuple[Problem, ...]:
    """All problems that the checks find in a project in its environment, sorted.

    `today` is a day in UTC; `base` is what the base of the change demands.
    """
    return lint_all([project], today, base=base)


def lint_all(
    projects: Sequence[Project],
    today: date,
    others: Mapping[str, Sequence[Problem]] | None = None,
    *,
    checks: Iterable[Check] = CHECKS,
    base: BaseRules | None = None,
) -> tuple[Problem, ...]:
    """The problems of one project read for several environments, each problem once.

    A problem that not all environments have says which ones do. `others` are problems found
    elsewhere, by environment: those of the parser and of the compiler.
    """
    return report(projects, today, others, checks=checks, base=base).problems


def report(
    projects: Sequence[Project],
    today: date,
    others: Mapping[str, Sequence[Problem]] | None = None,
    *,
    checks: Iterable[Check] = CHECKS,
    base: BaseRules | None = None,
    between: Callable[[], object] | None = None,
    kept: KeptFindings | None = None,
) -> Report:
    """The problems of `lint_all`, with the fixes that the checks know.

    `between` is called before each check, and may raise to stop; `kept` has what was found before.
    """
    read = {
        project.environment.name: tuple((others or {}).get(project.environment.name, ()))
        for project in projects
    }
    fixes: dict[Problem, Fix] = {}
    found_in: dict[str, list[Problem]] = {}
    company = _company_checks(projects, base) if checks is CHECKS or checks is FAST else []
    for project in projects:
        name = project.environment.name
        subject = Subject(
            project=project if base is None else base.added_to(project),
            today=today,
            base=base,
            own=project.settings.lint,
        )
        looked = problems(subject, (*checks, *company), between, kept)
        found_in[name] = [*read[name], *_noted(looked, fixes)]
    found = _merged(found_in)
    found += _misnamed(projects)
    ids = _IDS.union(check.id for check in company)
    ignored = Ignored(projects, ids, frozenset(ids - _IDS), base)
    told = [left for problem in found if (left := ignored.left_of(problem)) is not None]
    whole = bool(projects) and all(project.whole for project in projects) and _are_all(projects)
    if whole and ignore_without_effect.CHECK in checks:
        subject = Subject(project=projects[0], today=today, found=tuple(found), known=ids)
        told += _noted(_of(ignore_without_effect.CHECK, subject), fixes)
    listed = _told_first(ordered(_without_consequences(told)))
    return Report(listed, {each: fixes[each] for each in listed if each in fixes})


def _company_checks(projects: Sequence[Project], base: BaseRules | None) -> list[Check]:
    """The checks of the company rules that count; most projects have none."""
    own = projects[0].settings.lint.company_rules if projects else ()
    if not own and base is None:
        return []
    from mmctl.checks.company.findings import company_checks  # noqa: PLC0415 - few projects
    from mmctl.checks.company.held import held_to  # noqa: PLC0415

    return company_checks(each for each in held_to(own, base) if each.rule.id not in _IDS)


def _misnamed(projects: Sequence[Project]) -> Iterator[Problem]:
    """Company rules under the name of a check."""
    for rule in projects[0].settings.lint.company_rules if projects else ():
        if rule.id in _IDS or rule.id in MISTAKES:
            yield Problem(
                check="duplicate-name",
                severity=Severity.ERROR,
                position=rule.position,
                message=f"`{rule.id}` is the id of a check of mmctl",
                help="give the company rule another id",
            )


def _told_first(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems, with what a change no longer demands before all others."""
    loosened = company_rule_loosened.CHECK.id
    return tuple(sorted(problems, key=lambda problem: problem.check != loosened))


def problems(
    subject: Subject,
    checks: Iterable[Check] = CHECKS,
    between: Callable[[], object] | None = None,
    kept: KeptFindings | None = None,
) -> Iterator[tuple[Problem, Fix | None]]:
    """What checks find, ignored or not, unsorted; `between` is called before each of them."""
    about_mail = replace(subject, project=in_one_spelling(subject.project))
    for check in checks:
        if between is not None:
            between()
        if check is not ignore_without_effect.CHECK and (
            subject.project.whole or not check.from_absence
        ):
            look = partial(_of, check, about_mail if check.about_mail else subject)
            yield from look() if kept is None else kept.of(check, subject, look)


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
