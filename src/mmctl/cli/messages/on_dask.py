"""`--engine dask`: batches judged by the workers of an existing Dask cluster, results in order.

The cluster is somebody's: mmctl starts none, and configures none. How it is spoken to (TLS,
certificates, timeouts) is Dask's own configuration, in its files or in `DASK_...` variables.
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections import deque
from contextlib import contextmanager, suppress
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from distributed import CancelledError, Client
from distributed.comm.core import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.scheduler import KilledWorker

from mmctl import __version__
from mmctl.cli.messages.unit_batches import BUCKETS, STDIN
from mmctl.errors import CouldNot, UsageError
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from distributed import Future

    from mmctl.cli.messages.unit_batches import UnitBatch
    from mmctl.cli.messages.unit_judge import DoneBatch, UnitJudge
    from mmctl.cli.messages.wanted import Wanted
    from mmctl.cli.run import Run

IN_FLIGHT: Final = 4
"""Batches for each thread of a worker that are begun before the first has a result."""
CONNECT: Final = 15
"""Seconds to reach the scheduler."""
PATIENCE: Final = 30
"""Seconds without any worker after which the run ends."""
_GONE: Final = (CancelledError, CommClosedError, OSError, TimeoutError)


def on_cluster(
    run: Run, judge: UnitJudge, wanted: Wanted, batches: Iterator[UnitBatch]
) -> Generator[DoneBatch]:
    """The batches in order, as the workers judged them.

    Raises:
        UsageError: the workers have another mmctl, or do not see the files.
        CouldNot: the cluster cannot be reached, lost its workers, or lost them over one batch.
    """
    # Our own errors say what happened; those of its threads would come between.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    address = str(wanted.scheduler)
    name = f"mmctl-{os.urandom(8).hex()}"
    with _connected(address) as client:
        cluster = _Cluster(client, address, name)
        cluster.check_versions()
        cluster.check_files(run, wanted)
        there = replace(judge, folder=str(Path.cwd()))
        with _lost(address):
            client.register_plugin(_Hired(name, pickle.dumps(there)), name)
        try:
            yield from cluster.results(batches)
        finally:
            with suppress(*_GONE):
                client.unregister_worker_plugin(name)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise CouldNot(
            f"no Dask scheduler answers at `{address}`",
            help="start one with `dask scheduler`, and name the address that it prints; "
            "certificates are those of Dask's configuration",
        ) from error
    with client:
        yield client


@contextmanager
def _lost(address: str) -> Iterator[None]:
    """Say that the cluster went away."""
    try:
        yield
    except _GONE as error:
        raise CouldNot(
            f"the Dask cluster at `{address}` no longer answers",
            help="what is stored is kept: with --resume the same command goes on",
        ) from error


@dataclass(slots=True)
class _Cluster:
    """The workers of one scheduler."""

    client: Client
    address: str
    name: str
    """Of what they judge by."""

    def check_versions(self) -> None:
        """Refuse workers with another mmctl, and a cluster without workers."""
        try:
            self.client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError:
            raise CouldNot(
                f"the Dask cluster at `{self.address}` has no workers",
                help=f"start some: dask worker {self.address}",
            ) from None
        for worker, version in self._asked(metadata.version, "mmctl").items():
            if version != __version__:
                what = "no mmctl" if isinstance(version, Exception) else f"mmctl {version}"
                raise UsageError(
                    f"worker `{worker}` has {what}, and this is mmctl {__version__}",
                    help="install the same version on all workers",
                )

    def check_files(self, run: Run, wanted: Wanted) -> None:
        """Refuse files that a worker does not see."""
        for path in wanted.paths:
            if path == STDIN or path.startswith(BUCKETS):
                continue
            place = os.path.realpath(run.directory / path)
            if not os.path.exists(place):  # noqa: PTH110 - it may be in an archive
                continue
            for worker, seen in self._asked(os.path.exists, place).items():
                if seen is not True:
                    raise UsageError(
                        f"worker `{worker}` does not see `{place}`",
                        help="put the messages on a file system that all workers mount at the "
                        "same place, or in a bucket: s3://bucket/prefix",
                    )

    def _asked(self, function: Any, *arguments: Any) -> dict[str, Any]:
        """What each worker answers."""
        with _lost(self.address):
            answers: dict[str, Any] = self.client.run(function, *arguments, on_error="return")
        return answers

    def results(self, batches: Iterator[UnitBatch]) -> Iterator[DoneBatch]:
        """The results in the order of the batches."""
        waiting: deque[tuple[UnitBatch, Future[DoneBatch]]] = deque()
        at_once = IN_FLIGHT
        while True:
            if len(waiting) <= at_once // 2:
                at_once = IN_FLIGHT * max(1, sum(self._threads().values()))
            for batch in islice(batches, max(0, at_once - len(waiting))):
                with _lost(self.address):
                    future = self.client.submit(
                        judged_there,
                        self.name,
                        batch,
                        pure=False,
                        key=f"{self.name}-{batch.number}",
                    )
                waiting.append((batch, future))
            if not waiting:
                return
            yield self._result(*waiting.popleft())

    def _result(self, batch: UnitBatch, future: Future[DoneBatch]) -> DoneBatch:
        without_workers = 0
        while True:
            try:
                done: DoneBatch = future.result(timeout=PATIENCE / 3)
            except KilledWorker as error:
                raise CouldNot(
                    f"{error.allowed_failures + 1} times a worker was killed before {batch} "
                    "were judged",
                    help="memory may be short: use workers with more of it, or fewer threads",
                ) from None
            except TimeoutError:
                without_workers = 0 if self._threads() else without_workers + 1
                if without_workers * PATIENCE / 3 >= PATIENCE:
                    raise CouldNot(
                        f"the Dask cluster at `{self.address}` lost its workers",
                        help="what is stored is kept: start workers, "
                        "and with --resume the same command goes on",
                    ) from None
            except _GONE:
                with _lost(self.address):
                    raise
            else:
                return done

    def _threads(self) -> dict[str, int]:
        with _lost(self.address):
            threads: dict[str, int] = self.client.nthreads()
        return threads


class _Hired(WorkerPlugin):
    """Brings what judges to each worker, also to those that come later."""

    def __init__(self, name: str, judge: bytes) -> None:
        self.name = name
        self.judge = judge

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask calls it so
        """Keep it."""
        _JUDGES[self.name] = self.judge

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask calls it so
        """Forget it."""
        _JUDGES.pop(self.name, None)


_JUDGES: Final[dict[str, bytes]] = {}
"""On a worker: what judges, by the name of its run."""
_OF_THREAD: Final = threading.local()
"""On a worker: the run that a thread judges for, and what it judges by: threads share nothing."""


def judged_there(name: str, batch: UnitBatch) -> DoneBatch:
    """Judge a batch, on a worker."""
    if getattr(_OF_THREAD, "name", None) != name:
        _OF_THREAD.judge = pickle.loads(_JUDGES[name])  # noqa: S301 - it is from our client
        _OF_THREAD.name = name
    done: DoneBatch = _OF_THREAD.judge(batch)
    return done
