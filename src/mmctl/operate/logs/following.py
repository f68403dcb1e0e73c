"""Following a log: what is new in its sources, and the messages that it completes."""

from __future__ import annotations

import io
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.inputs import open_file
from mmctl.operate.logs.files import logs_below
from mmctl.operate.logs.found import records_in, records_of_value
from mmctl.operate.logs.members import time_of
from mmctl.operate.logs.messages import Joiner, sent_by, session_of
from mmctl.operate.logs.records import IngressRecord, PolicyRecord
from mmctl.operate.logs.sources import parsed
from mmctl.operate.logs.values import values_in
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mmctl.live.aws.log_events import LogGroup
    from mmctl.operate.logs.found import ReadCounts
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.records import Record

QUIET: Final = 2
"""After so many looks without a new record, a message is shown."""
KEPT: Final = 5_000
"""Of how many messages the records are kept, in case more come."""
_AT_ONCE: Final = 16 * 1024 * 1024
"""Bytes of a file that are read in one look."""
_SESSION: Final = "session "
_MESSAGE: Final = "message "
_LATE: Final = timedelta(minutes=5)
"""How late CloudWatch Logs may show an event."""


class FollowedSource(Protocol):
    """Something that gives its new records again and again."""

    def new(self, counts: ReadCounts) -> Iterator[Record]:
        """The records since the last call."""


@dataclass(slots=True)
class FollowedFiles:
    """A file, or the files of a folder, from their ends on."""

    path: Path
    places: dict[int, int] = field(default_factory=dict)
    """How far each file is read, by its number on the disk: a file may get another name."""

    @classmethod
    def from_now(cls, path: Path) -> FollowedFiles:
        """Those records that are written from now on."""
        found = cls(path)
        for file in found._files():
            status = file.stat()
            found.places[status.st_ino] = status.st_size
        return found

    def new(self, counts: ReadCounts) -> Iterator[Record]:
        """The records in whole lines since the last call."""
        for file in self._files():
            status = file.stat()
            start, size = self.places.get(status.st_ino, 0), status.st_size
            if size < start:
                start = 0
            if size == start:
                continue
            with io.BufferedReader(open_file(file)) as opened:
                opened.seek(start)
                content = opened.read(min(size - start, _AT_ONCE))
            whole = content.rfind(b"\n") + 1
            if not whole and len(content) == _AT_ONCE:
                whole = len(content)
            self.places[status.st_ino] = start + whole
            yield from records_in(values_in(io.BytesIO(content[:whole])), str(file), counts)

    def _files(self) -> list[Path]:
        if self.path.is_dir():
            return [file for file in logs_below(self.path) if file.suffix != ".gz"]
        return [self.path]


@dataclass(slots=True)
class FollowedGroup:
    """A log group from a time on; each event is given once."""

    group: LogGroup
    since: datetime
    seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def new(self, counts: ReadCounts) -> Iterator[Record]:
        """The records of events that were not seen before."""
        latest = self.since
        for event in self.group.events(since=self.since):
            if event.id in self.seen:
                continue
            self.seen[event.id] = None
            if len(self.seen) > 20 * KEPT:
                self.seen.popitem(last=False)
            at = time_of(event.at)
            latest = max(latest, at - _LATE)
            value = parsed(event.message)
            name = f"cloudwatch:{self.group.name}/{event.stream}"
            if value is None:
                counts.damage(name, None, "holds an event that is no JSON")
            else:
                yield from records_of_value(value, name, None, counts, at=at)
        self.since = latest


@dataclass(slots=True)
class _UnderWay:
    """The records of one message or session, and at which look the last of them came."""

    records: list[Record] = field(default_factory=list)
    look: int = 0
    shown: bool = False


@dataclass(slots=True)
class Following:
    """Joins records as they come; a message is given when no more came for a while."""

    looks: int = 0
    under_way: OrderedDict[str, _UnderWay] = field(default_factory=OrderedDict)

    def take(self, records: Iterable[Record]) -> list[LoggedMessage]:
        """Take what is new; return the messages that are complete, or got more."""
        self.looks += 1
        for record in records:
            if isinstance(record, PolicyRecord):
                key = f"{_SESSION}{session_of(record)}"
            else:
                key = f"{_MESSAGE}{record.message_id}"
            each = self.under_way.setdefault(key, _UnderWay())
            each.records.append(record)
            each.look = self.looks
            each.shown = False
        return self._settled(at_once=False)

    def rest(self) -> list[LoggedMessage]:
        """The messages that were waiting for more."""
        return self._settled(at_once=True)

    def _settled(self, *, at_once: bool) -> list[LoggedMessage]:
        ready = [
            each
            for each in self.under_way.values()
            if not each.shown and (at_once or self.looks - each.look >= QUIET)
        ]
        if not ready:
            return []
        joiner = Joiner()
        sent = {
            sent_by(record)
            for each in ready
            for record in each.records
            if isinstance(record, IngressRecord)
        }
        chosen = set(map(id, ready))
        for key, each in self.under_way.items():
            ours = id(each) in chosen or (
                key.startswith(_SESSION)
                and isinstance(each.records[0], PolicyRecord)
                and sent_by(each.records[0]) in sent
            )
            if ours:
                each.shown = True
                for record in each.records:
                    joiner.add(record)
        while len(self.under_way) > KEPT:
            self.under_way.popitem(last=False)
        return list(joiner.messages())
