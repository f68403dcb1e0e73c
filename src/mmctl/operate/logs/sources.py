"""Where log records come from, each as a source that gives its records, again where it can."""

from __future__ import annotations

import io
import json
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.live.aws.bucket import UnreadableObject
from mmctl.operate.logs.files import records_at, records_of_file, records_on
from mmctl.operate.logs.found import records_of_value
from mmctl.operate.logs.members import time_of
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path
    from typing import BinaryIO

    from mmctl.live.aws.bucket import ObjectEntry
    from mmctl.live.aws.log_events import LogGroup
    from mmctl.live.aws.s3_mail import Objects
    from mmctl.operate.logs.found import ReadCounts
    from mmctl.operate.logs.records import Record

_TERM: Final = Pattern(r"[A-Za-z0-9.@_+=-]{1,256}")
"""What is searched for as it is, in a log group or in lines: nothing that JSON writes otherwise."""
_HOUR: Final = Pattern(r"/(20[0-9]{2})/([01][0-9])/([0-3][0-9])(?:/([0-2][0-9]))?/")
"""The time in the keys of vended logs: `…/2026/11/28/21/…`."""
_SLACK: Final = timedelta(hours=1)
"""How much later than its records an object may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecords:
    """What of a source is wanted; a source may give more."""

    since: datetime | None = None
    until: datetime | None = None
    term: str | None = None
    """A text that is in each wanted record."""

    @property
    def needle(self) -> bytes | None:
        """The term, where it stands in a record as it is; None: nothing can be passed over."""
        plain = self.term is not None and _TERM.fullmatch(self.term) is not None
        return self.term.encode() if plain and self.term is not None else None


class RecordSource(Protocol):
    """Somewhere that records are read from."""

    @property
    def name(self) -> str:
        """As people name it."""

    @property
    def again(self) -> bool:
        """Whether it can be read a second time."""

    def records(self, wanted: WantedRecords, counts: ReadCounts) -> Iterator[Record]:
        """Its records; what cannot be read is counted."""


@dataclass(frozen=True, slots=True)
class LogFiles:
    """A file, or a folder of them; with an account or a region only the records of these."""

    path: Path
    again: bool = True
    account: str | None = None
    region: str | None = None

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def records(self, wanted: WantedRecords, counts: ReadCounts) -> Iterator[Record]:
        """The records in it.

        Raises:
            UsageError: it does not exist, or cannot be read.
        """
        return filter(self.has, records_at(self.path, counts, wanted.needle))

    def has(self, record: Record) -> bool:
        """Whether a record is of that account and region, as far as it says."""
        _, _, _, region, account, *_ = f"{record.arn or ''}:::::".split(":")
        return self.account in {None, account or self.account} and (
            self.region in {None, region or self.region}
        )


@dataclass(frozen=True, slots=True)
class LogPipe:
    """What is piped in."""

    stdin: BinaryIO
    name: str = "-"
    again: bool = False

    def records(self, _wanted: WantedRecords, counts: ReadCounts) -> Iterator[Record]:
        """The records in it."""
        return records_on(self.stdin, counts)


@dataclass(frozen=True, slots=True)
class LogOfGroup:
    """A log group of CloudWatch Logs."""

    group: LogGroup
    again: bool = True

    @property
    def name(self) -> str:
        """As the command line names it."""
        return f"cloudwatch:{self.group.name}"

    def records(self, wanted: WantedRecords, counts: ReadCounts) -> Iterator[Record]:
        """Its records of a time.

        Raises:
            CouldNot: it cannot be read.
        """
        counts.sources += 1
        term = wanted.term if wanted.needle is not None else None
        for event in self.group.events(since=wanted.since, until=wanted.until, term=term):
            value = parsed(event.message)
            name = f"{self.name}/{event.stream}"
            if value is None:
                counts.damage(name, None, "holds an event that is no JSON")
                continue
            at = time_of(event.at) if event.at > 0 else None
            yield from records_of_value(value, name, None, counts, at=at)


@dataclass(frozen=True, slots=True)
class LogBucket:
    """The objects of a bucket whose keys have a prefix."""

    bucket: Objects
    prefix: str
    again: bool = True

    @property
    def name(self) -> str:
        """As a URL."""
        return f"{self.bucket.place}/{self.prefix}"

    def records(self, wanted: WantedRecords, counts: ReadCounts) -> Iterator[Record]:
        """Its records; objects whose keys say another time are not fetched.

        Raises:
            CouldNot: it cannot be read.
        """
        entries = (
            entry
            for entry in self.bucket.entries(self.prefix)
            if entry.size and may_hold(entry.key, wanted.since, wanted.until)
        )
        for entry, opened in _opened_ahead(self.bucket, entries):
            name = f"{self.bucket.place}/{entry.key}"
            try:
                with io.BufferedReader(opened, _BLOCK) as file:
                    yield from records_of_file(file, name, counts, wanted.needle, size=entry.size)
            except OSError as error:
                counts.damage(name, None, f"cannot be read: {error.strerror or error}")


def _opened_ahead(
    bucket: Objects, entries: Iterable[ObjectEntry]
) -> Iterator[tuple[ObjectEntry, _LogObject]]:
    """All objects in their order; the first block of the next ones is fetched meanwhile."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - slow to import

    waiting: deque[tuple[ObjectEntry, Future[_LogObject]]] = deque()
    pool = ThreadPoolExecutor(_AHEAD, thread_name_prefix="s3")
    try:
        for entry in entries:
            if len(waiting) == _AHEAD:
                first, opened = waiting.popleft()
                yield first, opened.result()
            waiting.append((entry, pool.submit(_LogObject.begun, bucket, entry)))
        for entry, opened in waiting:
            yield entry, opened.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def may_hold(key: str, since: datetime | None, until: datetime | None) -> bool:
    """Whether an object can hold records of a time; a key that says no time can."""
    found = _HOUR.search(f"/{key}")
    if found is None:
        return True
    year, month, day, hour = found.groups()
    try:
        start = datetime(int(year), int(month), int(day), int(hour or 0), tzinfo=UTC)
    except ValueError:
        return True
    end = start + (timedelta(days=1) if hour is None else timedelta(hours=1))
    return (since is None or end + _SLACK >= since) and (until is None or start - _SLACK <= until)


_BLOCK: Final = 1024 * 1024
"""Bytes of an object that are fetched at once."""
_AHEAD: Final = 16
"""Objects that are fetched at the same time: waiting for an answer takes longer than reading it."""


class _LogObject(io.RawIOBase):
    """An object read from its beginning to its end, or from any place of it."""

    def __init__(self, bucket: Objects, entry: ObjectEntry) -> None:
        self._bucket, self._entry, self._at = bucket, entry, 0
        self._start = b""

    @classmethod
    def begun(cls, bucket: Objects, entry: ObjectEntry) -> _LogObject:
        """An object of which the first block is fetched; what fails is said when it is read."""
        made = cls(bucket, entry)
        with suppress(UnreadableObject):
            made._start = bucket.part(entry, 0, min(entry.size, _BLOCK))
        return made

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._entry.size}
        self._at = max(0, origin[whence] + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io hands over
        end = min(self._entry.size, self._at + len(buffer))
        if end <= self._at:
            return 0
        if self._at < len(self._start):
            part = self._start[self._at : end]
            buffer[: len(part)] = part
            self._at += len(part)
            return len(part)
        try:
            part = self._bucket.part(self._entry, self._at, end)
        except UnreadableObject as unreadable:
            raise OSError(0, str(unreadable)) from unreadable
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def parsed(text: str) -> Any:
    """The JSON value of an event; None: it is none."""
    try:
        return json.loads(text[max(0, text.find("{")) :])
    except (ValueError, RecursionError):
        return None
