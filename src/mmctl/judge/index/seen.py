"""What the recipients and the fields of one message mean, looked up where it can matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from mmctl.judge.index.compiling import MessageField
    from mmctl.judge.index.context import Context
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.recipients import Recipients
    from mmctl.judge.submission import Submission


class SeenValue(NamedTuple):
    """One message."""

    addressed: Sequence[Remembered]
    """Of each recipient."""
    entries: Sequence[Remembered | None]
    """Of each field; None: all rules with a condition on it are excluded, by others or roughly."""
    possible: int
    """The columns that may apply to somebody under some choice of readings."""
    fitting: int
    """The columns with no condition that is false for the message."""
    unknown: int
    """The columns with unknown conditions."""
    changed: Sequence[Remembered]
    """The entries of both that mean something else under other readings."""


class Seeing:
    """Looks at messages: first at recipients, then field by field at what these leave.

    What takes long is looked at roughly first, and closely once all others have been looked at.
    """

    __slots__ = ("_addresses", "_at_most", "_columns", "_fields", "_recipients")

    def __init__(
        self, context: Context, fields: Sequence[MessageField], recipients: Recipients
    ) -> None:
        """The fields are in the order in which it is best to look at them."""
        self._fields = tuple(fields)
        self._recipients = recipients
        self._addresses = context.entangled.addresses
        self._columns = context.layout.columns
        self._at_most = context.at_most

    def seen(self, submission: Submission, recipients: Iterable[str]) -> SeenValue:
        """One message, for some recipients and whoever may replace them."""
        known, learn = self._recipients.known, self._recipients.learn
        possible = unknown = 0
        addressed: list[Remembered] = []
        entries: list[Remembered | None] = []
        changed: list[Remembered] = []
        for address in self._addresses:
            possible |= (known.get(address) or learn(address, submission))[1]
        for recipient in recipients:
            entry = known.get(recipient)
            if entry is None:
                entry = learn(recipient, submission)
            # By place, here and below: this is the inner loop.
            possible |= entry[1]
            unknown |= entry[3]
            if entry[4]:
                changed.append(entry)
            addressed.append(entry)
        fitting = self._columns
        closer: list[tuple[int, MessageField, Hashable]] = []
        for each in self._fields:
            if not possible & each.columns:
                entries.append(None)
                continue
            state = each.state(submission)
            entry = each.known.get(state)
            if entry is None:
                if each.rough is not None:
                    left = ~each.rough.excluded(possible, state, submission)
                    possible &= left
                    fitting &= left
                    if possible & each.columns:
                        closer.append((len(entries), each, state))
                    entries.append(None)
                    continue
                entry = self._learn(each, state, submission)
            possible &= entry[1]
            fitting &= entry[2]
            unknown |= entry[3]
            if entry[4]:
                changed.append(entry)
            entries.append(entry)
        for place, each, state in closer:
            if possible & each.columns:
                entry = entries[place] = self._learn(each, state, submission)
                possible &= entry[1]
                fitting &= entry[2]
                unknown |= entry[3]
                if entry[4]:
                    changed.append(entry)
        return SeenValue(addressed, entries, possible, fitting, unknown, changed)

    def _learn(self, each: MessageField, state: Hashable, submission: Submission) -> Remembered:
        if len(each.known) >= self._at_most:
            each.known.clear()
        each.known[state] = entry = each.meaning.learn(state, submission, "")
        return entry
