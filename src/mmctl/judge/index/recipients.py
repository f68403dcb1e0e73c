"""What recipients' addresses mean for the conditions that look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.index.entries import Meaning, RememberedRecipient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.entries import Other, Remembered
    from mmctl.judge.index.fields import Learning
    from mmctl.judge.submission import Submission


class Recipients:
    """Every address that was met lately, and what it means."""

    __slots__ = ("_context", "_fields", "_flip", "known", "slots")

    def __init__(self, context: Context, fields: Sequence[Learning]) -> None:
        """The fields are those that the recipient decides alone."""
        self._context = context
        self._fields = tuple(fields)
        self.known: dict[str, RememberedRecipient] = {}
        self.slots = 0
        self._flip = 0
        for each in fields:
            self.slots |= each.slots
            self._flip |= each.flip

    def learn(self, recipient: str, submission: Submission) -> RememberedRecipient:
        """Find out what an address means."""
        entries = [each.learn(recipient, submission, recipient) for each in self._fields]
        variants = {other.variant for entry in entries for other in entry.others}
        entry = RememberedRecipient(
            self._meaning(entries),
            {
                variant: self._meaning([_under(entry, variant) for entry in entries])
                for variant in variants
            },
            tuple(assumed for entry in entries for assumed in entry.assumed),
        )
        if len(self.known) >= self._context.at_most:
            self.known.clear()
        self.known[recipient] = entry
        return entry

    def _meaning(self, entries: Sequence[Remembered | Other]) -> Meaning:
        layout = self._context.layout
        hits = unknown = 0
        for entry in entries:
            hits |= entry.hits
            unknown |= entry.unknown
        false = self.slots & ~((hits ^ self._flip) | unknown)
        return Meaning(
            layout.columns & ~layout.columns_of(false), unknown, layout.columns_of(unknown)
        )


def _under(entry: Remembered, variant: int) -> Remembered | Other:
    return next((other for other in entry.others if other.variant == variant), entry)
