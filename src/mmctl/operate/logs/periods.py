"""What live rules held at different times: each apply may have packed the rules differently."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Protocol

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mmctl.operate.logs.packed import PackedRules

MOST_READ = 50
"""So many applies are looked at; before them, rules are named as the log does."""


class PackedAt(Protocol):
    """Knows the packed rule sets of any time."""

    def at(self, when: datetime) -> tuple[PackedRules, ...]:
        """The packed rule sets that were live at a time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedNow:
    """The packed rule sets of the files, at any time: there is no history."""

    packed: tuple[PackedRules, ...] = ()

    def at(self, when: datetime) -> tuple[PackedRules, ...]:  # noqa: ARG002 - as the protocol has it
        """The packed rule sets of the files."""
        return self.packed


@dataclass(slots=True, kw_only=True)
class PackedInHistory:
    """The packed rule sets that applies made live, each read when it is asked for."""

    times: Sequence[datetime]
    """When applies began, the oldest first."""
    read: Callable[[int], tuple[PackedRules, ...] | None]
    """What the apply of a place made live; None: it cannot be read."""
    before: tuple[PackedRules, ...] = ()
    """What is taken for times before the first, and where nothing can be read."""
    known: dict[int, tuple[PackedRules, ...]] = field(default_factory=dict)

    def at(self, when: datetime) -> tuple[PackedRules, ...]:
        """What the last apply before a time made live."""
        place = bisect_right(self.times, when) - 1
        if place < 0:
            return self.before
        if place not in self.known:
            found = self.read(place)
            self.known[place] = self.before if found is None else found
        return self.known[place]
