"""Reads the messages of a batch of inputs: in this process, in another, or on another machine."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING, assert_never

from mmctl.cli.messages.unit_batches import InBucket
from mmctl.errors import CouldNot
from mmctl.judge.unnamed import digest_name
from mmctl.mail.units import Dropped, Given, Section, WholeFile, read
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.cli.messages.unit_batches import Input
    from mmctl.errors import MmctlError
    from mmctl.language.project import Environment
    from mmctl.live.aws.bucket import S3Bucket
    from mmctl.mail.left_out import LeftOut, Skip
    from mmctl.mail.partial import Message, Needs
    from mmctl.mail.units import Unit


@dataclass(slots=True, kw_only=True)
class ReadBatch:
    """What became of the inputs of a batch."""

    left_out: list[LeftOut] = field(default_factory=list)
    stopped: MmctlError | None = None
    """Why it was not judged to its end."""
    size: int = 0
    """The bytes of its inputs."""


@dataclass(kw_only=True)
class UnitReader:
    """Reads inputs; each process that gets one opens its buckets itself."""

    needs: Needs
    environment: Environment
    """Where buckets are read."""
    unnamed: bool = False
    """Whether messages are named by digests."""
    folder: str = ""
    """On another machine: where relative names of files begin, and all files must be as here."""

    def __post_init__(self) -> None:
        self._buckets: dict[str, S3Bucket] = {}

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_buckets": {}}

    def messages(self, inputs: Iterable[Input], skip: Skip) -> Iterator[Message]:
        """The messages of some inputs.

        Raises:
            UsageError: a file that was named cannot be read.
            CouldNot: a bucket cannot be used.
        """
        for bucket, group in groupby(inputs, _bucket_of):
            for message in self._of_group(bucket, list(group), skip):
                if self.unnamed:
                    yield message._replace(name=digest_name(message.content))
                else:
                    yield message

    def _of_group(
        self, bucket: str | None, group: Sequence[Input], skip: Skip
    ) -> Iterator[Message]:
        """The messages of inputs that are all in one bucket, or all elsewhere."""
        if bucket is not None:
            return self._of_bucket(bucket, group, skip)
        units = [each for each in group if not isinstance(each, InBucket)]
        if self.folder:
            _check_files(units, self.folder)
        return read(units, skip=skip, needs=self.needs, folder=self.folder)

    def _of_bucket(self, name: str, inputs: Iterable[Input], skip: Skip) -> Iterator[Message]:
        from mmctl.live.aws.connect import open_bucket
        from mmctl.live.aws.s3_mail import messages_of_objects

        bucket = self._buckets.get(name) or open_bucket(self.environment, name)
        self._buckets[name] = bucket
        entries = (each.entry for each in inputs if isinstance(each, InBucket))
        return messages_of_objects(bucket, entries, self.needs, skip=skip)


def _bucket_of(each: Input) -> str | None:
    return each.bucket if isinstance(each, InBucket) else None


def _check_files(units: Iterable[Unit], folder: str) -> None:
    """Refuse to judge files that are not those that were listed.

    Raises:
        CouldNot: one is missing, or has another size.
    """
    for each in units:
        match each:
            case WholeFile(name=name, size=size):
                same = _size(os.path.join(folder, name)) == size  # noqa: PTH118 - there may be millions
            case Section(name=name, end=end):
                same = (_size(os.path.join(folder, name)) or 0) >= end  # noqa: PTH118
            case Given() | Dropped():
                continue
            case never:
                assert_never(never)
        if not same:
            raise CouldNot(
                f"a worker does not see `{name}` as it was listed",
                help="put the messages on a file system that all workers mount at the same place, "
                "or in a bucket: s3://bucket/prefix",
            )


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - there may be millions
    except OSError:
        return None
