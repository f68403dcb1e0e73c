"""How long commands wait for a service that takes its time for each call, and how many calls.

    python benchmarks/network/run.py [--runs 3] [--json FILE]

The service is the embedded Mail Manager on loopback, which waits before it answers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway import SHADOW, add_members, edit_rule, write_large, write_small
from slow import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slow import Slow

MMCTL: Final = str(Path(sys.executable).with_name("mmctl"))
MILLISECONDS: Final = 1000
LOADED: Final = 0.5
"""Programs per processor that make a figure undecided: they take the time that is measured."""
FOUND_SOMETHING: Final = 2
"""The exit code of a plan or drift that found something."""

HEADS: Final = (
    "gateway",
    "command",
    "seconds",
    "first write",
    "waited",
    "CPU",
    "calls",
    "before a write",
    "at once",
    "promised",
)


class Promise(NamedTuple):
    """What a command may take at most, in seconds from its start; None: nothing is promised."""

    first_write: float | None = None
    all: float | None = None


PROMISES: Final = {
    ("small", "plan"): Promise(all=2.0),
    ("small", "plan again"): Promise(all=2.0),
    ("large", "rollback"): Promise(first_write=2.0, all=5.0),
    ("large", "list add"): Promise(first_write=2.0, all=5.0),
}


class Took(NamedTuple):
    """What one command took: seconds, calls, the most of them in flight."""

    seconds: float
    cpu: float
    waited: float
    first_write: float | None
    calls: int
    before_write: int
    at_once: int


def main() -> int:
    """Print what commands took; 1 where one takes longer than promised, 2 where that is unknown."""
    options = _options()
    load = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
    found: dict[tuple[str, str], list[Took]] = {}
    for _ in range(options.runs):
        for name, milliseconds in (("small", options.small), ("large", options.large)):
            for what, took in _measured(name, milliseconds / MILLISECONDS):
                found.setdefault((name, what), []).append(took)
    rows = [_row(key, runs) for key, runs in found.items()]
    _report(rows, options, load)
    if options.json is not None:
        document = {"load_per_processor": load, "rows": rows}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if any(row["kept"] is False for row in rows):
        return 2 if load > LOADED else 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="commands against a slow service")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--small", type=float, default=100, metavar="MILLISECONDS")
    parser.add_argument("--large", type=float, default=50, metavar="MILLISECONDS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _measured(name: str, seconds: float) -> Iterator[tuple[str, Took]]:
    """Each command with what it took, one after the other, on a fresh gateway."""
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as temporary, serving() as served:
        slow, _, url = served
        folder = Path(temporary) / "project"
        write = write_small if name == "small" else write_large
        write(folder, url)
        os.environ["XDG_CACHE_HOME"] = str(Path(temporary) / "kept")
        slow.seconds = seconds
        yield "first apply", _took(slow, folder, "apply", "--yes")
        edit_rule(folder)
        yield "plan", _took(slow, folder, "plan")
        yield "plan again", _took(slow, folder, "plan")
        yield "drift", _took(slow, folder, "drift")
        yield "apply one rule", _took(slow, folder, "apply", "--yes")
        yield "rollback", _took(slow, folder, "rollback", "--yes")
        yield "history", _took(slow, folder, "history")
        address = "evil@phish.example"
        yield "list add", _took(slow, folder, "list", "add", "bulk", address, "--yes")
        for count in (50, 500):
            add_members(folder, count)
            force = ("--force", "pin", "--force", "drift")
            yield f"apply {count} members", _took(slow, folder, "apply", "--yes", *force)
        yield "promote", _took(slow, folder, "promote", SHADOW)
        into = Path(temporary) / "imported"
        yield "import", _took(slow, folder, "import", "--into", str(into))


def _took(slow: Slow, folder: Path, *words: str) -> Took:
    """Run a command of mmctl.

    Raises:
        SystemExit: it fails.
    """
    slow.forget()
    spent, start = _cpu(), time.perf_counter()
    done = subprocess.run([MMCTL, *words], cwd=folder, capture_output=True, text=True, check=False)
    seconds, cpu = time.perf_counter() - start, _cpu() - spent
    if done.returncode not in {0, FOUND_SOMETHING}:
        raise SystemExit(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    before = next((at for at, call in enumerate(slow.noted) if call.writes), None)
    return Took(
        seconds=seconds,
        cpu=cpu,
        waited=slow.waited,
        first_write=None if before is None else slow.noted[before].at - start,
        calls=len(slow.noted),
        before_write=len(slow.noted) if before is None else before,
        at_once=slow.most_open,
    )


def _cpu() -> float:
    """CPU seconds of all processes that were run so far."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _row(key: tuple[str, str], runs: list[Took]) -> dict[str, object]:
    gateway, what = key
    promise = PROMISES.get(key, Promise())
    seconds = statistics.median(run.seconds for run in runs)
    writes = [run.first_write for run in runs if run.first_write is not None]
    first_write = statistics.median(writes) if writes else None
    limits = [(promise.all, seconds), (promise.first_write, first_write)]
    kept = [got is None or got <= most for most, got in limits if most is not None]
    return {
        "gateway": gateway,
        "command": what,
        "seconds": round(seconds, 2),
        "cpu": round(statistics.median(run.cpu for run in runs), 2),
        "waited": round(statistics.median(run.waited for run in runs), 2),
        "first_write": None if first_write is None else round(first_write, 2),
        "calls": runs[-1].calls,
        "calls_before_write": runs[-1].before_write,
        "at_once": runs[-1].at_once,
        "promised": [promise.first_write, promise.all],
        "kept": all(kept) if kept else None,
    }


def _report(rows: list[dict[str, object]], options: argparse.Namespace, load: float) -> None:
    print(f"small: 21 objects, {options.small:g} ms a call")
    print(f"large: 39 rules, 30 address lists, {options.large:g} ms a call")
    print(f"| {' | '.join(HEADS)} |")
    print("| --- " * len(HEADS) + "|")
    for row in rows:
        promised = {None: "", True: "kept", False: "**not kept**"}[row["kept"]]  # type: ignore[index]
        cells = [
            row["gateway"],
            row["command"],
            row["seconds"],
            row["first_write"] if row["first_write"] is not None else "",
            row["waited"],
            row["cpu"],
            row["calls"],
            row["calls_before_write"] if row["first_write"] is not None else "",
            row["at_once"],
            promised,
        ]
        print(f"| {' | '.join(map(str, cells))} |")
    print(f"load at the start: {load:.2f} per processor", "(undecided)" * (load > LOADED))
    print(f"mmctl {version('mmctl')}, Python {platform.python_version()},")
    print(f"{platform.machine()}, {os.cpu_count()} processors")


if __name__ == "__main__":
    sys.exit(main())
