"""Packing 300 rules, proofs included, against linting the same rules."""

from __future__ import annotations

import statistics
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Ratio, cpu, in_pairs
from benchmarks.result import Measured, alone
from mmctl.compiler.compile import packings_of
from mmctl.compiler.packing.memory import IN_PROCESS
from mmctl.language.parsing.files import DiskFiles
from mmctl.language.parsing.load import Sources, read_project
from mmctl.linting import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.packing.packed import Packing

PROJECT: Final = Path(__file__).parents[2]
RULE_SET: Final = "inbound"
TODAY: Final = date(2026, 1, 2)


def measured(quick: bool) -> Iterator[Measured]:
    """Two rows: the ratio, and the seconds."""
    rounds = 3 if quick else 9
    packing = packed()
    if not packing.is_packed or not packing.is_used:
        raise RuntimeError("the reference gateway is not packed")
    pairs = in_pairs(packing_once, linting, rounds)
    ours, theirs = (statistics.median(costs) for costs in (pairs.ours, pairs.theirs))
    rules = len({id(rule) for live in packing.rules for rule in live.sources})
    detail = f"{rules} rules in {len(packing.rules)} live rules, proved"
    yield Measured(
        row="packing",
        figure=pairs.dearer,
        detail=f"{detail}: {1000 * ours:,.0f} ms against {1000 * theirs:,.0f} ms of lint",
    )
    yield Measured(row="packing-seconds", figure=Ratio.of(pairs.ours), detail=detail)


def packed() -> Packing:
    """The rule set as it goes live."""
    project, _ = read_project(PROJECT)
    return next(each for each in packings_of(project) if each.rule_set == RULE_SET)


def packing_once() -> float:
    """CPU seconds of packing, with nothing remembered."""
    project, _ = read_project(PROJECT)
    IN_PROCESS.forget()
    return cpu(lambda: packings_of(project))


def linting() -> float:
    """CPU seconds of lint, which has seen how the rules are packed."""
    packed()
    return cpu(lambda: problems_of(Sources(DiskFiles.below(PROJECT), "project"), TODAY))


if __name__ == "__main__":
    sys.exit(alone(measured))
