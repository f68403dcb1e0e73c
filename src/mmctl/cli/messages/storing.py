"""`mmctl simulate MESSAGE... --results FOLDER`: rows in files, counts on the screen.

A run that was stopped, by whatever, goes on with `--resume`: batches that are stored are kept.
"""

from __future__ import annotations

from collections import Counter, deque
from contextlib import closing
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeAlias

from mmctl.cli.exit_codes import UNKNOWN
from mmctl.cli.messages.garbage import seldom_collected
from mmctl.cli.messages.manifest import manifest_of
from mmctl.cli.messages.messages import (
    judging_of,
    named_among,
    no_message,
    say_skipped,
    sizes_at,
    skipped,
)
from mmctl.cli.messages.result_folder import (
    ResultFolder,
    Stored,
    refuse_changed,
    refuse_fewer,
    refuse_not_empty,
    refuse_others,
)
from mmctl.cli.messages.result_rows import checked
from mmctl.cli.messages.stored_run import StoredRun
from mmctl.cli.messages.unit_batches import UnitBatch, in_batches, inputs_at
from mmctl.cli.messages.unit_judge import UnitJudge
from mmctl.cli.messages.wanted import advice_about
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import STORED, write
from mmctl.counted import counted
from mmctl.errors import MmctlError, UsageError
from mmctl.judge.tally import Tally
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from mmctl.cli.messages.manifest import Manifest
    from mmctl.cli.messages.unit_judge import DoneBatch
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.run import Run

    Engine: TypeAlias = Callable[[Iterator[UnitBatch]], Generator[DoneBatch]]
    """Judges batches, and gives the results in their order."""


@seldom_collected()
def judge_into_folder(run: Run, wanted: Wanted) -> int:
    """Judge the messages, store what happens to them, and write the counts; return the exit code.

    Raises:
        UsageError: an option or a path makes no sense, or the folder cannot be written.
        Refused: the folder holds something else.
        CouldNot: processes were killed over and over, or the cluster cannot be used.
    """
    for name, given in (("--trace", wanted.trace), ("--record", wanted.record is not None)):
        if given:
            raise UsageError(
                f"got both `--results` and `{name}`",
                help="leave out --results for a few messages that you want to look at",
            )
    project = run.project()
    form = checked(wanted.results_as)
    judging = replace(judging_of(run, project, wanted), many=True)
    manifest = manifest_of(run, wanted, judging, form)
    folder = ResultFolder(run.directory / str(wanted.results), str(wanted.results))
    judge = UnitJudge(judging=judging, environment=project.environment, stored=form)
    batches = in_batches(
        inputs_at(wanted.paths, run.directory, project.environment, judging.needs),
        at_most=manifest.batch,
    )
    with folder.held():
        folder.take_back()
        resumed = wanted.resume and not folder.is_empty()
        if resumed:
            refuse_others(folder, manifest)
            folder.clear()
        else:
            refuse_not_empty(folder)
            folder.begin(manifest)
        storing = _Storing(
            run=run,
            wanted=wanted,
            folder=folder,
            manifest=manifest,
            places=set(folder.batches()),
        )
        try:
            storing.store(_engine(run, wanted, judge), batches)
            say_skipped(run, storing.progress, storing.tally.left_out)
            if not storing.inputs:
                raise no_message(wanted.paths)
        except MmctlError:
            folder.abandon()
            raise
        except KeyboardInterrupt as stop:
            done = counted(storing.tally.messages, "message")
            stop.add_note(f"{done} judged and stored: the same command with --resume goes on")
            folder.abandon()
            raise
        stored = StoredRun(
            name=folder.name,
            tally=storing.tally,
            against=manifest.against,
            advice=advice_about(run, storing.tally, wanted),
            inputs=storing.inputs,
            batches=storing.batches,
            listed=storing.listed.hexdigest(),
            shard=manifest.shard,
        )
        folder.end(stored.document)
    run.say(storing.sentence)
    write(run, STORED, stored)
    return UNKNOWN if wanted.strict and storing.tally.unknown else 0


def _engine(run: Run, wanted: Wanted, judge: UnitJudge) -> Engine:
    """What judges the batches."""
    if wanted.scheduler is not None:
        from mmctl.cli.messages.on_dask import on_cluster

        return partial(on_cluster, run, judge, wanted)
    if wanted.workers > 1:
        from mmctl.cli.messages.pool import in_processes

        judge.compile()
        return lambda batches: in_processes(judge, batches, wanted.workers, named=str)
    return lambda batches: (judge(batch) for batch in batches)


@dataclass(slots=True, kw_only=True)
class _Storing:
    """Batches on their way into a folder."""

    run: Run
    wanted: Wanted
    folder: ResultFolder
    manifest: Manifest
    places: set[int]
    """Where batches are stored whose turn has not come."""
    progress: Progress = field(init=False)
    tally: Tally = field(default_factory=Tally)
    order: deque[UnitBatch | Stored] = field(default_factory=deque)
    """What has to be judged, and what is stored and comes after it."""
    listed: Any = field(default_factory=partial(blake2b, digest_size=16))
    """A digest of all inputs, also those of other shards."""
    inputs: int = 0
    batches: int = 0
    judged: int = 0
    kept: int = 0

    def __post_init__(self) -> None:
        self.progress = Progress(self.run, "message")

    @property
    def sentence(self) -> str:
        """What was stored."""
        messages = counted(self.tally.messages, "message")
        files = counted(self.judged + self.kept, "file")
        kept = f", {self.kept:,} of them kept" if self.kept else ""
        return f"stored {messages} in `{self.folder.name}` ({files}{kept})"

    def store(self, engine: Engine, batches: Iterable[UnitBatch]) -> None:
        """Judge what is not stored, and store it."""
        skip = partial(
            skipped, self.run, self.progress, Counter(), named_among(self.run, self.wanted.paths)
        )
        if self.progress.shown:
            self.progress.expect(sizes_at(self.run, self.wanted.paths))
        with self.progress, closing(engine(self._todo(batches))) as results:
            for done in results:
                self._take_stored()
                batch = self.order.popleft()
                assert isinstance(batch, UnitBatch)  # noqa: S101 - what is stored was just taken
                for left_out in done.left_out:
                    skip(left_out)
                if done.stopped is not None:
                    raise done.stopped
                tally = done.judged.tally
                self.folder.keep(self.manifest, batch, done, tally)
                self.tally.merge(tally)
                self.judged += 1
                self.progress.did(done.size)
                self.progress.count(tally.messages)
            self._take_stored()
        if self.places:
            refuse_fewer(self.folder)

    def _todo(self, batches: Iterable[UnitBatch]) -> Iterator[UnitBatch]:
        """The batches that are not stored."""
        for batch in batches:
            self.inputs = batch.end
            self.batches += 1
            self.listed.update(batch.digest(times=False).encode())
            if not self.manifest.shard.has(batch.number):
                self.progress.leave_out(batch.size)
                continue
            stored = None
            if batch.first in self.places:
                self.places.remove(batch.first)
                stored = self.folder.stored(self.manifest, batch.first)
            if stored is None:
                self.order.append(batch)
                yield batch
                continue
            refuse_changed(self.folder, batch, stored)
            self.progress.leave_out(batch.size)
            self.order.append(stored)
            if isinstance(self.order[0], Stored):
                self._take_stored()

    def _take_stored(self) -> None:
        """Count what is stored and has its turn."""
        while self.order and isinstance(stored := self.order[0], Stored):
            self.order.popleft()
            self.tally.merge(stored.tally)
            self.kept += 1
