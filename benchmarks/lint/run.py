"""`mmctl lint` against `cfn-lint` on the same 300 rules, as whole processes, in turn.

    python benchmarks/lint/run.py [--runs 5] [--cfn-lint PATH]

All run one after the other, so that they have the machine as it is just then; what counts is the
median of the ratios. `cfn-lint` is installed with the extra `dev`.
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
"""The ratio that is promised for rules that have not changed since they were last looked at."""


def main() -> int:
    """Print the ratios; 1 where one is below what is promised, 2 where cfn-lint is missing."""
    options = _options()
    if options.cfn_lint is None:
        print("cfn-lint is not installed: pip install 'mmctl[dev]'")
        return 2
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as folder:
        project, template = write(Path(folder))
        again = [str(Path(sys.executable).with_name("mmctl")), "lint"]
        anew = [*again, "--no-cache"]
        theirs = [options.cfn_lint, str(template)]
        commands = (anew, again, theirs)
        for command in commands:
            _seconds(command, project)  # once for the caches
        runs = [[_seconds(each, project) for each in commands] for _ in range(options.runs)]
    anew_ratio, again_ratio = (
        statistics.median(run[2] / run[ours] for run in runs) for ours in range(2)
    )
    _report(runs, anew_ratio, again_ratio, options.cfn_lint)
    return int(again_ratio < AT_LEAST)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="mmctl lint against cfn-lint")
    parser.add_argument("--runs", type=int, default=5)
    beside = Path(sys.executable).with_name("cfn-lint")
    found = str(beside) if beside.is_file() else shutil.which("cfn-lint")
    parser.add_argument("--cfn-lint", default=found, metavar="PATH")
    return parser.parse_args()


def _seconds(command: list[str], folder: Path) -> float:
    """How long a process takes, from its start to its end.

    Raises:
        SystemExit: it finds a problem: then the two do not do the same work.
    """
    # As it is installed: with its bytecode kept, whatever the variable says here.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def _report(runs: list[list[float]], anew_ratio: float, again_ratio: float, cfn_lint: str) -> None:
    anew, again, slow = (statistics.median(column) for column in zip(*runs, strict=True))
    said = subprocess.run([cfn_lint, "--version"], capture_output=True, text=True, check=True)
    print(f"lint of {RULES} rules, cfn-lint: {slow:.2f} s (medians of {len(runs)} runs)")
    print(f"mmctl, everything read anew:  {anew:.3f} s, {anew_ratio:.0f} times faster")
    print(f"mmctl, nothing changed since: {again:.3f} s, {again_ratio:.0f} times faster")
    print(f"promised for the latter: {AT_LEAST} times")
    print(f"mmctl {version('mmctl')}, {said.stdout.strip()}, Python {platform.python_version()},")
    print(f"{platform.machine()}, {os.cpu_count()} processors")


if __name__ == "__main__":
    sys.exit(main())
