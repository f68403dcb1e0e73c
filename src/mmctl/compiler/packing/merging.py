"""Groups are merged as long as two can be one, each step with a license.

Neighbors first, then those that are farther apart: what is merged near by moves little.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mmctl.compiler.packing.grouping import joined
from mmctl.compiler.packing.ordering import Sides, doubles
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.compiler.packing.grouping import RuleGroup
    from mmctl.compiler.packing.licenses import Licenses
    from mmctl.compiler.packing.ordering import Ordering


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Two groups that could be one, and the rules that keep them apart."""

    one: RuleGroup
    other: RuleGroup
    pinned: tuple[int, ...]
    """Rules above, between and below; or two that may both apply to one message."""


class Merging:
    """The groups of one rule set, in an order that does the same as the files."""

    def __init__(
        self,
        groups: Sequence[RuleGroup],
        ordering: Ordering,
        licenses: Licenses,
        *,
        doubles_ignored: bool,
    ) -> None:
        self.groups = list(groups)
        self.ordering = ordering
        self._licenses = licenses
        self._doubles_ignored = doubles_ignored
        self.units: tuple[RuleGroup, ...] = ()
        """The groups before anything was moved: neighbors are merged."""
        self.apart: dict[tuple[int, int], Apart] = {}
        """By the first rules of both groups."""

    def merge(self, *, guarded: bool = False) -> None:
        """Merge until nothing more can be merged; with guards where these help, if asked."""
        self._neighbors()
        self.units = self.units or tuple(self.groups)
        while self._round(guarded=guarded):
            pass

    def _neighbors(self) -> None:
        """Merge groups that are next to each other: nothing moves."""
        kept: list[RuleGroup] = []
        for group in self.groups:
            one = self._one(kept[-1], group) if kept else None
            if one is None:
                kept.append(group)
            else:
                kept[-1] = one
        self.groups = kept

    def _round(self, *, guarded: bool) -> bool:
        """Merge what can be merged now; whether anything was."""
        self.apart.clear()
        done = False
        places = self._places()
        for one, other in self._candidates():
            if id(one) not in places or id(other) not in places:
                continue
            if self._moved_together(one, other, places, guarded=guarded):
                done, places = True, self._places()
        return done

    def _places(self) -> dict[int, int]:
        """Where each group is, by its identity: comparing groups takes long."""
        return {id(group): at for at, group in enumerate(self.groups)}

    def _candidates(self) -> Iterator[tuple[RuleGroup, RuleGroup]]:
        """Pairs that do the same: those that are nearest to each other first."""
        alike: dict[object, list[int]] = defaultdict(list)
        for at, group in enumerate(self.groups):
            if not group.alone:
                alike[group.form.acts].append(at)
        pairs = [
            (lower - upper, upper, lower)
            for places in alike.values()
            for number, lower in enumerate(places)
            for upper in places[:number]
            if joined(self.groups[upper], self.groups[lower]) is not None
        ]
        groups = list(self.groups)
        return ((groups[upper], groups[lower]) for _, upper, lower in sorted(pairs))

    def _moved_together(
        self, one: RuleGroup, other: RuleGroup, places: Mapping[int, int], *, guarded: bool
    ) -> bool:
        merged = self._one(one, other)
        if merged is None:
            return False
        upper, lower = sorted((places[id(one)], places[id(other)]))
        sides = self.ordering.between(self.groups, upper, lower, guarded=guarded)
        if not isinstance(sides, Sides):
            self._note(one, other, sides)
            return False
        self.groups[upper : lower + 1] = [*sides.before, merged, *sides.after]
        return True

    def _one(self, one: RuleGroup, other: RuleGroup) -> RuleGroup | None:
        merged = joined(one, other)
        if merged is None or self._doubles_ignored:
            return merged
        twice = doubles(one, other, self._licenses)
        if twice is None:
            return merged
        self._note(one, other, twice)
        return None

    def _note(self, one: RuleGroup, other: RuleGroup, rules: tuple[int, ...]) -> None:
        key = min(one.first, other.first), max(one.first, other.first)
        self.apart[key] = Apart(one=one, other=other, pinned=rules)
