"""Messages that other processes read and judge: found, handed out in batches, taken in order."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from mmctl.cli.messages.batches import BATCH
from mmctl.cli.messages.pool import in_processes
from mmctl.cli.messages.unit_batches import in_batches
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.cli.messages.unit_batches import Input
    from mmctl.cli.messages.unit_judge import DoneBatch, UnitJudge
    from mmctl.mail.left_out import LeftOut


def shared(
    inputs: Iterable[Input], judge: UnitJudge, workers: int, shown: Callable[[], bool]
) -> Iterator[DoneBatch]:
    """The batches in order, as other processes judged them.

    Raises:
        CouldNot: a process was killed over and over.
    """
    judge.compile()
    batches = (replace(batch, shown=shown()) for batch in in_batches(inputs, at_most=BATCH))
    return in_processes(judge, batches, workers, named=str)


def begun(inputs: Iterator[Input], judge: UnitJudge) -> tuple[bool, Iterator[Input]]:
    """Whether there is more than one message, and all inputs.

    Raises:
        UsageError: the first ones cannot be read.
    """
    seen: list[Input] = []
    count = 0
    for each in inputs:
        seen.append(each)
        count += sum(1 for _ in islice(judge.messages([each], _ignore), 2))
        if count > 1:
            break
    return count > 1, chain(seen, inputs)


def _ignore(_: LeftOut) -> None:
    """It is reported when it is its turn."""
