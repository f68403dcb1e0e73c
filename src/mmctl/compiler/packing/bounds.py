"""Below which numbers no packing gets, whatever the order of the rules.

A live rule does one list of actions, for one shape of conditions; what no address list holds takes
a live rule for every ten values. Actions are not taken apart, and conditions stay as written.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from typing import TYPE_CHECKING

from mmctl.compiler.packing.forms import RuleForm, widening
from mmctl.compiler.packing.packed import ActionBound, Bounds
from mmctl.compiler.packing.redundant import covers
from mmctl.model.actions import row_of
from mmctl.model.quotas import VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.packing.grouping import RuleGroup
    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings


def bounds_of(
    groups: Sequence[RuleGroup], rules: Sequence[LogicalRule], readings: Readings
) -> Bounds:
    """What the rules, each in a group of its own, cost at least."""
    by_acts: dict[object, list[RuleGroup]] = defaultdict(list)
    for group in groups:
        by_acts[group.form.acts].append(group)
    return Bounds(
        by_actions=tuple(
            ActionBound(
                actions=several[0].form.actions,
                stop=several[0].form.stop,
                rules=tuple(rules[group.first] for group in several),
                least=_least(several, readings),
                handed_on=sum(row_of(action).handed_on for action in several[0].form.actions),
            )
            for several in by_acts.values()
        )
    )


def _least(groups: Sequence[RuleGroup], readings: Readings) -> int:
    """How many live rules it takes for rules that do the same."""
    alone = [group for group in groups if group.alone]
    others = [group for group in groups if not group.alone]
    of_shape: dict[object, list[RuleGroup]] = defaultdict(list)
    for group in others:
        of_shape[group.form.shape].append(group)
    widest = [_widest(several) for several in of_shape.values()]
    needed = (
        [group for group in several if not _is_covered(group, widest)]
        for several in of_shape.values()
    )
    least = sum(_of_shape(several, readings) for several in needed if several)
    return len(alone) + max(least, 1 if others else 0)


def _widest(groups: Sequence[RuleGroup]) -> RuleForm:
    """What groups of one shape may become when they are merged."""
    return reduce(RuleForm.widened, (group.form for group in groups))


def _is_covered(group: RuleGroup, widest: Sequence[RuleForm]) -> bool:
    """Whether rules of another shape, merged, may do its work too."""
    return any(group.form.shape != form.shape and group.form.is_within(form) for form in widest)


def _of_shape(groups: Sequence[RuleGroup], readings: Readings) -> int:
    """How many live rules of one shape the values take, as each holds ten of them at most."""
    form = _widest(groups)
    counts = [
        -(-len({*covers(each, readings).values()}) // VALUES.most)
        for each in widening(form)
        if not each.listed
    ]
    return max(counts, default=1)
