"""`mmctl lint` against `cfn-lint` on the same 300 rules, as whole processes, in pairs.

    python benchmarks/lint/run.py [--pairs 5] [--cfn-lint PATH]

Each pair runs one after the other, so that both have the machine as it is just then; what counts
is the median of the ratios. `cfn-lint` is installed apart: `pip install cfn-lint`.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rules import RULES, write

AT_LEAST: Final = 40
"""The ratio that is promised."""


def main() -> int:
    """Print the ratio; 1 where it is below what is promised, 2 where cfn-lint is missing."""
    options = _options()
    if options.cfn_lint is None:
        print("cfn-lint is not installed: pip install cfn-lint")
        return 2
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as folder:
        project, template = write(Path(folder))
        ours = [str(Path(sys.executable).with_name("mmctl")), "lint", "-C", str(project)]
        theirs = [options.cfn_lint, str(template)]
        _seconds(ours), _seconds(theirs)  # once for the caches
        pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(options.pairs)]
    ratio = statistics.median(slow / quick for quick, slow in pairs)
    _report(pairs, ratio, options.cfn_lint)
    return int(ratio < AT_LEAST)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="mmctl lint against cfn-lint")
    parser.add_argument("--pairs", type=int, default=5)
    beside = Path(sys.executable).with_name("cfn-lint")
    found = str(beside) if beside.is_file() else shutil.which("cfn-lint")
    parser.add_argument("--cfn-lint", default=found, metavar="PATH")
    return parser.parse_args()


def _seconds(command: list[str]) -> float:
    """How long a process takes, from its start to its end.

    Raises:
        SystemExit: it finds a problem: then the two do not do the same work.
    """
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def _report(pairs: list[tuple[float, float]], ratio: float, cfn_lint: str) -> None:
    quick, slow = (statistics.median(column) for column in zip(*pairs, strict=True))
    said = subprocess.run([cfn_lint, "--version"], capture_output=True, text=True, check=True)
    print(f"lint of {RULES} rules: mmctl {quick:.2f} s, cfn-lint {slow:.2f} s")
    print(f"ratio: {ratio:.0f} (median of {len(pairs)} pairs; promised: {AT_LEAST})")
    print(f"mmctl {version('mmctl')}, {said.stdout.strip()}, Python {platform.python_version()},")
    print(f"{platform.machine()}, {os.cpu_count()} processors")


if __name__ == "__main__":
    sys.exit(main())
