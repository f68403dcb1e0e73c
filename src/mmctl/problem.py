"""Where something is in a file, and what is wrong with it: values that every room may use.

Nothing here reads files or prints.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mmctl.records import dataclass, field
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Severity(StrEnum):
    """How bad a problem is: errors must not go live, warnings are risks, infos are hints."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: lower is worse."""
        return list(Severity).index(self)


class Position(NamedTuple):
    """A place in a file: lines and columns count from 1, `length` is in characters.

    Two places are equal where they start at the same character. A tuple, because every word of
    every file has one: it is made four times faster than a frozen dataclass.
    """

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{visible(self.file)}:{self.line}:{self.column}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Position) and self[:3] == other[:3]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:3])

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return self[:3] < other[:3]

    def __le__(self, other: tuple[object, ...]) -> bool:
        return self[:3] <= other[:3]

    def __gt__(self, other: tuple[object, ...]) -> bool:
        return self[:3] > other[:3]

    def __ge__(self, other: tuple[object, ...]) -> bool:
        return self[:3] >= other[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake or risk, at a place, with what to write instead."""

    check: str
    severity: Severity
    position: Position
    message: str
    help: str | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        """File, line, column, worst first, check, message: the order of every report."""
        at = self.position
        return (at.file, at.line, at.column, self.severity.rank, self.check, self.message)


Path = tuple[str | int, ...]
"""Members and indices from the top of a shape down, in AWS's names: ("Rules", 3, "Actions", 0)."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Where each member of a shape was written; a member without a place has its parent's."""

    places: Mapping[Path, Position] = field(default_factory=dict)

    def below(self, path: Path) -> Positions:
        """The places of a member and of what is in it, with paths from there."""
        length = len(path)
        inside = {at[length:]: place for at, place in self.places.items() if at[:length] == path}
        return Positions({(): self.at(path), **inside})

    def at(self, path: Path) -> Position:
        """The place of a member, or of the nearest member around it that has one.

        Raises:
            KeyError: nothing around the path has a place.
        """
        for end in range(len(path), -1, -1):
            found = self.places.get(path[:end])
            if found is not None:
                return found
        raise KeyError(path)


class Placed(Protocol):
    """Any part of a project that knows where its members were written."""

    @property
    def positions(self) -> Positions:
        """The places of its members."""
        ...


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems for a report and leave out repeated ones."""
    return tuple(sorted(set(problems), key=lambda problem: problem.sort_key))
