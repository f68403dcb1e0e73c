"""What `mmctl cases` answers: values, which `render` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cases.library.catalog import Entry
    from mmctl.cases.library.sound import Looked
    from mmctl.cases.library.traits import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Entries of the library, and which of them the project has as cases."""

    entries: tuple[Entry, ...]
    present: frozenset[str]
    """By name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry, filled in and judged."""

    looked: Looked
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
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
class Missing:
    """The kinds of mail that no case is about."""

    gaps: tuple[Gap, ...]
    cases: int
    """How many cases were looked at."""


Answer: TypeAlias = Listed | Shown | Added | Missing
