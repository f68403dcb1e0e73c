"""What recipients' addresses mean for the conditions that look at them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from mmctl.judge.index.entries import Meaning, Other
from mmctl.judge.index.share import remembered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.fields import Learning
    from mmctl.judge.submission import Submission


class Recipients:
    """Every address that was met lately, and what it means."""

    __slots__ = ("_context", "_fields", "known", "slots")

    def __init__(self, context: Context, fields: Sequence[Learning]) -> None:
        """The fields are those that the recipient decides alone."""
        self._context = context
        self._fields = tuple(fields)
        self.known: dict[str, Remembered] = {}
        self.slots = reduce(or_, (each.share.slots for each in fields), 0)

    def learn(self, recipient: str, submission: Submission) -> Remembered:
        """Find out what an address means."""
        entries = [each.learn(recipient, submission, recipient) for each in self._fields]
        if len(entries) == 1:
            entry = entries[0]
        else:
            entry = remembered(
                self._context.layout,
                self._together([each.meaning for each in entries]),
                self._others(entries),
                recipient,
            )
        if len(self.known) >= self._context.at_most:
            self.known.clear()
        self.known[recipient] = entry
        return entry

    def _others(self, entries: Sequence[Remembered]) -> tuple[Other, ...]:
        """What several fields mean under other readings."""
        differing: dict[int, int] = {}
        for entry in entries:
            for other in entry.others:
                differing[other.variant] = differing.get(other.variant, 0) | other.differing
        return tuple(
            Other(number, self._together([each.under(number) for each in entries]), columns)
            for number, columns in differing.items()
        )

    def _together(self, meanings: Sequence[Meaning]) -> Meaning:
        """What several fields mean together."""
        fitting = changeable = self._context.layout.columns
        unknown = unknown_columns = 0
        for each in meanings:
            fitting &= each.fitting
            changeable &= each.changeable
            unknown |= each.unknown
            unknown_columns |= each.unknown_columns
        return Meaning(fitting, unknown, unknown_columns, changeable)
