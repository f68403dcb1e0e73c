"""Lanes: what one target can hold up. Each has a thread of its own while it has work.

A server that hangs, or a function that takes long, keeps nobody waiting but its own lane.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Job = Callable[["Lane"], None]

_IDLE: Final = 5.0
"""Seconds until a lane without work ends its thread."""
_LOOKS_AGAIN: Final = 30.0
"""At most so long a lane sleeps, should somebody set the clock."""


class Lane:
    """One lane: its jobs in the order in which they are due."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self.name = name
        self.closing: Callable[[], None] | None = None
        """Called when the lane has no more work: it ends what the jobs keep open."""
        self.kept: object = None
        """What jobs keep for the next one, such as a connection."""
        self._clock = clock
        self._changed = threading.Condition()
        self._jobs: list[tuple[datetime, int, Job]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._left: list[Callable[[], None]] = []
        self._stopping = False
        self.busy = False

    def put(self, job: Job, due: datetime) -> int:
        """Add a job, done as soon as it is due and the lane is free; how many were there before."""
        with self._changed:
            before = len(self._jobs)
            heapq.heappush(self._jobs, (due, next(self._numbers), job))
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(
                    target=self._work, name=f"lane {self.name}", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()
            return before

    def stop(self, seconds: float) -> None:
        """Take no further job, and wait a while for the one under way."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    def is_idle(self) -> bool:
        """Whether it has nothing to do now; what is due later does not count."""
        with self._changed:
            due = bool(self._jobs) and self._jobs[0][0] <= self._clock()
            return not self.busy and not due

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job(self)
            finally:
                with self._changed:
                    self.busy = False
                    self._changed.notify_all()
        left, self._left = self._left, []
        for closing in left:
            closing()

    def _next(self) -> Job | None:
        """The next job, as soon as it is due; None: the thread ends."""
        waited = 0.0
        with self._changed:
            while not self._stopping:
                left = _IDLE - waited
                if self._jobs:
                    left = (self._jobs[0][0] - self._clock()).total_seconds()
                    if left <= 0:
                        self.busy = True
                        return heapq.heappop(self._jobs)[2]
                elif left <= 0:
                    break
                left = min(left, _LOOKS_AGAIN)
                if not self._changed.wait(left) and not self._jobs:
                    waited += left
            self._thread = None  # whoever comes now starts another, with nothing kept
            self._left = [] if self.closing is None else [self.closing]
            self.closing = self.kept = None
            return None


class Lanes:
    """All lanes, by their names."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lanes: dict[str, Lane] = {}

    def put(self, name: str, job: Job, due: datetime | None = None) -> int:
        """Add a job to a lane; `due` None: at once. How many were there before."""
        with self._lock:
            lane = self._lanes.get(name)
            if lane is None:
                lane = self._lanes[name] = Lane(name, self._clock)
        return lane.put(job, due or self._clock())

    def is_idle(self) -> bool:
        """Whether nothing is due now."""
        with self._lock:
            lanes = list(self._lanes.values())
        return all(lane.is_idle() for lane in lanes)

    def stop(self, seconds: float) -> None:
        """Stop all lanes."""
        with self._lock:
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.stop(0.0)
        for lane in lanes:
            lane.stop(seconds / len(lanes))
