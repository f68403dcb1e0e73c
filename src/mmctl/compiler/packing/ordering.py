"""The order of groups of rules: which must stay before which, and where two can be one.

A pair of rules is asked about when that first matters; most pairs never are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.compiler.packing.grouping import ends
from mmctl.compiler.packing.guards import guard_for
from mmctl.language.project import OnOverlap

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mmctl.compiler.packing.grouping import RuleGroup
    from mmctl.compiler.packing.licenses import Licenses
    from mmctl.language.project import LogicalRule, LogicalRuleSet


class Sides(NamedTuple):
    """Where the groups between two go when these become one."""

    before: list[RuleGroup]
    after: list[RuleGroup]


class Ordering:
    """Which of the rules of one rule set may pass each other."""

    def __init__(
        self,
        rule_set: LogicalRuleSet,
        rules: Sequence[LogicalRule],
        licenses: Licenses,
    ) -> None:
        self._licenses = licenses
        self._rules = rules
        free = {each.name for each in rule_set.phases if each.on_overlap is OnOverlap.ANY}
        self._free_phase = [rule.phase if rule.phase in free else None for rule in rules]
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, int] | None] = {}

    def pinned(self, above: RuleGroup, below: RuleGroup) -> tuple[int, int] | None:
        """Two rules, one of each group, that must not change places; None: all may."""
        if ends(above.form) and above.form.acts == below.form.acts:
            return None
        key = (above.places, below.places)
        if key not in self._known:
            self._known[key] = self._first_pinned(above.places, below.places)
        return self._known[key]

    def _first_pinned(
        self, above: Collection[int], below: Collection[int]
    ) -> tuple[int, int] | None:
        return next(
            ((one, other) for one in above for other in below if not self.may_swap(one, other)),
            None,
        )

    def may_swap(self, one: int, other: int) -> bool:
        """Whether two rules may change places."""
        phase = self._free_phase[one]
        if phase is not None and phase == self._free_phase[other]:
            return True
        return self._licenses.may_swap(one, other)

    def between(
        self, groups: Sequence[RuleGroup], one: int, other: int, *, guarded: bool = False
    ) -> Sides | tuple[int, int, int]:
        """The groups between two that would be one, in those before it and those after it.

        `guarded`: some of them may have to leave mail to the one above. Where the two cannot be
        one, three rules: what is pinned above, between and below.
        """
        upper, lower = groups[one], groups[other]
        middle = groups[one + 1 : other]
        holding = [each for each in middle if self.pinned(each, lower) is not None]
        if not holding:
            return Sides([], [*middle])
        sides = Sides([], [])
        for each in middle:
            held = self.pinned(upper, each) is not None
            leaving = guard_for(upper, each) if held and guarded and each in holding else None
            if leaving is not None:
                held = False
            if held or any(self.pinned(above, each) is not None for above in sides.after):
                sides.after.append(each)
                if each in holding:
                    return self._why(upper, each, lower)
            else:
                sides.before.append(leaving or each)
        return sides

    def _why(self, upper: RuleGroup, middle: RuleGroup, lower: RuleGroup) -> tuple[int, int, int]:
        """Of the rule above, the one between and the one below one that shows it, if directly."""
        above, below = self.pinned(upper, middle), self.pinned(middle, lower)
        assert below is not None  # noqa: S101 - the lower one is held
        return (above[0] if above else upper.places[0], below[0], below[1])


def doubles(one: RuleGroup, other: RuleGroup, licenses: Licenses) -> tuple[int, int] | None:
    """Two rules of two groups that may apply to one message, which would then do once what they do.

    None: there are none, or whoever was in one group never comes to the other.
    """
    if ends(one.form):
        return None
    return next(
        (
            (mine, theirs)
            for mine in one.places
            for theirs in other.places
            if not licenses.never_together(mine, theirs)
        ),
        None,
    )
