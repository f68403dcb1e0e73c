"""Reading a log: the records of its sources, and the messages in them that are asked for.

Where only some messages are asked for, sources that can be read twice are: first for their ids,
then for their records. So memory holds what was asked for, however long the log is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.logs.asked import LATER, AskedMessages
from mmctl.operate.logs.found import ReadCounts
from mmctl.operate.logs.messages import ASKED_BEFORE, Joiner, sent_by, session_of
from mmctl.operate.logs.names import LogNames
from mmctl.operate.logs.records import IngressRecord, PolicyRecord
from mmctl.operate.logs.sources import WantedRecords
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mmctl.operate.logs.messages import LoggedMessage, Sent
    from mmctl.operate.logs.records import Record
    from mmctl.operate.logs.sources import RecordSource


@dataclass(slots=True, kw_only=True)
class Log:
    """A log that is read: its sources, and what was seen of it so far."""

    sources: Sequence[RecordSource]
    counts: ReadCounts = field(default_factory=ReadCounts)
    first: datetime | None = None
    """The time of its first record; None: it has none, or was not read yet."""
    last: datetime | None = None

    @property
    def reach(self) -> tuple[datetime, datetime] | None:
        """From when to when it has records, as far as it was read."""
        return None if self.first is None or self.last is None else (self.first, self.last)

    def records(
        self, wanted: WantedRecords | None = None, counts: ReadCounts | None = None
    ) -> Iterator[Record]:
        """All records, source by source.

        Raises:
            UsageError, CouldNot: a source cannot be read.
        """
        for source in self.sources:
            for record in source.records(wanted or WantedRecords(), counts or self.counts):
                self._saw(record.at)
                yield record

    def messages(
        self, asked: AskedMessages | None = None, names: LogNames | None = None
    ) -> Iterator[LoggedMessage]:
        """The messages that are asked for, in the order of their times.

        Raises:
            UsageError, CouldNot: a source cannot be read.
        """
        what, named = asked or AskedMessages(), names or LogNames()
        twice = what.narrow and all(source.again for source in self.sources)
        joiner = self._some(what) if twice else self._all(what)
        return (message for message in joiner.messages() if what.is_met(message, named))

    def _all(self, asked: AskedMessages) -> Joiner:
        joiner = Joiner()
        for record in self.records(_wanted(asked)):
            if asked.may_belong(record.at):
                joiner.add(record)
        return joiner

    def _some(self, asked: AskedMessages) -> Joiner:
        """The records of the messages that are asked for, in two readings."""
        only = asked.message_ids[0] if len(asked.message_ids) == 1 else None
        joiner = Joiner()
        found = _FirstReading()
        for record in self.records(_wanted(asked, only)):
            if asked.may_be(record):
                found.add(record, by_id=bool(asked.message_ids))
                if only is not None and not isinstance(record, PolicyRecord):
                    joiner.add(record)
        if found.senders:
            # Whoever was refused may be one recipient of a message that was accepted for others.
            for record in self.records(_wanted(asked), ReadCounts()):
                if isinstance(record, IngressRecord) and sent_by(record) in found.senders:
                    found.add(record, by_id=True)
        if only is None:
            self._add(joiner, asked, found)
        elif found.accepted:
            found.ids.clear()
            self._add(joiner, asked, found, found.accepted[0].mail_from or None)
        return joiner

    def _add(
        self, joiner: Joiner, asked: AskedMessages, found: _FirstReading, term: str | None = None
    ) -> None:
        """Add the records of some messages, and of the sessions that may be theirs."""
        if not (found.ids or found.sessions or found.accepted):
            return
        sent = {sent_by(each) for each in found.accepted}
        for record in self.records(_wanted(asked, term), ReadCounts()):
            if isinstance(record, PolicyRecord):
                if sent_by(record) in sent or session_of(record) in found.sessions:
                    joiner.add(record)
            elif record.message_id in found.ids:
                joiner.add(record)

    def _saw(self, at: datetime) -> None:
        if self.first is None or at < self.first:
            self.first = at
        if self.last is None or at > self.last:
            self.last = at


def _wanted(asked: AskedMessages, term: str | None = None) -> WantedRecords:
    return WantedRecords(
        since=None if asked.since is None else asked.since - ASKED_BEFORE,
        until=None if asked.until is None else asked.until + LATER,
        term=term,
    )


@dataclass(slots=True)
class _FirstReading:
    """What the first reading has found."""

    ids: set[str] = field(default_factory=set)
    accepted: list[IngressRecord] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    senders: set[Sent] = field(default_factory=set)
    """Who was asked about in these sessions."""

    def add(self, record: Record, *, by_id: bool) -> None:
        """Note a record that is asked for; a session only where no id is."""
        if isinstance(record, PolicyRecord):
            if not by_id:
                self.sessions.add(session_of(record))
                self.senders.add(sent_by(record))
            return
        self.ids.add(record.message_id)
        if isinstance(record, IngressRecord):
            self.accepted.append(record)
