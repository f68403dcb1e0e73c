"""Guards: a rule lets pass what a rule above takes anyway, so that the one above can move below.

Mail of a rule that ends it never comes to the rules below: each of these may say so under `unless`,
and then it does not matter which of the two is first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.packing.forms import CONDITIONS, UNLESS, needs_list
from mmctl.compiler.packing.grouping import ends
from mmctl.model.quotas import RULE_EXCEPTIONS, VALUES
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.compiler.packing.forms import Dimension
    from mmctl.compiler.packing.grouping import RuleGroup


def guard_for(above: RuleGroup, below: RuleGroup) -> RuleGroup | None:
    """The group below without the mail of the one above; None: that cannot be said, or not here."""
    if not ends(above.form) or above.guards or len(above.form.box) != 1 or below.alone:
        return None
    if max(above.places) > min(below.places):
        return None
    (guard,) = above.form.box
    if guard.key.role != CONDITIONS or not _fits(guard):
        return None
    if guard in below.guards:
        return below
    taken = sum(_slots(each) for each in below.form.box if each.key.role == UNLESS)
    if taken + sum(map(_slots, (*below.guards, guard))) > RULE_EXCEPTIONS.most:
        return None
    return replace(below, guards=(*below.guards, guard))


def _fits(guard: Dimension) -> bool:
    """Whether conditions under `unless`, of which any may hold, say it."""
    return needs_list(guard) or guard.widens or len(guard.values) <= VALUES.most


def _slots(dimension: Dimension) -> int:
    """How many conditions it takes."""
    return 1 if needs_list(dimension) else max(1, -(-len(dimension.values) // VALUES.most))
