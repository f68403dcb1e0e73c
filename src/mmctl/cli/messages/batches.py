"""Many messages: judged one after the other or by several processes, with the same result.

The process that judges a batch of messages also writes it out and counts it, and keeps nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.messages.judging import Batch, Judge, JudgedBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.cli.messages.judging import Judging
    from mmctl.mail.partial import Message

BATCH: Final = 64
"""The most messages in one batch."""
BATCH_BYTES: Final = 4 * 1024 * 1024
"""A batch is full when its messages reach this size."""
SOON: Final = 0.1
"""Seconds after which a batch that is not full is written all the same."""


def judged_batches(
    judging: Judging,
    messages: Iterable[Message],
    *,
    workers: int = 1,
    shown: Callable[[], bool] = lambda: True,
) -> Iterator[JudgedBatch]:
    """Judge messages in their order, in as many processes as requested.

    `shown` says if anybody looks at further messages; if not, they are only counted.

    Raises:
        CouldNot: a process was killed over and over.
    """
    judge = Judge(judging)
    if workers > 1:
        from mmctl.cli.messages.pool import in_processes

        judge.compile()
        yield from in_processes(judge.batch, _batches(messages, shown), workers, named=_names)
        return
    yield from _in_this_process(judge, messages, shown)


def _in_this_process(
    judge: Judge, messages: Iterable[Message], shown: Callable[[], bool]
) -> Iterator[JudgedBatch]:
    """Results soon after their messages, also where those come slowly."""
    judged, began = JudgedBatch(), world.elapsed()
    try:
        for message in messages:
            judge.add(message, judged, shown=shown())
            if judged.tally.messages >= BATCH or world.elapsed() - began > SOON:
                yield judged
                judged, began = JudgedBatch(), world.elapsed()
    except (Exception, KeyboardInterrupt):
        yield judged  # what was judged before is not lost
        raise
    yield judged


def _batches(messages: Iterable[Message], shown: Callable[[], bool]) -> Iterator[Batch]:
    batch: list[Message] = []
    size = 0
    for message in messages:
        batch.append(message)
        size += len(message.content)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield Batch(batch, shown())
            batch, size = [], 0
    if batch:
        yield Batch(batch, shown())


def _names(batch: Batch) -> str:
    return f"`{batch.messages[0].name}` to `{batch.messages[-1].name}`"
