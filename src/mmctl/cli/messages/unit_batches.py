"""What the inputs consist of, cut into batches: the same batches each time, in the same order.

A batch tells its judge, which may be another process or machine, where to read its messages.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, assert_never

from mmctl.cli import world
from mmctl.errors import MmctlError, UsageError
from mmctl.mail.units import Dropped, Given, Section, WholeFile, given, units_at
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mmctl.language.project import Environment
    from mmctl.live.aws.bucket import ObjectEntry
    from mmctl.mail.left_out import LeftOut
    from mmctl.mail.partial import Needs
    from mmctl.mail.units import Unit

BUCKETS: Final = "s3://"
STDIN: Final = "-"
GIVEN_AT_MOST: Final = 4 * 1024 * 1024
"""Bytes of messages that are in a batch themselves."""
_LARGEST_OBJECT: Final = 64 * 1024 * 1024
"""Bytes; a larger object is no message, and is read by whoever lists it."""


class InBucket(NamedTuple):
    """An object, read by whoever judges it."""

    bucket: str
    entry: ObjectEntry


Input: TypeAlias = "Unit | InBucket"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBatch:
    """Some inputs in a row."""

    number: int
    first: int
    """How many inputs are before it."""
    inputs: tuple[Input, ...]
    shown: bool = True
    """Whether anybody looks at its messages; if not, they are only counted."""
    failed: MmctlError | None = None
    """Why no further input can be found."""

    @property
    def end(self) -> int:
        """How many inputs are before it and in it."""
        return self.first + len(self.inputs)

    @property
    def size(self) -> int:
        """The bytes of its inputs."""
        return sum(map(size_of, self.inputs))

    @property
    def names(self) -> tuple[str, str]:
        """The first and the last name."""
        return name_of(self.inputs[0]), name_of(self.inputs[-1])

    def __str__(self) -> str:
        first, last = self.names
        return f"`{first}` to `{last}`"

    def digest(self, *, times: bool) -> str:
        """A digest of the names and sizes, and of the times of the last change."""
        what = blake2b(digest_size=16)
        for each in self.inputs:
            what.update(
                f"{name_of(each)}\0{place_of(each, times=times)}\0".encode(errors="replace")
            )
        return what.hexdigest()


def inputs_at(
    paths: Iterable[str], directory: Path, environment: Environment, needs: Needs
) -> Iterator[Input]:
    """What all paths consist of, in order; `needs` is what is needed of each message.

    Raises:
        UsageError: a path is missing, or cannot be read.
        CouldNot: a bucket cannot be used.
    """
    for path in paths:
        if path.startswith(BUCKETS):
            yield from _in_bucket(path, environment, needs)
        elif path == STDIN:
            yield from units_at([path], world.standard_input_bytes(), needs=needs)
        else:
            yield from units_at([directory / path], needs=needs)


def bucket_and_prefix(path: str) -> tuple[str, str]:
    """The bucket and the prefix of `s3://bucket/prefix`.

    Raises:
        UsageError: it names no bucket.
    """
    bucket, _, prefix = path.removeprefix(BUCKETS).partition("/")
    if not bucket:
        raise UsageError(f"`{path}` names no bucket", help="s3://bucket/prefix")
    return bucket, prefix


def _in_bucket(path: str, environment: Environment, needs: Needs) -> Iterator[Input]:
    from mmctl.live.aws.connect import open_bucket
    from mmctl.live.aws.s3_mail import messages_of_objects, objects_in_bucket, one_of_archive

    name, prefix = bucket_and_prefix(path)
    bucket = open_bucket(environment, name)
    found = False
    for entry in objects_in_bucket(bucket, prefix):
        found = True
        if entry.size <= _LARGEST_OBJECT:
            yield InBucket(name, entry)
            continue
        dropped: list[LeftOut] = []
        messages = messages_of_objects(bucket, [entry], needs, skip=dropped.append)
        yield from given(messages, dropped)
    if not found:
        yield from map(Given, one_of_archive(bucket, prefix, needs))


def in_batches(inputs: Iterable[Input], *, at_most: int) -> Iterator[UnitBatch]:
    """The inputs in batches of some number; fewer where they are large and already read.

    An error while they are found is in the last batch, so that what comes before it is judged.
    """
    batch: list[Input] = []
    number = first = given = 0
    failed: MmctlError | None = None
    found = iter(inputs)
    while True:
        try:
            each = next(found, None)
        except MmctlError as error:
            each, failed = None, error
        if each is not None:
            batch.append(each)
            given += len(each.message.content) if isinstance(each, Given) else 0
        full = len(batch) >= at_most or given >= GIVEN_AT_MOST
        if full or (each is None and (batch or failed)):
            yield UnitBatch(number=number, first=first, inputs=tuple(batch), failed=failed)
            number, first, given = number + 1, first + len(batch), 0
            batch = []
        if each is None:
            return


def name_of(each: Input) -> str:
    """The name of an input."""
    match each:
        case WholeFile(name=name) | Section(name=name):
            return name
        case Given(message):
            return message.name
        case Dropped(left_out):
            return left_out.name
        case InBucket(bucket, entry):
            return f"{BUCKETS}{bucket}/{entry.key}"
        case never:
            assert_never(never)


def size_of(each: Input) -> int:
    """The bytes of an input."""
    match each:
        case WholeFile(size=size):
            return size
        case Section(start=start, end=end):
            return end - start
        case Given(message):
            return len(message.content)
        case Dropped():
            return 0
        case InBucket(_, entry):
            return entry.size
        case never:
            assert_never(never)


def place_of(each: Input, *, times: bool) -> str:
    """What tells an input from another of its name: its size, and when it was changed."""
    match each:
        case WholeFile(size=size, changed=changed):
            return f"{size} {changed if times else 0}"
        case Section(start=start, end=end, changed=changed):
            return f"{start} {end} {changed if times else 0}"
        case Given(message):
            return blake2b(message.content, digest_size=16).hexdigest()
        case Dropped(left_out):
            return left_out.why
        case InBucket(_, entry):
            return f"{entry.size} {entry.version}"
        case never:
            assert_never(never)
