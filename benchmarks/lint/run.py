"""`mmctl lint` against `cfn-lint` on the same 300 rules, as whole processes."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lint.rules import write
from benchmarks.measure import Pairs, process
from benchmarks.result import Measured, Peer, alone
from benchmarks.tools import MMCTL, beside_python, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.result import Result


def measured(quick: bool) -> Iterator[Result]:
    """Two rows: everything read, and nothing changed since."""
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


if __name__ == "__main__":
    sys.exit(alone(measured))
