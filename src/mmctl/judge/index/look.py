"""One message, as the conditions of a gateway see it under one choice of readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.index.entries import Sight

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from mmctl.judge.index.compiling import MessageField
    from mmctl.judge.index.entries import Other, Remembered
    from mmctl.judge.index.layout import Layout
    from mmctl.judge.index.recipients import Recipients
    from mmctl.judge.submission import Submission


class Look:
    """What the fields of a message mean together."""

    __slots__ = (
        "_entries",
        "_false",
        "_fields",
        "_fitting",
        "_layout",
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
        entries: Sequence[Remembered],
        false: int,
        unknown: int,
        too_large: int,
        variant: int | None,
    ) -> None:
        """What is false and unknown, in slots; `too_large` is the bit that says so, or nothing."""
        self._layout = layout
        self._fields = fields
        self._recipients = recipients
        self.submission = submission
        self._entries = entries
        self._false = false
        self._unknown = unknown
        self.too_large = too_large
        self._variant = variant
        self.others: dict[int, list[tuple[int, Other]]] = {}
        """By variants, the fields that mean something else for the message, or for an address."""
        self.of_recipients: set[int] = set()
        """The variants under which an address means something else."""
        self._fitting = layout.columns & ~layout.columns_of(false)
        self._unknown_columns = layout.columns_of(unknown) if unknown else 0

    def sight(self, place: int, recipient: str) -> Sight:
        """What conditions answer about a recipient, or about another address in its place."""
        entry = self._recipients.known.get(recipient)
        if entry is None:
            entry = self._recipients.learn(recipient, self.submission)
        if entry.others:
            for number in entry.others:
                self.others.setdefault(number, [])
            self.of_recipients.update(entry.others)
        fitting, unknown, unknown_columns = (
            entry[0] if self._variant is None else entry.under(self._variant)
        )
        fitting &= self._fitting
        unknown_columns |= self._unknown_columns
        if not unknown_columns:
            return Sight(place, recipient, fitting | self.too_large, 0, 0)
        maybe = fitting & unknown_columns
        unknown = (unknown | self._unknown) & self._layout.every_row(maybe)
        return Sight(place, recipient, (fitting ^ maybe) | self.too_large, maybe, unknown)

    def shows(self, other: Look) -> bool:
        """Whether the fields of the message leave the same rules, and nothing is unknown."""
        return not (self._unknown or other._unknown) and self._fitting == other._fitting

    def without(self, slots: int, recipient: str) -> tuple[int, int]:
        """The columns in which nothing else than some slots is false, and their unknown slots."""
        entry = self._recipients.known.get(recipient)
        if entry is None:
            entry = self._recipients.learn(recipient, self.submission)
        fitting, unknown, _ = entry.under(self._variant)
        fitting &= ~self._layout.columns_of(self._false & ~slots)
        return fitting, (unknown | self._unknown) & self._layout.every_row(fitting) & ~slots

    def states(self, slots: int, recipient: str) -> tuple[Hashable, ...]:
        """The values of all fields with some of the slots."""
        states = [
            entry.state
            for each, entry in zip(self._fields, self._entries, strict=True)
            if each.meaning.slots & slots
        ]
        return (*states, recipient) if self._recipients.slots & slots else tuple(states)

    def under(self, variant: int, changed: Sequence[tuple[int, Other]]) -> Look:
        """The same message under another reading, with the fields that then mean something else."""
        false, unknown = self._false, self._unknown
        for place, other in changed:
            field = self._fields[place].meaning
            false &= ~field.slots
            false |= field.slots & ~((other.hits ^ field.flip) | other.unknown)
            unknown = unknown & ~field.slots | other.unknown
        return Look(
            self._layout,
            self._fields,
            self._recipients,
            self.submission,
            self._entries,
            false,
            unknown,
            self.too_large,
            variant,
        )
