"""What is wrong with an open project: at once with the edited file, then with all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.catalogue import CHECKS, FAST
from mmctl.checks.lint import report
from mmctl.checks.local_checks import LOCAL
from mmctl.checks.moved import moved
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.load import PartOfProject
from mmctl.language.text.nodes import Mapping
from mmctl.linting import LintResult, problems_of
from mmctl.model.kinds import Kind
from mmctl.problem import Position, Problem, Severity, ordered
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as Map
    from datetime import date

    from mmctl.checks.company.held import BaseRules
    from mmctl.editor.workspace import OpenProject
    from mmctl.language.formatting.fix import Fix

_LOCAL: Final = tuple(check for check in CHECKS if check.id in LOCAL)
_OF_ALL_FILES: Final = frozenset(check.id for check in CHECKS) - LOCAL | {
    "duplicate-name",
    "include",
    "over-limit",
}
"""What one file alone cannot say."""
_SLOW: Final = frozenset(check.id for check in CHECKS if check not in FAST) | {"over-limit"}


@dataclass(frozen=True, slots=True)
class FoundProblems:
    """The problems of a project, and the texts in which they are."""

    problems: tuple[Problem, ...] = ()
    fixes: Map[Problem, Fix] = field(default_factory=dict)
    texts: Map[str, str] = field(default_factory=dict)

    def of(self, path: str) -> tuple[Problem, ...]:
        """Those in one file."""
        return tuple(problem for problem in self.problems if problem.position.file == path)


def of_file(
    project: OpenProject,
    path: str,
    today: date,
    environment: str | None,
    last: FoundProblems,
    base: BaseRules | None = None,
) -> tuple[tuple[Problem, ...], Map[Problem, Fix]]:
    """The problems of one file, as far as they can be told without all others, and their fixes.

    Those that only the whole project shows are the ones of `last`, moved with their lines.
    """
    part = PartOfProject(path, _elsewhere(project, path))
    try:
        read, problems = project.sources().read_part(part, environment)
    except ProblemsFound as error:
        return _in(path, error.problems), {}
    except UsageError as error:
        return (_unusable(path, error),), {}
    found = report([read], today, {read.environment.name: problems}, checks=_LOCAL, base=base)
    now = [each for each in found.problems if each.check not in _OF_ALL_FILES]
    text = project.text(path) or ""
    before = [each for each in last.of(path) if each.check in _OF_ALL_FILES]
    return _in(path, ordered([*now, *moved(before, last.texts.get(path, ""), text)])), found.fixes


def of_project(
    project: OpenProject,
    today: date,
    environment: str | None,
    base: BaseRules | None,
    soon: Callable[[FoundProblems], object],
    between: Callable[[], object],
) -> FoundProblems:
    """All problems, as `mmctl lint` reports them; what was read is kept in the project.

    `base` is what the base of the change demands. `soon` gets those that need no proof, before
    the others are looked for.
    """

    def keep(found: LintResult) -> FoundProblems:
        if found.projects:
            project.read = {each.environment.name: each for each in found.projects}
        return FoundProblems(found.problems, found.fixes, {**found.files, **found.list_files})

    sources = project.sources(between)
    try:
        found = problems_of(
            sources,
            today,
            environment=environment,
            base=base,
            between=between,
            kept=project.findings,
            soon=lambda fast: soon(keep(fast)),
        )
    except UsageError as error:
        file = next(iter(project.texts), "")
        found = LintResult(problems=(_unusable(file, error),))
    return keep(found)


def with_slow(fast: FoundProblems, shown: Iterable[Problem]) -> FoundProblems:
    """The problems that need no proof, with those shown that need one or the compiler.

    Of a value for which such a problem is shown nothing is said that it may take back.
    """
    waiting = [each for each in shown if each.check in _SLOW]
    said = {each.position for each in waiting}
    found = [each for each in fast.problems if each.position not in said]
    return replace(fast, problems=ordered([*found, *waiting]))


def _elsewhere(project: OpenProject, path: str) -> dict[Kind, set[str]] | None:
    """The names that other files define, with or without mistakes.

    None: they may define any, as no file was read, or one of them is no YAML at the moment.
    """
    if project.project is None:
        return None
    names: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    kinds = {kind.value: kind for kind in Kind}
    for file in project.project.files:
        if file == path:
            continue
        node = project.node(file)
        if node is None:
            return None
        for key, section in node.entries if isinstance(node, Mapping) else ():
            if isinstance(section, Mapping):
                # What is under a misspelled section may be of any kind.
                of = [kinds[key.text]] if key.text in kinds else list(Kind)
                for kind in of:
                    names[kind] |= {name.text for name, _ in section.entries}
    return names


def _in(path: str, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.position.file == path)


def _unusable(path: str, error: UsageError) -> Problem:
    return Problem(
        check="unreadable-file",
        severity=Severity.ERROR,
        position=Position(path),
        message=error.message,
        help=error.help,
    )
