"""The pairs of rules that pin the order, each with a message that shows why it matters."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mmctl.model.conditions import operand_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.compiler.packing.licenses import Licenses, PinnedPair
    from mmctl.compiler.packing.packed import Obstacle, PackedRule, Packing
    from mmctl.language.project import LogicalRule

SHOWN: Final = 5
"""So many pairs are shown where nobody asks for more."""
ALL: Final = 25
"""So many are asked about at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPin:
    """Two logical rules that must not change places, and the live rules that they keep apart."""

    above: LogicalRule
    below: LogicalRule
    one: PackedRule
    other: PackedRule
    """Two live rules that would be one, if the pair could change places."""
    apart: int
    """How many pairs of live rules it keeps apart."""
    pin: PinnedPair | None = None
    """None: undecided, which is no license either."""
    kept: KeptMessage | None = None

    @property
    def described(self) -> tuple[str, str] | None:
        """What becomes of a message as written and swapped."""
        return None if self.pin is None else self.pin.described


def pinned_pairs(
    packing: Packing, logical: Sequence[LogicalRule], licenses: Callable[[], Licenses]
) -> list[OrderPin]:
    """The pairs that keep live rules apart, those that keep most apart first.

    `licenses` are those of the logical rules; they are made where packing kept no pairs.
    """
    places = {rule.name: place for place, rule in enumerate(logical)}
    apart: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], tuple[PackedRule, PackedRule]] = {}
    for each in packing.obstacles:
        pair = _pair(each, places)
        if pair is not None:
            apart[pair] += 1
            first.setdefault(pair, (each.one, each.other))
    if not apart and not packing.fits:
        for one, other, pair in _in_the_way(packing, places, licenses()):
            apart[pair] += 1
            first.setdefault(pair, (one, other))
    return [
        OrderPin(
            above=logical[above],
            below=logical[below],
            one=first[above, below][0],
            other=first[above, below][1],
            apart=apart[above, below],
        )
        for above, below in sorted(apart, key=lambda pair: (-apart[pair], pair))
    ]


def _in_the_way(
    packing: Packing, places: Mapping[str, int], licenses: Licenses
) -> Iterator[tuple[PackedRule, PackedRule, tuple[int, int]]]:
    """Live rules that do the same to the same fields, and the first rule that one cannot pass."""
    alike: dict[tuple[object, ...], list[PackedRule]] = {}
    for each in packing.rules:
        looks = frozenset(operand_of(condition) for condition in each.rule.conditions)
        alike.setdefault((each.rule.actions, each.rule.stop, looks), []).append(each)
    for same in alike.values():
        for one, other in pairwise(same):
            pair = _first_pinned(one, other, places, licenses)
            if pair is not None:
                yield one, other, pair


def _first_pinned(
    one: PackedRule, other: PackedRule, places: Mapping[str, int], licenses: Licenses
) -> tuple[int, int] | None:
    """The first rule between two live rules that a rule of the lower one cannot pass."""
    above = {places[rule.name] for rule in one.sources}
    for moved in sorted(places[rule.name] for rule in other.sources):
        for between in range(max(above) + 1, moved):
            if not licenses.may_swap(between, moved):
                return between, moved
    return None


def _pair(obstacle: Obstacle, places: Mapping[str, int]) -> tuple[int, int] | None:
    """The places of the two rules, the one above first; None: no pair of rules is in the way."""
    if obstacle.between is None or obstacle.pinned is None:
        return None
    one, other = places.get(obstacle.between.name), places.get(obstacle.pinned.name)
    if one is None or other is None or one == other:
        return None
    return (one, other) if one < other else (other, one)
