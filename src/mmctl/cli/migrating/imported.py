"""The project that an import makes: its texts, loaded and linted before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.problem import Severity
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cli.run import Run
    from mmctl.interchange.migration.files import Place
    from mmctl.interchange.migration.lowered import Lowered
    from mmctl.interchange.migration.source import Needed
    from mmctl.problem import Problem

_NOT_FITTING = "capacity"
"""The check that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProject:
    """A project in texts, and what lint says of it."""

    texts: Mapping[str, str]
    """All files, by path."""
    rule_files: tuple[str, ...]
    """The paths of the files of rules, in the order in which they are included."""
    rules_alone: Mapping[str, str]
    """What is written into an existing project."""
    one_text: str
    """Rules and resources as one file."""
    needed: Mapping[str, Needed]
    problems: tuple[Problem, ...]
    fit: str
    is_fitting: bool


def imported_project(run: Run, lowered: Lowered, place: Place) -> ImportedProject:
    """The texts of a project, and what lint says of it."""
    from mmctl.interchange.migration.files import one_text, project_texts, rule_texts, written
    from mmctl.language.parsing.files import MemoryFiles
    from mmctl.language.parsing.load import Sources
    from mmctl.linting import problems_of

    parts = written(lowered, place)
    texts = project_texts(parts, lowered, place)
    rules = rule_texts(parts)
    linted = problems_of(Sources(MemoryFiles(texts), place.project), run.today)
    is_fitting = all(problem.check != _NOT_FITTING for problem in linted.problems)
    beside = {**rules, **parts.lists}
    if parts.resources:
        beside["rules/imported/resources.yaml"] = texts["rules/resources.yaml"]
    return ImportedProject(
        texts=texts,
        rule_files=tuple(rules),
        rules_alone=beside,
        one_text=one_text(parts, lowered),
        needed=parts.needed,
        problems=linted.problems,
        fit=_fit(lowered, linted.packed, is_fitting=is_fitting),
        is_fitting=is_fitting,
    )


def _fit(lowered: Lowered, packed: tuple[str, ...], *, is_fitting: bool) -> str:
    """Whether the rules fit the service, or what says what to change."""
    if packed:
        return "; ".join(packed)
    enabled = [rule for each in lowered.rules for rule in each.rules if rule.get("enabled", True)]
    rules = counted(len(enabled) + (lowered.last is not None), "rule")
    if not is_fitting:
        return f"{rules} do not fit 40 live rules: `mmctl budget` says what to change"
    return f"{rules} fit 40 live rules as they are"


def errors_of(project: ImportedProject) -> tuple[Problem, ...]:
    """The problems of an import that keep it from going live."""
    return tuple(each for each in project.problems if each.severity is Severity.ERROR)
