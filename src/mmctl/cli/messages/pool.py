"""Processes that share work: results in the order of the work, whatever happens to a process.

No thread is started, so that a process can be forked: it has the rules already, compiled, and
starts in milliseconds. Where that is not safe, processes start by themselves and get a copy.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections import deque
from contextlib import ExitStack, suppress
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from mmctl.cli.messages.garbage import seldom_collected
from mmctl.errors import CouldNot
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

Task = TypeVar("Task")
Done = TypeVar("Done")

IN_FLIGHT: Final = 4
"""Tasks for each process that are begun before the first of them has a result."""
TRIES: Final = 3
"""How often to try a task whose process was killed."""
_FITS: Final = 16 * 1024
"""Bytes that a pipe takes while nobody reads from it."""
_SPARE: Final = 16
"""Handles that are left for what processes read and write."""
_PATIENCE: Final = 5.0
"""Seconds for a process to end when there is no more work."""
_THREADS: Final = Path("/proc/self/task")


@dataclass(slots=True)
class _Waiting(Generic[Task, Done]):
    """A task that has no result yet, or whose turn has not come."""

    task: Task
    packed: bytes
    tries: int = 0
    begun: bool = False
    done: list[Done] = field(default_factory=list)


@dataclass(slots=True)
class _Process(Generic[Task, Done]):
    """A process with the tasks that were sent to it, in their order."""

    process: BaseProcess
    pipe: Connection
    sent: deque[_Waiting[Task, Done]] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault of mmctl in another process."""

    traceback: str


def in_processes(
    work: Callable[[Task], Done],
    tasks: Iterable[Task],
    workers: int,
    *,
    named: Callable[[Task], str],
) -> Generator[Done]:
    """The results in the order of the tasks; a killed process costs the tasks sent to it.

    `named` says what a task is about, should it kill its process over and over.

    Raises:
        CouldNot: a process was killed over and over.
    """
    pool = _Pool(work=work, workers=workers, named=named)
    ended = False
    try:
        yield from pool.results(iter(tasks))
        ended = True
    finally:
        pool.close(wait=ended)


@dataclass(slots=True, kw_only=True)
class _Pool(Generic[Task, Done]):
    """The processes, and the tasks that are under way."""

    work: Callable[[Task], Done]
    workers: int
    named: Callable[[Task], str]
    processes: list[_Process[Task, Done]] = field(default_factory=list)
    waiting: deque[_Waiting[Task, Done]] = field(default_factory=deque)

    def results(self, tasks: Iterator[Task]) -> Iterator[Done]:
        """The results in order."""
        while True:
            for task in islice(tasks, self.workers * IN_FLIGHT - len(self.waiting)):
                packed = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
                self.waiting.append(_Waiting(task, packed))
            if not self.waiting:
                return
            self._send()
            if self.waiting[0].done:
                yield self.waiting.popleft().done[0]
                continue
            ready = wait([each.pipe for each in self.processes if each.sent])
            for each in [each for each in self.processes if each.pipe in ready]:
                self._receive(each)

    def _send(self) -> None:
        """Give each process a task, and one ahead if that cannot block."""
        todo = (each for each in self.waiting if not each.begun)
        task = next(todo, None)
        for ahead in (0, 1):
            for number in range(self.workers):
                if task is None or (ahead and len(task.packed) > _FITS):
                    return
                process = self._process(number)
                if len(process.sent) > ahead:
                    continue
                task.begun = True
                process.sent.append(task)
                # A process that was killed meanwhile is found when its result is read.
                with suppress(OSError):
                    process.pipe.send_bytes(task.packed)
                task = next(todo, None)

    def _process(self, number: int) -> _Process[Task, Done]:
        if number == len(self.processes):
            self.processes.append(self._started())
        return self.processes[number]

    def _started(self) -> _Process[Task, Done]:
        try:
            return self._forked_or_spawned()
        except OSError as error:
            raise CouldNot(
                f"process {len(self.processes) + 1} of {self.workers} cannot be started: "
                f"{(error.strerror or '').lower()}",
                help="use fewer `--workers`, or raise the limits of this shell (`ulimit -a`)",
            ) from None

    def _forked_or_spawned(self) -> _Process[Task, Done]:
        context = _context()
        ours, theirs = context.Pipe()
        # Without room for more files, messages could not be opened and would be left out.
        with ExitStack() as spare:
            for _ in range(_SPARE):
                spare.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        # A forked process has these too, and would keep the pipes of the others open.
        forks = context.get_start_method() == "fork"
        inherited = [ours, *(each.pipe for each in self.processes)] if forks else []
        process = context.Process(target=_serve, args=(self.work, theirs, inherited))
        process.daemon = True
        process.start()
        theirs.close()
        return _Process(process, ours)

    def _receive(self, process: _Process[Task, Done]) -> None:
        try:
            answer = process.pipe.recv()
        except (EOFError, OSError):
            self._replace(process)
            return
        if isinstance(answer, _Fault):
            raise RuntimeError(answer.traceback)  # noqa: TRY004 - it is no wrong type
        process.sent.popleft().done.append(answer)

    def _replace(self, killed: _Process[Task, Done]) -> None:
        """Start another process; the tasks of the one that was killed have to be done again."""
        killed.pipe.close()
        killed.process.join(_PATIENCE)
        for task in killed.sent:
            task.begun = False
        first = killed.sent[0]
        first.tries += 1
        if first.tries >= TRIES:
            raise CouldNot(
                f"{TRIES} times a process was killed before {self.named(first.task)} were judged",
                help="memory may be short: use fewer `--workers`",
            )
        place = self.processes.index(killed)
        del self.processes[place]
        self.processes.insert(place, self._started())

    def close(self, *, wait: bool) -> None:
        """End the processes: at once, or when they have nothing more to do."""
        for each in self.processes:
            if not wait:
                each.process.kill()
            each.pipe.close()
        for each in self.processes:
            each.process.join(_PATIENCE)
            if each.process.is_alive():
                each.process.kill()
                each.process.join()


def _context() -> ForkContext | SpawnContext:
    """How a process starts: forked where this one has a single thread, as counted by the kernel."""
    if sys.platform == "linux":
        with suppress(OSError):
            if len(list(_THREADS.iterdir())) == 1:
                return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


@seldom_collected()
def _serve(work: Callable[[Task], Done], pipe: Connection, inherited: Sequence[Connection]) -> None:
    """Do the tasks that come through a pipe, until nobody sends more."""
    # An interrupt is for the command, which then ends its processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    # What is here already stays to the end; looking through it would copy it.
    gc.freeze()
    with suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                done = pickle.dumps(work(task), pickle.HIGHEST_PROTOCOL)
            except Exception:  # noqa: BLE001 - the command reports it as a fault of its own
                done = pickle.dumps(_Fault(traceback.format_exc()))
            pipe.send_bytes(done)
