"""Rows about many messages: a second process, memory, and how near the machine's limit is."""

from __future__ import annotations

import math
import os
import statistics
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.judge.ours import Ours
from benchmarks.judge.whole import FEW, simulate, simulating
from benchmarks.measure import Ratio, cpu, fitting, peak, watching_others
from benchmarks.result import Curve, Measured
from mmctl.mail.partial import Message, Needs
from mmctl.mail.sources import messages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.judge.corpus import Corpus
    from benchmarks.result import Result
    from mmctl.judge.submission import Gateway, Submission

WORKERS: Final = 2
FIRST_BYTES: Final = 16 * 1024
"""What is read of a message."""
COUNTS: Final = (1_000, 10_000, 100_000, 1_000_000)
TAKES: Final = 150.0
"""CPU seconds that the largest run may take, about."""
LONG: Final = "LONG"
"""The variable that asks for all of them, whatever they take."""


def rows(project: Path, corpus: Corpus, *, quick: bool) -> Iterator[Result]:
    """Two processes over one; memory, and the cost of a message, by the number of messages."""
    seconds = math.inf if os.environ.get(LONG) else TAKES / 5 if quick else TAKES
    few = simulate(project, corpus.of(FEW))
    tried = simulate(project, corpus.of(200))
    each = max(1e-6, tried.cpu - few.cpu) / 200
    # Each message once: what comes again is cheap for the process that had it, and for no other.
    yield _processes(project, corpus, len(corpus.files), 3 if quick else 9)
    costs, peaks = [], []
    for count in COUNTS:
        if count > COUNTS[0] and count > fitting(each, seconds, COUNTS[-1]):
            break
        cost, memory = peak(simulating(project, corpus.of(count), f"--workers={WORKERS}"))
        costs.append((float(count), cost.cpu / count))
        peaks.append((float(count), memory))
    yield Curve(plot="messages", name="CPU a message, start included", points=costs)
    yield Curve(plot="memory", name="largest process", points=peaks)
    worst = max(memory for _, memory in peaks)
    shown = ", ".join(f"{memory:.0f} MiB at {count:,.0f}" for count, memory in peaks)
    yield Measured(row="memory", figure=Ratio(worst, worst, worst), detail=f"{shown} messages")


def _processes(project: Path, corpus: Corpus, count: int, rounds: int) -> Measured:
    folder = corpus.of(count)
    ratios, elapsed = [], []
    with watching_others() as others:
        for _ in range(rounds):
            start = simulate(project, corpus.of(FEW)).elapsed
            one = simulate(project, folder, "--workers=1").elapsed - start
            two = simulate(project, folder, f"--workers={WORKERS}").elapsed - start
            ratios.append(one / two)
            elapsed.append((one, two))
    one, two = map(statistics.median, zip(*elapsed, strict=True))
    return Measured(
        row="processes",
        figure=Ratio.of(ratios),
        detail=f"{one:.1f} s against {two:.1f} s for {count:,} messages, "
        f"others took {others.processors:.1f} processors",
        others=others.too_much,
    )


def limit(gateway: Gateway, corpus: Corpus, *, quick: bool) -> Iterator[Measured]:
    """Messages a second when all has been seen before, and how far the raw read is."""
    mine = Ours(gateway)
    folder = corpus.of(500 if quick else 4000)
    rounds = [_parts(mine, folder) for _ in range(5 if quick else 9)][1:]
    raw, reading, parsing, matching = (
        1e6 * statistics.median(part) for part in zip(*rounds, strict=True)
    )
    yield Measured(
        row="warm",
        figure=Ratio.of([1 / sum(parts[1:]) for parts in rounds]),
        detail=f"reading {reading:.1f} µs, parsing {parsing:.1f} µs, matching {matching:.1f} µs; "
        f"the raw read alone takes {raw:.1f} µs: {1e6 / raw:,.0f} messages a second",
    )


class Parts(NamedTuple):
    """CPU seconds a message."""

    raw: float
    """Of opening, reading once and closing alone."""
    reading: float
    parsing: float
    matching: float


def _parts(mine: Ours, folder: Path) -> Parts:
    """What each part costs, one after the other."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    found: list[Message] = []
    submissions: list[Submission] = []
    raw = cpu(lambda: [read(file) for file in files])
    reading = cpu(lambda: found.extend(messages([folder], needs=Needs(body=False))))
    parsing = cpu(lambda: submissions.extend(mine.parse(each.content) for each in found))
    matching = cpu(lambda: mine.judge(submissions))
    return Parts(*(part / len(files) for part in (raw, reading, parsing, matching)))


def read(file: Path) -> bytes:
    """The first bytes of a file, as cheaply as Python can."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return os.read(descriptor, FIRST_BYTES)
    finally:
        os.close(descriptor)
