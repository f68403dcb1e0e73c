"""What `mmctl cases` answers: values, which `render` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cases.library.catalog import LibraryEntry
    from mmctl.cases.library.sound import Looked
    from mmctl.cases.library.traits import MissingTrait


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCases:
    """Entries of the library, and which of them the project has as cases."""

    entries: tuple[LibraryEntry, ...]
    present: frozenset[str]
    """By name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """One entry, filled in and judged."""

    looked: Looked
    present: bool
    facts: tuple[tuple[str, str], ...]
    """Session, envelope and verdicts, each as a case says it on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedCases:
    """Entries that became cases of the project."""

    looked: tuple[Looked, ...]
    files: tuple[str, ...]
    """The case files that were written, by path in the project."""
    messages: int
    """How many message files were written beside them."""
    present: tuple[str, ...]
    """Entries that the project has already: nothing was changed."""
    lacking: tuple[tuple[str, str], ...]
    """Entries that are about what the project has not, and what that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingKinds:
    """The kinds of mail that no case is about."""

    gaps: tuple[MissingTrait, ...]
    cases: int
    """How many cases were looked at."""


CasesAnswer: TypeAlias = ListedCases | ShownCase | AddedCases | MissingKinds
