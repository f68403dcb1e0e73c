"""`mmctl lint` against `cfn-lint` on the same 300 rules, as whole processes."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.lint.rules import LINES_A_RULE, write, write_lines
from benchmarks.measure import Pairs, Ratio, in_pairs, peak, process
from benchmarks.result import Measured, Peer, alone
from benchmarks.tools import MMCTL, beside_python, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.result import Result


LINES: Final = (10_000, 100_000)


def measured(quick: bool) -> Iterator[Result]:
    """Everything read, nothing changed since, with proofs, and ten times the lines."""
    yield from _against_cfn_lint(quick)
    yield _with_proofs(quick)
    yield from _lines(quick)


def _against_cfn_lint(quick: bool) -> Iterator[Result]:
    cfn_lint = beside_python("cfn-lint")
    if cfn_lint is None:
        for row in ("lint", "lint-again"):
            yield Measured(row=row, figure=None, detail="not installed: pip install cfn-lint")
        return
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        project, template = write(Path(name))
        environment = {"XDG_CACHE_HOME": str(Path(name) / "kept")}
        commands = ([MMCTL, "lint", "--no-cache"], [MMCTL, "lint"], [cfn_lint, str(template)])

        def costs() -> list[float]:
            return [process(command, project, environment).cpu for command in commands]

        costs()  # once for the caches
        anew, again, theirs = zip(*(costs() for _ in range(3 if quick else 7)), strict=True)
    for row, ours in (("lint", anew), ("lint-again", again)):
        yield Measured(
            row=row,
            figure=Pairs(ours, theirs).faster,
            detail=f"{1000 * statistics.median(ours):,.0f} ms against "
            f"{1000 * statistics.median(theirs):,.0f} ms",
        )
    yield Peer(version=first_line(cfn_lint, "--version"))


def _with_proofs(quick: bool) -> Measured:
    """What the proofs add, in turn with the same without them."""
    command = [MMCTL, "lint", "--no-cache"]
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        without, _ = write(Path(name) / "without")
        proved, _ = write(Path(name) / "proved", proofs=True)
        costs = in_pairs(
            lambda: process(command, proved).cpu,
            lambda: process(command, without).cpu,
            3 if quick else 7,
        )
    return Measured(
        row="lint-proofs",
        figure=costs.dearer,
        detail=f"{1000 * statistics.median(costs.ours):,.0f} ms against "
        f"{1000 * statistics.median(costs.theirs):,.0f} ms",
    )


def _lines(quick: bool) -> Iterator[Result]:
    """What ten times the lines cost, and the memory that they take."""
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        few, many = (write_lines(Path(name) / str(lines), lines // LINES_A_RULE) for lines in LINES)
        costs = in_pairs(
            lambda: process(_lint(many)).cpu, lambda: process(_lint(few)).cpu, 1 if quick else 3
        )
        _, memory = peak(_lint(many))
    yield Measured(
        row="lint-lines",
        figure=costs.dearer,
        detail=f"{1000 * statistics.median(costs.theirs):,.0f} ms and "
        f"{1000 * statistics.median(costs.ours):,.0f} ms",
    )
    yield Measured(
        row="lint-memory", figure=Ratio.of([memory]), detail=f"{LINES[1]:,} lines, one process"
    )


def _lint(folder: Path) -> list[str]:
    # So many rules are more than the service takes, which is a problem that lint finds.
    return ["sh", "-c", f"cd {folder} && {{ {MMCTL} lint --no-cache; test $? -le 1; }}"]


if __name__ == "__main__":
    sys.exit(alone(measured))
