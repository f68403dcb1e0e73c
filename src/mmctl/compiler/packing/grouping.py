"""Rules → groups of which each becomes one live rule, or a few: which rules are merged.

Nothing is merged or moved without a license.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.compiler.packing.forms import RuleForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules that are done by the same live rules."""

    form: RuleForm
    places: tuple[int, ...]
    """Of the logical rules, in file order."""


def neighbors_merged(groups: Sequence[RuleGroup], may_double: bool) -> list[RuleGroup]:
    """Merge groups that are next to each other and differ in one list."""
    merged: list[RuleGroup] = []
    for group in groups:
        last = merged[-1] if merged else None
        form = last.form.merged(group.form) if last is not None else None
        if last is None or form is None or not (may_double or ends(form)):
            merged.append(group)
        else:
            places = tuple(sorted((*last.places, *group.places)))
            merged[-1] = RuleGroup(form=form, places=places)
    return merged


def ends(form: RuleForm) -> bool:
    """Whether mail for which it applies never comes to a later rule."""
    return any(action.drop is not None for action in form.actions)
