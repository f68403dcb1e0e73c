"""`make bench`: all benchmarks, each in a process of its own, and one table.

python -m benchmarks [NAME...] [--quick] [--write]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.page import write
from benchmarks.result import Measured, details, from_json, machine, table
from benchmarks.rows import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.result import Result

HERE: Final = Path(__file__).parent


def main() -> int:
    """Print the table; 1 where a promise is not kept or a benchmark breaks."""
    names = sorted(run.parent.name for run in HERE.glob("*/run.py"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="in minutes, less exact")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    results: list[Result] = []
    broken = []
    for name in options.names or names:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        try:
            results += _results_of(name, quick=options.quick)
        except subprocess.CalledProcessError as error:
            broken.append(f"{name}: ended with {error.returncode}")
    rows = _in_order([result for result in results if isinstance(result, Measured)])
    others = [result for result in results if not isinstance(result, Measured)]
    results = [*rows, *others]
    print(table(rows), details(results), machine(), *broken, sep="\n\n")
    if options.write:
        command = "make bench QUICK=1 WRITE=1" if options.quick else "make bench WRITE=1"
        write(results, f"`{command}` on {date.today().isoformat()}: {machine()}.")  # noqa: DTZ011
    return int(bool(broken) or any(row.fails for row in rows))


def _results_of(name: str, *, quick: bool) -> Iterator[Result]:
    """What one benchmark measures.

    Raises:
        CalledProcessError: it breaks.
    """
    command = [sys.executable, "-m", f"benchmarks.{name}.run", "--json"]
    with subprocess.Popen(
        [*command, "--quick"] if quick else command,
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        yield from map(from_json, running.stdout)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)


def _in_order(results: list[Measured]) -> list[Measured]:
    """As the rows are declared."""
    order = [row.key for row in ROWS]
    return sorted(results, key=lambda result: order.index(result.row))


if __name__ == "__main__":
    sys.exit(main())
