"""The project that an import makes: its texts, loaded and linted before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.problem import Severity
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.cli.run import Run
    from mmctl.interchange.migration.files import ImportParts, ImportTarget
    from mmctl.interchange.migration.lowered import LoweredGateway
    from mmctl.interchange.migration.report import IdleRule
    from mmctl.interchange.migration.source import Data, Needed
    from mmctl.linting import LintResult
    from mmctl.problem import Problem

_NO_PROOFS: Final = "lint: {proof_effort: 0}\n"
"""Proofs about all mail take longer than all the rest of an import; `mmctl lint` makes them."""
_LIVE_RULES: Final = 40
"""So many rules a rule set has in the service."""
_NOT_FITTING: Final = "capacity"
"""The check that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProject:
    """A project in texts, and what lint says of it."""

    parts: ImportParts
    texts: Mapping[str, str]
    """All files, by path."""
    one_text: str
    """Rules and resources as one file."""
    problems: tuple[Problem, ...]
    fit: str
    is_fitting: bool
    idle: tuple[IdleRule, ...] = ()
    """The rules that never apply, if somebody looked."""

    @property
    def needed(self) -> Mapping[str, Needed]:
        """The values that somebody must fill in."""
        return self.parts.needed

    @property
    def linted(self) -> str:
        """What lint says, counted: `2 warnings, 1 info`."""
        counts = dict.fromkeys(Severity, 0)
        for problem in self.problems:
            counts[problem.severity] += 1
        said = [counted(count, severity.value) for severity, count in counts.items() if count]
        return ", ".join(said) or "no problems"


def imported_project(
    run: Run, lowered: LoweredGateway, place: ImportTarget, *, with_cases: bool
) -> ImportedProject:
    """The texts of a project, and what lint says of it; `with_cases`: two cases for each rule."""
    from mmctl.cli.migrating.unreached import switched_off
    from mmctl.interchange.migration.files import one_text, project_texts, written

    parts = written(lowered, place)
    texts = project_texts(parts, lowered, place)
    idle = switched_off(texts, run.today, lowered)
    if idle:
        texts = project_texts(parts, lowered, place)
    if with_cases:
        parts.cases, more = _cases(texts, lowered)
        idle = (*idle, *more)
        texts = project_texts(parts, lowered, place)
    linted = _linted(run, texts, place)
    is_fitting = all(problem.check != _NOT_FITTING for problem in linted.problems)
    return ImportedProject(
        parts=parts,
        texts=texts,
        one_text=one_text(parts, lowered),
        problems=linted.problems,
        fit=_fit(lowered, linted.packed, is_fitting=is_fitting),
        is_fitting=is_fitting,
        idle=idle,
    )


def _linted(run: Run, texts: Mapping[str, str], place: ImportTarget) -> LintResult:
    from mmctl.language.parsing.files import MemoryFiles
    from mmctl.language.parsing.load import Sources
    from mmctl.linting import problems_of

    settings = f"{texts[PROJECT_FILE]}{_NO_PROOFS}"
    files = MemoryFiles({**texts, PROJECT_FILE: settings})
    return problems_of(Sources(files, place.project), run.today)


def _cases(
    texts: Mapping[str, str], lowered: LoweredGateway
) -> tuple[Data | None, tuple[IdleRule, ...]]:
    """The cases of the rules, and the rules that never apply; none where the rules have errors."""
    from mmctl.cli.migrating.imported_cases import imported_cases
    from mmctl.interchange.migration.report import IdleRule
    from mmctl.language.parsing.load import read_text

    project, problems = read_text(texts)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, ()
    found = imported_cases(project, lowered)
    idle = tuple(
        IdleRule(name=each.rule, place=each.source.place, why=each.why) for each in found.never
    )
    return found.document, idle


def _fit(lowered: LoweredGateway, packed: tuple[str, ...], *, is_fitting: bool) -> str:
    """Whether the rules fit the service, or what says what to change."""
    if packed:
        return "; ".join(packed)
    enabled = [rule for each in lowered.rules for rule in each.rules if rule.get("enabled", True)]
    rules = counted(len(enabled) + (lowered.last is not None), "rule")
    if not is_fitting and sum(bool(rule.get("shadow")) for rule in enabled) >= _LIVE_RULES:
        why = "those that mark take one each, so let teams take turns"
        return f"{rules} do not fit 40 live rules: {why}"
    if not is_fitting:
        return f"{rules} do not fit 40 live rules: `mmctl budget` says what to change"
    return f"{rules} fit 40 live rules as they are"
