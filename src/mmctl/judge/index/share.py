"""The slots of one field, and from the answers about it to what is remembered of its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.index.entries import Meaning, Other, Remembered
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.entries import Assumed
    from mmctl.judge.index.layout import Layout


@dataclass(slots=True)
class Share:
    """What one field has of all slots.

    Answers are *hits*: the slots that are true, except that those to flip are the other way round.
    """

    context: Context
    slots: int
    flip: int
    columns: int = field(init=False)
    """The columns with a condition on the field."""
    _layout: Layout = field(init=False)
    _none_hit: int = field(init=False)
    """The slots that are false if there is no hit."""
    _added: int = field(init=False)
    """The slots of conditions that read headers which rules add."""

    def __post_init__(self) -> None:
        """Compute what is used for every value."""
        self._layout = self.context.layout
        self.columns = self._layout.columns_of(self.slots)
        self._none_hit = self.slots ^ self.flip
        self._added = self.context.entangled.reading & self.slots

    def meaning(self, hits: int, unknown: int = 0) -> Meaning:
        """What hits mean for the columns; unknown slots are neither."""
        layout, false = self._layout, self._none_hit ^ hits
        if unknown:
            false &= ~unknown
        fitting = layout.columns & ~layout.columns_of(false)
        changeable = fitting
        if self._added:
            changeable = layout.columns & ~layout.columns_of(false & ~self._added)
        return Meaning(fitting, unknown, unknown and layout.columns_of(unknown), changeable)

    def other(self, variant: int, hits: int, before: int) -> Other:
        """What another reading makes of a value; hits before and now, nothing unknown."""
        differing = self._layout.columns_of(hits ^ before)
        return Other(variant, self.meaning(hits), differing)

    def entry(self, hits: int, others: tuple[Other, ...], state: Hashable) -> Remembered:
        """What is remembered of a value about which nothing is unknown."""
        return remembered(self._layout, self.meaning(hits), others, state)


def remembered(
    layout: Layout,
    meaning: Meaning,
    others: tuple[Other, ...],
    state: Hashable,
    assumed: Iterable[Assumed] = (),
) -> Remembered:
    """What is remembered of a value."""
    possible = meaning.changeable | layout.always
    for other in others:
        possible |= other.meaning.changeable
    return Remembered(
        meaning,
        possible,
        meaning.fitting,
        meaning.unknown_columns,
        others,
        state,
        tuple(assumed),
    )
