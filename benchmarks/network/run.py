"""How long a plan, a rollback and an emergency block wait for a service that takes its time."""

from __future__ import annotations

import statistics
import sys
from typing import TYPE_CHECKING

from benchmarks.measure import Ratio, watching_others
from benchmarks.network.commands import LARGE, SMALL, took_by_command
from benchmarks.result import Measured, alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.network.commands import Gateway, Took
    from benchmarks.result import Result

ROLLBACK, LIST_ADD = "rollback", "list add"


def measured(quick: bool) -> Iterator[Result]:
    """Five rows, in seconds from the start of the process."""
    with watching_others() as others:
        small = _runs(SMALL, 1 if quick else 3)
        large = _runs(LARGE, 1 if quick else 3)
    busy = others.too_much
    yield _row("network-plan", [run["plan"] for run in small], first=False, others=busy)
    for key, command in (("network-rollback", ROLLBACK), ("network-list", LIST_ADD)):
        runs = [run[command] for run in large]
        yield _row(f"{key}-first", runs, first=True, others=busy)
        yield _row(key, runs, first=False, others=busy)


def _runs(gateway: Gateway, count: int) -> list[dict[str, Took]]:
    return [dict(took_by_command(gateway)) for _ in range(count)]


def _row(key: str, runs: Sequence[Took], *, first: bool, others: str | None) -> Measured:
    took = runs[-1]
    waited = statistics.median(run.waited for run in runs)
    cpu = statistics.median(run.cpu for run in runs)
    calls = f"{took.before_write} calls before the first write" if first else f"{took.calls} calls"
    return Measured(
        row=key,
        figure=Ratio.of([run.first_write if first else run.seconds for run in runs]),
        detail=f"{calls}, {took.at_once} at once; the whole command waits {waited:.1f} s for them "
        f"and takes {cpu:.1f} s of CPU",
        others=others,
    )


if __name__ == "__main__":
    sys.exit(alone(measured))
