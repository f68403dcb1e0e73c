"""Records of CloudTrail in files, folders and buckets, as trails write them and lookups answer."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, parse_json, read_file, read_stream
from mmctl.mail.allowance import Stream
from mmctl.mail.listing import files_below
from mmctl.operate.logs.sources import may_hold
from mmctl.operate.trail.events import NotAnEventError, event_of
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mmctl.live.aws.bucket import ObjectEntry
    from mmctl.operate.trail.events import TrailEvent

_GZIP: Final = b"\x1f\x8b"
_ENDINGS: Final = (".json", ".json.gz", ".jsonl", ".gz")
MOST: Final = 20_000
"""Writes that are kept; a gateway has some in a week."""
_NAMED: Final = 10
"""Damaged files that are named."""


class TrailObjects(Protocol):
    """The objects of a bucket that a trail writes to."""

    @property
    def place(self) -> str:
        """The bucket as a URL."""

    def entries(self, prefix: str) -> Iterator[ObjectEntry]:
        """The objects whose keys have a prefix."""

    def part(self, entry: ObjectEntry, start: int, end: int) -> bytes:
        """The bytes from one offset to another."""


@dataclass(slots=True, kw_only=True)
class Trail:
    """What was read of a trail."""

    source: str
    events: list[TrailEvent] = field(default_factory=list)
    """The writes, oldest first, each once."""
    files: int = 0
    records: int = 0
    first: datetime | None = None
    """The time of its first record, of whatever it is about."""
    last: datetime | None = None
    damaged: list[str] = field(default_factory=list)
    """What could not be read, with the reason; only the first are named."""
    more_damage: int = 0
    full: bool = False
    """Whether there were too many writes to keep all."""

    def damage(self, name: str, reason: str) -> None:
        """Note what could not be read."""
        if len(self.damaged) < _NAMED:
            self.damaged.append(f"{name} {reason}")
        else:
            self.more_damage += 1

    def end(self) -> Trail:
        """Put the events in order; the same event in two files is one."""
        found = {each.id or f"{each.at} {each.name} {each.who}": each for each in self.events}
        self.events = sorted(found.values(), key=lambda each: (each.at, each.id))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEvents:
    """The time that is asked for, and where the gateway is."""

    since: datetime | None = None
    until: datetime | None = None
    account: str | None = None
    region: str | None = None

    def takes(self, event: TrailEvent) -> bool:
        """Whether an event is of this time and place."""
        return (
            (self.since is None or event.at >= self.since)
            and (self.until is None or event.at < self.until)
            and self.account in {None, event.account or self.account}
            and self.region in {None, event.region or self.region}
        )


def trail_of_files(path: Path, wanted: WantedEvents) -> Trail:
    """The writes in a file, or in all files of records below a folder.

    Raises:
        UsageError: it does not exist, or cannot be read.
    """
    trail = Trail(source=str(path))
    if not path.exists():
        raise UsageError(f"`{path}` does not exist", help="--trail FILE, FOLDER or s3://BUCKET/…")
    names = [path] if not path.is_dir() else [Path(each) for each in files_below(str(path))]
    for file in names:
        if file != path and not file.name.endswith(_ENDINGS):
            continue
        try:
            content = read_file(file, at_most=FILE_AT_MOST)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            if file == path:
                raise UsageError(f"cannot read `{path}`: {reason}") from None
            trail.damage(str(file), f"cannot be read: {reason}")
            continue
        take_file(trail, str(file), content, wanted)
    return trail.end()


def trail_of_bucket(bucket: TrailObjects, prefix: str, wanted: WantedEvents) -> Trail:
    """The writes in the objects below a prefix; keys that say another day are not fetched.

    Raises:
        CouldNot: the bucket cannot be used.
    """
    trail = Trail(source=f"{bucket.place}/{prefix}")
    for entry in bucket.entries(prefix):
        if not entry.key.endswith(_ENDINGS) or not may_hold(entry.key, wanted.since, wanted.until):
            continue
        name = f"{bucket.place}/{entry.key}"
        if entry.size > FILE_AT_MOST:
            trail.damage(name, f"has more than {FILE_AT_MOST:,} bytes")
            continue
        take_file(trail, name, bucket.part(entry, 0, entry.size), wanted)
    return trail.end()


def take_file(trail: Trail, name: str, content: bytes, wanted: WantedEvents) -> None:
    """Take the records of one file, packed or not."""
    trail.files += 1
    try:
        for record in _records(_unpacked(content)):
            take_record(trail, name, record, wanted)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        trail.damage(name, f"cannot be read: {reason.lower()}")


def take_record(trail: Trail, name: str, record: Any, wanted: WantedEvents) -> None:
    """Take one record, if it is a write of the time that is asked for."""
    trail.records += 1
    try:
        event = event_of(record)
    except NotAnEventError as error:
        trail.damage(name, str(error))
        return
    at = _time_of(record) if event is None else event.at
    if at is not None:
        trail.first = at if trail.first is None else min(trail.first, at)
        trail.last = at if trail.last is None else max(trail.last, at)
    if event is None or not wanted.takes(event):
        return
    if len(trail.events) >= MOST:
        trail.full = True
        return
    trail.events.append(event)


def _time_of(record: Any) -> datetime | None:
    from datetime import UTC, datetime  # noqa: PLC0415 - loaded where trails are read

    try:
        at = datetime.fromisoformat(str(record.get("eventTime")))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    with (
        gzip.GzipFile(fileobj=io.BytesIO(content)) as packed,
        io.BufferedReader(Stream(packed)) as plain,
    ):
        return read_stream(plain, at_most=FILE_AT_MOST)


def _records(content: bytes) -> Iterable[Any]:
    """The records of a file: a document with `Records`, what LookupEvents answers, or lines."""
    try:
        document = parse_json(content)
    except ValueError:
        lines = [line for line in content.splitlines() if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - one line is the document itself
            raise
        return [record for line in lines for record in _of_document(parse_json(line))]
    return _of_document(document)


def _of_document(document: Any) -> list[Any]:
    if isinstance(document, list):
        return [record for each in document for record in _of_document(each)]
    if isinstance(document, dict) and isinstance(document.get("Records"), list):
        return list(document["Records"])
    if isinstance(document, dict) and isinstance(document.get("Events"), list):
        return [_looked_up(each) for each in document["Events"]]
    return [_looked_up(document)]


def _looked_up(each: Any) -> Any:
    """The record in an event that LookupEvents answered, as text."""
    text = each.get("CloudTrailEvent") if isinstance(each, dict) else None
    return parse_json(text) if isinstance(text, str) else each
