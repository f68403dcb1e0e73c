"""`mmctl plan` of the reference gateway against `aws --version`: CPU time of whole processes.

    python benchmarks/plan/run.py [--runs 9] [--aws PATH]

All run one after the other, so that they have the machine as it is just then; what counts is the
median of the ratios. `aws` is the AWS CLI, version 1, of the extra `dev`.
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
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_MOST: Final = 3
"""The ratio that is promised, also for files that were not planned before."""
REPOSITORY: Final = Path(__file__).parents[2]
PROJECT: Final = ("mmctl.yaml", "rules", "cases", "lists")
KEPT: Final = "kept"
"""The folder of answers that are kept, beside that of the project."""
NAMES: Final = ("mmctl plan", "the same files again", "one member more")
CHANGED: Final = "lists/blocked-senders.csv"
MMCTL: Final = str(Path(sys.executable).with_name("mmctl"))


def main() -> int:
    """Print the ratios; 1 where one is above what is promised, 2 where `aws` is missing."""
    options = _options()
    if options.aws is None:
        print("the AWS CLI is not installed: pip install 'mmctl[dev]'")
        return 2
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        folder = Path(name) / "project"
        folder.mkdir()
        _copy(folder)
        os.environ["XDG_CACHE_HOME"] = str(folder.parent / KEPT)
        _cpu([MMCTL, "apply", "--yes", "--quiet"], folder)
        runs = [_run(folder, options.aws) for _ in range(options.runs + 1)][1:]
    ratios = [statistics.median(run[ours] / run[3] for run in runs) for ours in range(3)]
    _report(runs, ratios, options.aws)
    return int(max(ratios) > AT_MOST)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="mmctl plan against aws --version")
    parser.add_argument("--runs", type=int, default=9)
    beside = Path(sys.executable).with_name("aws")
    found = str(beside) if beside.is_file() else shutil.which("aws")
    parser.add_argument("--aws", default=found, metavar="PATH")
    return parser.parse_args()


def _copy(folder: Path) -> None:
    for name in PROJECT:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.exists():
            shutil.copy(source, folder)


def _run(folder: Path, aws: str) -> tuple[float, ...]:
    """CPU seconds of a plan that looks at all, of the same again, of a change, and of `aws`."""
    shutil.rmtree(folder.parent / KEPT, ignore_errors=True)
    anew = _cpu([MMCTL, "plan"], folder)
    again = _cpu([MMCTL, "plan"], folder)
    with _changed(folder / CHANGED):
        _cpu([MMCTL, "plan"], folder)
        change = _cpu([MMCTL, "plan"], folder)
    return anew, again, change, _cpu([aws, "--version"], folder)


@contextmanager
def _changed(path: Path) -> Iterator[None]:
    """A block list with one member more."""
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}*@phish.example\n", encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def _cpu(command: list[str], folder: Path) -> float:
    """CPU seconds of a process, in user and kernel.

    Raises:
        SystemExit: it fails.
    """
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def _report(runs: list[tuple[float, ...]], ratios: list[float], aws: str) -> None:
    medians = [statistics.median(column) for column in zip(*runs, strict=True)]
    said = subprocess.run([aws, "--version"], capture_output=True, text=True, check=True)
    print(f"plan of the reference gateway, CPU time (medians of {len(runs)} runs)")
    print(f"aws --version:           {medians[-1]:.2f} s")
    for name, ours, ratio in zip(NAMES, medians[:-1], ratios, strict=True):
        print(f"{name + ':':<24} {ours:.2f} s, {ratio:.1f} times as much")
    print(f"promised: at most {AT_MOST} times")
    print(
        f"mmctl {version('mmctl')}, {said.stdout.split()[0]}, Python {platform.python_version()},"
    )
    print(f"{platform.machine()}, {os.cpu_count()} processors")


if __name__ == "__main__":
    sys.exit(main())
