"""Pieces of long logical rules: live rules that hold some of a rule's values each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.spots import CONDITIONS, covers, says_the_same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.live.compare.spots import Form


def passed(old: int, order: Sequence[int], form_of: Mapping[int, Form]) -> bool:
    """Whether a live rule came to the other side of one with other actions."""
    return any(
        (other < old) is not (order.index(other) < order.index(old))
        and form_of[other].get("Actions") != form_of[old].get("Actions")
        for other in order
    )


def is_more_than_values(before: Form, after: Form, rules: Sequence[Form]) -> bool:
    """Whether a piece of rules changed in more than the values that are its own."""
    if before.get("Actions") != after.get("Actions"):
        return True
    for part in CONDITIONS:
        old, new = before.get(part, []), after.get(part, [])
        if len(old) != len(new) or any(not covers(*each) for each in zip(old, new, strict=True)):
            return True
        for was, is_now in zip(old, new, strict=True):
            common = any(says_the_same(was, each) for rule in rules for each in rule.get(part, ()))
            if common and was != is_now:
                return True
    return False
