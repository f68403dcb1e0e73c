"""A transport rule as an export states it: parameters of `New-TransportRule` with their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedValue:
    """One parameter or property, with its values as texts."""

    name: str
    """As the export spells it."""
    values: tuple[str, ...]
    """A flag has `true` or `false`. Of a member without a value: none."""
    place: Position
    lost: str | None = None
    """Why the export does not have all of the values: `PowerShell cut them off`."""


@dataclass(slots=True, kw_only=True)
class StatedRule:
    """One rule of an export."""

    name: str
    place: Position
    members: list[StatedValue] = field(default_factory=list)
    """In the order of the export, without those that have no value."""
    promised: tuple[str, ...] = ()
    """Names of .NET classes of its conditions, exceptions and actions, where the export has them:
    `FromScopePredicate`."""
    is_selection: bool = False
    """Whether the export has members of somebody's choice: it may have left conditions out."""
    has_conditions: bool = True
    """Whether the export has any member for a condition, with or without a value."""
    older: str | None = None
    """What the rule says in the form of Exchange 2007 and 2010, which has no parameters."""
