"""What is remembered of one value of a field: which columns it leaves, here and elsewhere.

Values only. Plain numbers and tuples, because many are kept and looked at for each message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mmctl.judge.answers import MissingFact

Assumed: TypeAlias = "tuple[int, int, MissingFact, str]"
"""Column and row in which a fact is asked for first, the fact, and what it is assumed to be."""


class Meaning(NamedTuple):
    """What a value means under one choice of readings."""

    fitting: int
    """The columns with no condition that is false."""
    unknown: int
    """The unknown slots."""
    unknown_columns: int
    """The columns of unknown slots."""
    changeable: int
    """The columns that would fit if what rules add to headers made their conditions true."""


class Other(NamedTuple):
    """What a value means under another choice of a reading."""

    variant: int
    meaning: Meaning
    differing: int
    """The columns in which it makes a difference."""


class Remembered(NamedTuple):
    """What a value of a field means, or the address of a recipient for all fields together."""

    meaning: Meaning
    possible: int
    """The columns that fit under some choice of readings, or if a header is added."""
    fitting: int
    """As in the meaning."""
    unknown_columns: int
    """As in the meaning."""
    others: tuple[Other, ...]
    """The choices of readings under which an answer differs, or is unknown for other reasons."""
    state: Hashable
    """The value."""
    assumed: tuple[Assumed, ...] = ()

    def under(self, variant: int | None) -> Meaning:
        """What the value means under another choice of a reading."""
        for other in self.others:
            if other.variant == variant:
                return other.meaning
        return self.meaning


class Sight(NamedTuple):
    """Which rules and statements apply to one recipient of a message, and which may."""

    place: int
    """Which of the envelope's recipients it is."""
    recipient: str
    applying: int
    """The columns whose conditions are all true; the bit after them: the message is too large."""
    maybe: int
    """The columns with unknown conditions, and none that is false."""
    unknown: int
    """The unknown slots of these."""
