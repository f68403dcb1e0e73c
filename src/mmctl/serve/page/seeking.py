"""What a person looks for in the list: words and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.serve.page.rows import MailRow

LONGEST_WORDS: Final = 1000
"""Characters of a search that count."""
_MOST_VALUES: Final = 50
_NUMBER: Final = Pattern("[0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Words that must all occur; of each filter, one of the values."""

    words: tuple[str, ...] = ()
    outcomes: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()
    before: int | None = None
    """Rows that were added later are not shown; None: all are."""

    @property
    def everything(self) -> bool:
        """Whether every row fits."""
        return not (self.words or self.outcomes or self.states or self.rules or self.points)

    def fits(self, row: MailRow) -> bool:
        """Whether a row is looked for."""
        return (
            all(word in row.sought for word in self.words)
            and (not self.points or row.point in self.points)
            and (not self.outcomes or not self.outcomes.isdisjoint(row.outcomes))
            and (not self.rules or not self.rules.isdisjoint(row.rules))
            and (not self.states or not self.states.isdisjoint(row.states))
        )

    @classmethod
    def of(cls, asked: Mapping[str, Sequence[str]]) -> Sought:
        """What the query of a URL looks for."""

        def values(name: str) -> frozenset[str]:
            return frozenset(asked.get(name, ())[:_MOST_VALUES])

        words = " ".join(asked.get("q", ()))[:LONGEST_WORDS].lower().split()
        before = "".join(asked.get("before", ())[:1])
        return cls(
            words=tuple(words),
            outcomes=values("outcome"),
            states=values("state"),
            rules=values("rule"),
            points=values("point"),
            before=int(before) if _NUMBER.fullmatch(before) else None,
        )
