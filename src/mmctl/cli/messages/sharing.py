"""Messages that other processes read and judge: found, handed out in batches, taken in order."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from mmctl.cli.messages.batches import BATCH
from mmctl.cli.messages.pool import in_processes
from mmctl.cli.messages.unit_batches import in_batches
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from mmctl.cli.messages.unit_batches import Input, UnitBatch
    from mmctl.cli.messages.unit_reader import UnitReader
    from mmctl.mail.left_out import LeftOut

Done = TypeVar("Done")
Done_co = TypeVar("Done_co", covariant=True)


class BatchJudge(Protocol[Done_co]):
    """Reads and judges batches; each process that gets one compiles the rules once."""

    def compile(self) -> None:
        """Compile the rules now, so that forked processes have them."""

    def __call__(self, batch: UnitBatch, /) -> Done_co:
        """Judge a batch; what cannot be read to its end is judged as far as that."""


def shared(
    inputs: Iterable[Input],
    judge: BatchJudge[Done],
    workers: int,
    shown: Callable[[], bool] = lambda: True,
) -> Generator[Done]:
    """The batches in order, as other processes judged them.

    Raises:
        CouldNot: a process was killed over and over.
    """
    judge.compile()
    batches = (replace(batch, shown=shown()) for batch in in_batches(inputs, at_most=BATCH))
    return in_processes(judge, batches, workers, named=str)


def begun(inputs: Iterator[Input], reader: UnitReader) -> tuple[bool, Iterator[Input]]:
    """Whether there is more than one message, and all inputs.

    Raises:
        UsageError: the first ones cannot be read.
    """
    seen: list[Input] = []
    count = 0
    for each in inputs:
        seen.append(each)
        count += sum(1 for _ in islice(reader.messages([each], _ignore), 2))
        if count > 1:
            break
    return count > 1, chain(seen, inputs)


def _ignore(_: LeftOut) -> None:
    """It is reported when it is its turn."""
