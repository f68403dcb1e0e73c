"""Reads and judges a batch of inputs: in this process, in another, or on another machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from mmctl.cli.messages.judging import Judge, JudgedBatch
from mmctl.cli.messages.unit_batches import InBucket
from mmctl.errors import MmctlError
from mmctl.judge.unnamed import digest_name
from mmctl.mail.units import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.cli.messages.judging import Judging
    from mmctl.cli.messages.unit_batches import Input, UnitBatch
    from mmctl.language.project import Environment
    from mmctl.live.aws.bucket import S3Bucket
    from mmctl.mail.left_out import LeftOut, Skip
    from mmctl.mail.partial import Message


@dataclass(slots=True, kw_only=True)
class DoneBatch:
    """What became of a batch."""

    judged: JudgedBatch
    left_out: list[LeftOut] = field(default_factory=list)
    stopped: MmctlError | None = None
    """Why it was not judged to its end."""
    size: int = 0
    """The bytes of its inputs."""


@dataclass(kw_only=True)
class UnitJudge:
    """Judges batches; each process that gets one compiles the rules once."""

    judging: Judging
    environment: Environment
    """Where buckets are read."""
    folder: str = ""
    """Where relative names of files begin; empty: in the current folder."""

    def __post_init__(self) -> None:
        self._judge = Judge(self.judging)
        self._buckets: dict[str, S3Bucket] = {}

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_buckets": {}}

    def compile(self) -> None:
        """Compile the rules now, so that forked processes have them."""
        self._judge.compile()

    def __call__(self, batch: UnitBatch) -> DoneBatch:
        """Judge a batch; what cannot be read to its end is judged as far as that."""
        done = DoneBatch(judged=JudgedBatch(), stopped=batch.failed, size=batch.size)
        try:
            for message in self.messages(batch.inputs, done.left_out.append):
                self._judge.add(message, done.judged, shown=batch.shown)
        except MmctlError as error:
            done.stopped = error
        done.judged.tally.left_out.update(each.why for each in done.left_out)
        return done

    def messages(self, inputs: Iterable[Input], skip: Skip) -> Iterator[Message]:
        """The messages of some inputs.

        Raises:
            UsageError: a file that was named cannot be read.
            CouldNot: a bucket cannot be used.
        """
        for bucket, group in groupby(inputs, _bucket_of):
            for message in self._of_group(bucket, list(group), skip):
                if self.judging.unnamed:
                    yield message._replace(name=digest_name(message.content))
                else:
                    yield message

    def _of_group(
        self, bucket: str | None, group: Sequence[Input], skip: Skip
    ) -> Iterator[Message]:
        """The messages of inputs that are all in one bucket, or all elsewhere."""
        if bucket is not None:
            return self._of_bucket(bucket, group, skip)
        units = (each for each in group if not isinstance(each, InBucket))
        return read(units, skip=skip, folder=self.folder)

    def _of_bucket(self, name: str, inputs: Iterable[Input], skip: Skip) -> Iterator[Message]:
        from mmctl.live.aws.connect import open_bucket
        from mmctl.live.aws.s3_mail import messages_of_objects

        bucket = self._buckets.get(name) or open_bucket(self.environment, name)
        self._buckets[name] = bucket
        entries = (each.entry for each in inputs if isinstance(each, InBucket))
        return messages_of_objects(bucket, entries, self.judging.needs, skip=skip)


def _bucket_of(each: Input) -> str | None:
    return each.bucket if isinstance(each, InBucket) else None
