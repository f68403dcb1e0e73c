"""What was found in one open project, and what the editor was told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.editor.base_rules import KnownBase
from mmctl.editor.problems import FoundProblems
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mmctl.editor.workspace import OpenProject
    from mmctl.language.formatting.fix import Fix
    from mmctl.problem import Problem


class NoLongerAsked(Exception):
    """A later edit makes an answer useless."""


@dataclass(slots=True, eq=False)
class WatchedProject:
    """What was found in one project, and what the editor was told."""

    project: OpenProject
    found: FoundProblems = field(default_factory=FoundProblems)
    now: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """The problems that the editor shows, by file."""
    fixes: dict[Problem, Fix] = field(default_factory=dict)
    uris: dict[str, str] = field(default_factory=dict)
    """How the editor names its open files."""
    versions: dict[str, int] = field(default_factory=dict)
    """Which texts of its open files came last: problems say for which they are."""
    base: KnownBase = field(default_factory=KnownBase)
    edits: int = 0
    last: str | None = None
    """The file that was edited last."""
    waiting: asyncio.Task[None] | None = None
    asking: set[asyncio.Task[None]] = field(default_factory=set)


def until_edited(watched: WatchedProject) -> Callable[[], None]:
    """What stops work on a project as soon as it was edited."""
    edits = watched.edits

    def between() -> None:
        if watched.edits != edits:
            raise NoLongerAsked

    return between
