"""Rows about whole processes: files are read, parsed, judged, written out and counted.

What a process costs at its start is taken off on both sides; rows of their own measure it. The
fastest judge ten thousand messages, the others as many as fit.
"""

from __future__ import annotations

import statistics
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.judge.agreement import agreed
from benchmarks.judge.matching import RULES
from benchmarks.judge.sieve import Sieve
from benchmarks.judge.spamassassin import SpamAssassin
from benchmarks.measure import fitting, in_pairs, process
from benchmarks.result import Measured, Peer
from benchmarks.tools import MMCTL, REPOSITORY, first_line, from_debian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.judge.corpus import Corpus
    from benchmarks.measure import Cost
    from benchmarks.result import Result

FEW: Final = 2
"""Messages of a run that measures the start; one alone would be shown in full."""
TRIED: Final = 50
TAKES: Final = 3.0
"""CPU seconds that one run may take, about."""


def rows(project: Path, many: Corpus, one: Corpus, *, quick: bool) -> Iterator[Result]:
    """Against the standard library with plain loops, Pigeonhole and SpamAssassin."""
    rounds = 3 if quick else 7
    for row, corpus in (("all", many), ("all-one", one)):
        run = partial(_simulate, project, corpus)
        ours, theirs = _Beyond(run, len(corpus.files)), _Beyond(partial(_stdlib, corpus), 1_000)
        yield _against(row, ours, theirs, rounds)
    yield from _against_sieve(ours, one, rounds)
    yield from _against_spamassassin(ours, one, rounds)


def _simulate(project: Path, corpus: Corpus, count: int) -> Cost:
    return simulate(project, corpus.of(count))


def simulate(project: Path, messages: Path, *options: str) -> Cost:
    """`mmctl simulate` of a folder."""
    return process(simulating(project, messages, *options))


def simulating(project: Path, messages: Path, *options: str) -> list[str | Path]:
    """The command that judges a folder."""
    output = messages.with_name(f"{messages.name}.txt")
    return [MMCTL, "simulate", messages, "-C", project, "-o", output, *options]


def _stdlib(corpus: Corpus, count: int) -> Cost:
    module = "benchmarks.judge.baseline"
    return process([sys.executable, "-m", module, corpus.of(count), str(RULES)], REPOSITORY)


def _against_sieve(ours: _Beyond, one: Corpus, rounds: int) -> Iterator[Result]:
    program = from_debian("sieve-filter", "dovecot-sieve")
    if program is None:
        detail = "not installed: apt install dovecot-sieve"
        yield Measured(row="sieve", figure=None, detail=detail)
        return
    sieve = Sieve(program, one.folder / "sieve", one.files, RULES)
    yield agreed(
        "sieve",
        sieve.verdicts(len(one.files)),
        one,
        partial(_against, "sieve", ours, _Beyond(sieve.run, len(one.files)), rounds),
    )
    yield Peer(version=f"Pigeonhole {first_line('dovecot', '--version')}")


def _against_spamassassin(ours: _Beyond, one: Corpus, rounds: int) -> Iterator[Result]:
    if from_debian("spamassassin", "spamassassin") is None:
        detail = "not installed: apt install spamassassin"
        yield Measured(row="spamassassin", figure=None, detail=detail)
        return
    engine = SpamAssassin("perl", one.folder / "spamassassin", one.folder / "originals", RULES)
    yield agreed(
        "spamassassin",
        engine.verdicts(min(300, len(one.files))),
        one,
        partial(_against, "spamassassin", ours, _Beyond(engine.run, 300), rounds),
        engine.left_out,
    )
    yield Peer(version=first_line("spamassassin", "--version"))


class _Beyond:
    """What a message costs beyond the start of the process; as many are judged as fit."""

    def __init__(self, run: Callable[[int], Cost], most: int) -> None:
        self.run = run
        tried = min(most, TRIED)
        each = max(1e-6, run(tried).cpu - run(FEW).cpu) / tried
        self.count = max(tried, fitting(each, TAKES, most))
        run(self.count)  # links what it judges, and fills the page cache

    def cpu(self) -> float:
        """CPU seconds a message."""
        start = self.run(FEW).cpu
        return max(1e-9, self.run(self.count).cpu - start) / (self.count - FEW)


def _against(row: str, ours: _Beyond, theirs: _Beyond, rounds: int) -> Measured:
    pairs = in_pairs(ours.cpu, theirs.cpu, rounds)
    return Measured(
        row=row,
        figure=pairs.faster,
        detail=f"{_rate(pairs.ours)} messages a second (of {ours.count:,}) "
        f"against {_rate(pairs.theirs)} (of {theirs.count:,})",
    )


def _rate(costs: tuple[float, ...]) -> str:
    return f"{1 / statistics.median(costs):,.0f}"
