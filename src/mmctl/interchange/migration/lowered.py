"""What rules of another gateway are here: the values that files and the report are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.interchange.migration.ending import delivers
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Data, Deviation, OtherGateway, SourceRule


class Sameness(StrEnum):
    """How much of a rule came along."""

    NOT_POSSIBLE = "not possible"
    """Nothing of it acts here."""
    PARTLY = "partly"
    """A part of it is lost."""
    CLOSE = "close"
    """All of it is here, and differs for some mail."""
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweredRule:
    """One rule of the source, and what it is here."""

    source: SourceRule
    status: Sameness
    differences: tuple[Deviation, ...]
    rules: tuple[Data, ...]
    """As a rule file has them: at least one, which may be disabled."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the rules are called here."""
        return tuple(rule["name"] for rule in self.rules)

    @property
    def is_todo(self) -> bool:
        """Whether somebody must write it: nothing of it can be expressed."""
        return self.status is Sameness.NOT_POSSIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweredGateway:
    """A source, and its rules here, in its order."""

    source: OtherGateway
    rules: tuple[LoweredRule, ...]
    last: Data | None
    """The rule at the end: what happens to mail that no rule ends; None: nothing."""
    address_lists: dict[str, tuple[str, ...] | None]
    """Members by logical name: those of the source, and those made of long conditions.
    None: the source does not say who the members are."""

    @property
    def delivers(self) -> bool:
        """Whether mail that no rule ends is delivered."""
        return self.last is not None and any(map(delivers, self.last["actions"]))
