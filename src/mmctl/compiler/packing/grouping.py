"""Rules in groups: each group becomes one live rule, or a few if its lists are long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.compiler.packing.forms import Dimension, RuleForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules that are done by the same live rules."""

    form: RuleForm
    places: tuple[int, ...]
    """Of the logical rules, in file order."""
    alone: bool = False
    """Whether nothing may be added: its hits are counted on their own, or it only marks mail."""

    guards: tuple[Dimension, ...] = ()
    """What its rules must not apply to: mail of rules that were above, and are below now."""

    @property
    def first(self) -> int:
        """The place of its first rule."""
        return self.places[0]


def ends(form: RuleForm) -> bool:
    """Whether mail for which it applies never comes to a later rule."""
    return any(action.drop is not None for action in form.actions)


def joined(one: RuleGroup, other: RuleGroup) -> RuleGroup | None:
    """One group of two, if one box of values holds both and nothing else."""
    if one.alone or other.alone or one.guards != other.guards:
        return None
    form = one.form.merged(other.form)
    if form is None and one.form.is_within(other.form):
        form = other.form
    if form is None and other.form.is_within(one.form):
        form = one.form
    if form is None:
        return None
    places = tuple(sorted({*one.places, *other.places}))
    return RuleGroup(form=form, places=places, guards=one.guards)
