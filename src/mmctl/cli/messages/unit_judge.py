"""Reads and judges a batch of inputs: in this process, in another, or on another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.messages.judging import Judge, JudgedBatch
from mmctl.cli.messages.result_rows import encoded, rows_of
from mmctl.cli.messages.unit_reader import ReadBatch, UnitReader
from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cli.engines import StoredAs
    from mmctl.cli.messages.judging import Judging
    from mmctl.cli.messages.result_rows import Row
    from mmctl.cli.messages.unit_batches import UnitBatch
    from mmctl.language.project import Environment


@dataclass(slots=True, kw_only=True)
class DoneBatch(ReadBatch):
    """What became of a batch."""

    judged: JudgedBatch
    rows: bytes = b""
    """What is stored of it."""
    number_of_rows: int = 0


@dataclass(kw_only=True)
class UnitJudge:
    """Judges batches; each process that gets one compiles the rules once."""

    judging: Judging
    environment: Environment
    """Where buckets are read."""
    stored: StoredAs | None = None
    """The format of the rows that are made; None: the messages are written out instead."""
    folder: str = ""
    """On another machine: where relative names of files begin, and all files must be as here."""

    def __post_init__(self) -> None:
        self._judge = Judge(self.judging)
        self.reader = UnitReader(
            needs=self.judging.needs,
            environment=self.environment,
            unnamed=self.judging.unnamed,
            folder=self.folder,
        )

    def compile(self) -> None:
        """Compile the rules now, so that forked processes have them."""
        self._judge.compile()

    def __call__(self, batch: UnitBatch) -> DoneBatch:
        """Judge a batch; what cannot be read to its end is judged as far as that."""
        done = DoneBatch(judged=JudgedBatch(), stopped=batch.failed, size=batch.size)
        rows: list[Row] = []
        tally = done.judged.tally
        try:
            for message in self.reader.messages(batch.inputs, done.left_out.append):
                if self.stored is None:
                    self._judge.add(message, done.judged, shown=batch.shown)
                else:
                    ending = self._judge.ending(message, tally)
                    tally.add(ending)
                    rows += rows_of(ending)
        except MmctlError as error:
            done.stopped = error
        if self.stored is not None:
            done.rows, done.number_of_rows = encoded(rows, self.stored), len(rows)
        tally.left_out.update(each.why for each in done.left_out)
        return done
