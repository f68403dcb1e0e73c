"""How often rules matched, and who counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mmctl.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.operate.logs.names import RuleName
    from mmctl.operate.logs.records import ActionRecord, RuleKey, RuleRecord


@dataclass(slots=True, kw_only=True)
class RuleHits:
    """How often one rule matched."""

    name: RuleName
    messages: int = 0
    recipients: int = 0
    passed: int = 0
    """Messages for which it was tried and did not match."""
    first: datetime | None = None
    """When it matched first."""
    last: datetime | None = None
    perhaps: int = 0
    """Messages that a live rule matched of which it is unknown whether it was this rule."""

    def saw(self, at: datetime) -> None:
        """Note when it matched."""
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)


class HitCounts(Protocol):
    """Where hits are counted."""

    def hits_of(self, name: RuleName) -> RuleHits:
        """The numbers of one rule."""
        ...

    def group_of(self, name: RuleName) -> RuleHits:
        """The numbers of a live rule where it is unknown which of some rules matched."""
        ...

    def acted(self, record: RuleRecord, action: ActionRecord, name: RuleName) -> None:
        """Count how an action of a rule ended."""
        ...

    def is_new(self, whose: str, what: RuleKey | str) -> bool:
        """Whether something is counted for the first time."""
        ...
