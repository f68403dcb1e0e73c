"""Two cases for each imported rule that acts, and the rules that never can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cases.witnessed.rule_cases import witnessed_rules
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.migration.lowered import LoweredGateway
    from mmctl.interchange.migration.source import Data, SourceRule
    from mmctl.language.project import Project

_NAME_AT_MOST: Final = 60
"""Characters of the name that a rule has in the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverApplies:
    """A rule that is here, and that no message ever meets."""

    rule: str
    """Its name here."""
    source: SourceRule
    why: str
    """A sentence without full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCases:
    """Cases for a migrated project."""

    document: Data | None
    """The file of cases; None: there is none."""
    count: int
    never: tuple[NeverApplies, ...]
    without: tuple[str, ...]
    """Rules for which no case was found, though they may apply: what they ask is unknown."""


def imported_cases(project: Project, lowered: LoweredGateway) -> ImportedCases:
    """The cases of all rules that act, each called by its rule and place in the source.

    `project` is loaded without errors; the cases expect what its evaluator says.
    """
    of_rule = {name: each.source for each in lowered.rules for name in each.names}
    titles: dict[str, str] = {}
    for name, source in of_rule.items():
        place = f"{source.place.file}:{source.place.line}"
        own = " ".join(source.name.split())[:_NAME_AT_MOST]
        shown = f"{own}, here {name}" if own != name else name
        titles[name] = f"imported: {shown} ({place})"
    cases: list[Data] = []
    never: list[NeverApplies] = []
    without: list[str] = []
    for found in witnessed_rules(project, titles.get):
        cases += found.cases
        if found.never is not None:
            never.append(NeverApplies(rule=found.rule, source=of_rule[found.rule], why=found.never))
        elif not found.cases:
            without.append(found.rule)
    return ImportedCases(
        document={"version": 1, "cases": cases} if cases else None,
        count=len(cases),
        never=tuple(never),
        without=tuple(without),
    )
