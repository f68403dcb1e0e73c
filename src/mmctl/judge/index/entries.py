"""What is remembered of one value of a field: which slots it makes true, here and elsewhere.

Values only. Plain numbers and tuples, because many are kept and looked at for each message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from mmctl.judge.answers import MissingFact

Assumed: TypeAlias = "tuple[int, int, MissingFact, str]"
"""Column and row in which a fact is asked for first, the fact, and what it is assumed to be."""


class Other(NamedTuple):
    """What a value means under another choice of a reading."""

    variant: int
    hits: int
    unknown: int


class Remembered(NamedTuple):
    """What a value means for the slots of its field."""

    hits: int
    """The slots that are true, except that those to flip are the other way round."""
    unknown: int
    others: tuple[Other, ...]
    """The choices of readings under which an answer differs, or is unknown for other reasons."""
    state: Hashable
    """The value."""
    assumed: tuple[Assumed, ...] = ()


class Meaning(NamedTuple):
    """What a recipient's address means under one choice of readings."""

    fitting: int
    """The columns with no condition that is false for it."""
    unknown: int
    unknown_columns: int
    """The columns of unknown slots."""


class RememberedRecipient(NamedTuple):
    """What a recipient's address means."""

    meaning: Meaning
    others: Mapping[int, Meaning]
    """By the number of the variant."""
    assumed: tuple[Assumed, ...]

    def under(self, variant: int | None) -> Meaning:
        """What it means under another choice of a reading."""
        return self.meaning if variant is None else self.others.get(variant, self.meaning)


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
