"""What texts in files name, besides resources of the service and things in other services."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from mmctl.model.kinds import Kind
from mmctl.model.things import Thing


class FileNoun(StrEnum):
    """What else has a name in files."""

    RULE = "rule"
    STATEMENT = "policy statement"
    PHASE = "phase"
    VARIABLE = "variable"
    ENVIRONMENT = "environment"
    CASE = "case"
    INVARIANT = "invariant"
    FILE = "file"
    """A path, relative to the file that names it; of patterns, relative to the project."""
    FAILING = "failing action"
    """An action with what it goes to: `archive:NAME`."""
    ACTION = "action"
    OWNER = "owner"
    HEADER = "header"


Named: TypeAlias = Kind | FileNoun | Thing
"""What a text can be the name of."""


def is_managed(named: Named) -> bool:
    """Whether names of it are defined in files, so that each use has a definition."""
    return isinstance(named, Kind) or named in _DEFINED


_DEFINED: Final = frozenset(
    {
        FileNoun.RULE,
        FileNoun.STATEMENT,
        FileNoun.PHASE,
        FileNoun.VARIABLE,
        FileNoun.ENVIRONMENT,
        FileNoun.CASE,
        FileNoun.INVARIANT,
    }
)
