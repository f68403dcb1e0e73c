"""One message, as the conditions of a gateway see it under one choice of readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.index.entries import Sight

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from mmctl.judge.index.compiling import MessageField
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.layout import Layout
    from mmctl.judge.index.recipients import Recipients
    from mmctl.judge.submission import Submission


class Look:
    """What the fields of a message mean together."""

    __slots__ = (
        "_changeable",
        "_entries",
        "_fields",
        "_fitting",
        "_layout",
        "_possible",
        "_recipients",
        "_unknown",
        "_unknown_columns",
        "_variant",
        "of_recipients",
        "others",
        "submission",
        "too_large",
    )

    def __init__(
        self,
        layout: Layout,
        fields: Sequence[MessageField],
        recipients: Recipients,
        submission: Submission,
        entries: Sequence[Remembered | None],
        possible: int,
        too_large: int,
        variant: int | None = None,
    ) -> None:
        """What was found of the fields, of which those without an entry exclude no rule.

        `possible` are the columns that others leave under some choice of readings; `too_large` is
        the bit that says so, or nothing.
        """
        self._layout = layout
        self._fields = fields
        self._recipients = recipients
        self.submission = submission
        self._entries = entries
        self._possible = possible
        self.too_large = too_large
        self._variant = variant
        self.others: set[int] = set()
        """The variants under which a field, or an address, means something else."""
        self.of_recipients: set[int] = set()
        """Those under which an address does."""
        fitting = changeable = layout.columns & possible
        unknown = unknown_columns = 0
        for entry in entries:
            if entry is None:
                continue
            meaning = entry.under(variant)
            fitting &= meaning.fitting
            changeable &= meaning.changeable
            unknown |= meaning.unknown
            unknown_columns |= meaning.unknown_columns
            if entry.others and variant is None:
                self.others.update(self._differing(entry))
        self._fitting = fitting
        self._changeable = changeable
        self._unknown = unknown
        self._unknown_columns = unknown_columns

    def _differing(self, entry: Remembered) -> set[int]:
        """The variants under which a value makes a difference to the message."""
        possible = self._possible
        return {other.variant for other in entry.others if other.differing & possible}

    def sight(self, place: int, recipient: str) -> Sight:
        """What conditions answer about a recipient, or about another address in its place."""
        entry = self._recipients.known.get(recipient)
        if entry is None:
            entry = self._recipients.learn(recipient, self.submission)
        if entry.others and (found := self._differing(entry)):
            self.others |= found
            self.of_recipients |= found
        meaning = entry.under(self._variant)
        fitting = meaning.fitting & self._fitting
        unknown_columns = meaning.unknown_columns | self._unknown_columns
        if not unknown_columns:
            return Sight(place, recipient, fitting | self.too_large, 0, 0)
        maybe = fitting & unknown_columns
        unknown = (meaning.unknown | self._unknown) & self._layout.every_row(maybe)
        return Sight(place, recipient, (fitting ^ maybe) | self.too_large, maybe, unknown)

    def shows(self, other: Look) -> bool:
        """Whether the fields of the message leave the same rules, and nothing is unknown."""
        return not (self._unknown or other._unknown) and self._fitting == other._fitting

    def without(self, slots: int, recipient: str) -> tuple[int, int]:
        """The columns that would fit if headers were added, and their unknown slots but some."""
        entry = self._recipients.known.get(recipient)
        if entry is None:
            entry = self._recipients.learn(recipient, self.submission)
        meaning = entry.under(self._variant)
        fitting = meaning.changeable & self._changeable
        return fitting, (meaning.unknown | self._unknown) & self._layout.every_row(fitting) & ~slots

    def states(self, slots: int, recipient: str) -> tuple[Hashable, ...]:
        """The values of all fields with some of the slots."""
        states = [
            entry.state
            for each, entry in zip(self._fields, self._entries, strict=True)
            if entry is not None and each.meaning.share.slots & slots
        ]
        return (*states, recipient) if self._recipients.slots & slots else tuple(states)

    def under(self, variant: int) -> Look:
        """The same message under another reading."""
        return Look(
            self._layout,
            self._fields,
            self._recipients,
            self.submission,
            self._entries,
            self._possible,
            self.too_large,
            variant,
        )
