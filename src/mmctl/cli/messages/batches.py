"""Many messages, judged one after the other in this process.

Each batch is written out and counted before the next is read, and nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.messages.judging import Judge, JudgedBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from mmctl.cli.messages.judging import Judging
    from mmctl.mail.partial import Message

BATCH: Final = 64
"""The most messages in one batch."""
SOON: Final = 0.1
"""Seconds after which a batch that is not full is written all the same."""


def judged_batches(
    judging: Judging, messages: Iterable[Message], *, shown: Callable[[], bool] = lambda: True
) -> Generator[JudgedBatch]:
    """Results soon after their messages, also where those come slowly.

    `shown` says if anybody looks at further messages; if not, they are only counted.
    """
    judge = Judge(judging)
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
