"""How things are measured: CPU time, in pairs, medians; never the clock where CPU time will do.

A machine is rarely quiet. What is compared takes turns, so that both have the machine as it is just
then, and what counts is the median of the ratios.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

BUSY: Final = 0.15
"""The share of a processor that others may take before elapsed time says nothing."""
_PEAK: Final = Path(__file__).with_name("peak.py")
_COUNTS: Final = Path("/proc/stat")


class Ratio(NamedTuple):
    """The median of some ratios, and the range of the middle half of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Ratio:
        """The median and the quartiles."""
        if len(figures) < 3:
            return cls(statistics.median(figures), min(figures), max(figures))
        low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
        return cls(median, low, high)


@dataclass(frozen=True, slots=True)
class Pairs:
    """What two ways cost, in turn."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def faster(self) -> Ratio:
        """How many times less ours costs."""
        return Ratio.of([slow / fast for fast, slow in self._each()])

    @property
    def dearer(self) -> Ratio:
        """How many times as much ours costs."""
        return Ratio.of([ours / theirs for ours, theirs in self._each()])

    def _each(self) -> Iterator[tuple[float, float]]:
        return zip(self.ours, self.theirs, strict=True)


def in_pairs(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> Pairs:
    """What two ways cost, in turn; each gives its own cost."""
    costs = [(ours(), theirs()) for _ in range(rounds)]
    return Pairs(tuple(cost[0] for cost in costs), tuple(cost[1] for cost in costs))


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of some work in this process."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


class Cost(NamedTuple):
    """What a process took, with those it waited for."""

    cpu: float
    elapsed: float


def process(
    command: Sequence[str | Path],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    output: Path | None = None,
    user: int | None = None,
) -> Cost:
    """Run a command to its end, as another user if asked; its output goes to a file, or nowhere.

    Raises:
        SystemExit: it fails.
    """
    # As it is installed: with its bytecode kept, whatever the variable says here.
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})}
    with Path(os.devnull if output is None else output).open("wb") as file:
        start = time.perf_counter()
        running = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=variables,
            stdout=file,
            user=user,
            group=user,
            extra_groups=None if user is None else (),
        )
        _, status, usage = os.wait4(running.pid, 0)
        elapsed = time.perf_counter() - start
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {running.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, elapsed)


def peak(command: Sequence[str | Path]) -> tuple[Cost, float]:
    """Run a command to its end; also MiB of memory, of the largest of its processes.

    Raises:
        SystemExit: it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "peak"
        cost = process([sys.executable, _PEAK, file, *command])
        return cost, float(file.read_text(encoding="utf-8"))


@dataclass(slots=True)
class Others:
    """What other programs took of the machine meanwhile."""

    processors: float = 0.0
    """Processors that were busy with something else."""

    @property
    def too_much(self) -> str | None:
        """Why elapsed times say nothing; None: the machine was quiet."""
        if self.processors <= BUSY:
            return None
        load = os.getloadavg()[0]
        return f"others took {self.processors:.1f} processors, load {load:.1f}"


@contextmanager
def watching_others() -> Iterator[Others]:
    """See what others take of the machine while something is measured."""
    others = Others()
    start, busy, own = time.perf_counter(), _busy(), _own()
    yield others
    elapsed = time.perf_counter() - start
    others.processors = max(0.0, (_busy() - busy) - (_own() - own)) / elapsed


def _own() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(os.times()[:4])


def _busy() -> float:
    """CPU seconds of the whole machine; where nobody counts them, as much as the load says."""
    if not _COUNTS.exists():
        return os.getloadavg()[0] * time.perf_counter()
    user, nice, system, _, _, irq, soft_irq, *_ = map(
        int, _COUNTS.read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + soft_irq) / os.sysconf("SC_CLK_TCK")


def fitting(cost: float, seconds: float, most: int) -> int:
    """How many of what costs so many seconds each fit into some seconds; at least one."""
    return max(1, int(min(most, seconds / cost)))
