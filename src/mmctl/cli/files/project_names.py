"""The names of a project that a command line can complete, as lint found them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli import kept_names as kept
from mmctl.cli import world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mmctl.cli.files.linting import Linted
    from mmctl.cli.run import Run
    from mmctl.language.project import CaseText, Project

_ROWS: Final = 20
"""The rows of a case whose names are kept; more are one name and a number."""


def keep_names_of(run: Run, found: Linted) -> None:
    """Keep the names of the project of a run for completion; nothing if it cannot be read."""
    if found.projects:
        kept.keep_names(str(run.root), _names(run.root, found.projects, found.meanings))


def _names(
    root: Path, projects: Sequence[Project], company_rules: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """The names by kind, of all environments."""
    from mmctl.checks.catalogue import CHECKS

    sets = [found for each in projects for found in each.rule_sets.values()]
    return {
        kept.ENVIRONMENTS: _all(each.settings.environments for each in projects),
        kept.RULES: _all([rule.name for rule in found.rules] for found in sets),
        kept.CASES: _all(_case_names(case) for each in projects for case in each.cases),
        kept.CHECKS: (*(check.id for check in CHECKS), *company_rules),
        kept.LISTS: _all(each.address_lists for each in projects),
        kept.RELAYS: _all(each.relays for each in projects),
        kept.ARCHIVES: _all(each.archives for each in projects),
        kept.RULE_SETS: _all(each.rule_sets for each in projects),
        kept.INGRESS_POINTS: _all(each.ingress_points for each in projects),
        kept.PROJECT: _all((each.settings.project,) for each in projects),
        kept.STORES: _all(_stores(root, each) for each in projects),
    }


def _all(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def _case_names(case: CaseText) -> tuple[str, ...]:
    """The name of a case, or those of its rows, as `mmctl.cases` makes them."""
    name = str(case.data.get("name", ""))
    rows = case.data.get("for_each") or ()
    return tuple(f"{name} [{place + 1}]" for place in range(min(_ROWS, len(rows)))) or (name,)


def _stores(root: Path, project: Project) -> Iterator[str]:
    """The folder on this machine where the snapshots of a project are; none if they are in S3."""
    where = project.environment.snapshots or project.settings.snapshots
    if "://" not in where:
        yield str((root / world.with_home(where)).resolve())
