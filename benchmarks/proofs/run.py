"""Proofs over 300 rules, in one process, against reading those rules from YAML."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.judge.project import write
from benchmarks.measure import cpu, in_pairs
from benchmarks.result import Measured, alone
from mmctl.analysis.encoding.proof import Proof
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.dead import dead_rules
from mmctl.judge.ingress import Way, gateway_behind
from mmctl.language.parsing.load import read_project
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.judge.submission import Gateway

RULES: Final = 300


def measured(quick: bool) -> Iterator[Measured]:
    """Two rows: all dead rules, and two versions compared."""
    rounds = 5 if quick else 11
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        folder = write(Path(name), RULES)
        project, _ = read_project(folder)
        gateway = gateway_behind(project, Way(ingress_point=next(iter(project.ingress_points))))
        other = changed(gateway)

        def reading() -> float:
            return cpu(lambda: read_project(folder))

        yield _row("dead-rules", lambda: list(dead_rules(Proof(gateway))), reading, rounds)
        yield _row("versions", lambda: compared(gateway, other), reading, rounds)


def changed(gateway: Gateway) -> Gateway:
    """The same gateway with one rule moved down and one gone."""
    rules = list(gateway.rules)
    rules.insert(len(rules) // 2, rules.pop(len(rules) // 10))
    del rules[len(rules) // 4]
    return replace(gateway, rules=tuple(rules))


def _row(
    row: str, work: Callable[[], object], reading: Callable[[], float], rounds: int
) -> Measured:
    pairs = in_pairs(lambda: cpu(work), reading, rounds)
    ours, theirs = (1000 * statistics.median(costs) for costs in (pairs.ours, pairs.theirs))
    return Measured(
        row=row,
        figure=pairs.dearer,
        detail=f"{ours:,.0f} ms against {theirs:,.0f} ms to read {RULES} rules",
    )


if __name__ == "__main__":
    sys.exit(alone(measured))
