"""Each command against a slow service: seconds, CPU, calls.

    python -m benchmarks.network.commands

prints a line for each command and gateway; `run.py` takes from it what is promised.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.network.gateway import SHADOW, add_members, edit_rule, write_large, write_small
from benchmarks.network.slow import serving
from benchmarks.result import machine
from benchmarks.tools import MMCTL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.network.slow import Slow

FOUND_SOMETHING: Final = 2
"""The exit code of a plan or drift that found something."""
ADDRESS: Final = "evil@phish.example"
HEADS: Final = ("gateway", "command", "seconds", "first write", "waited", "CPU", "calls")


class Gateway(NamedTuple):
    """A gateway, and how long its service takes for a call."""

    name: str
    write: Callable[[Path, str], None]
    seconds: float


SMALL: Final = Gateway("21 objects, 100 ms a call", write_small, 0.1)
LARGE: Final = Gateway("39 rules, 30 lists, 50 ms a call", write_large, 0.05)


class Took(NamedTuple):
    """What one command took."""

    seconds: float
    cpu: float
    waited: float
    """Seconds in which a call was in flight."""
    first_write: float
    """Seconds until the first write arrived; without one, all of them."""
    calls: int
    before_write: int
    at_once: int


def took_by_command(gateway: Gateway) -> Iterator[tuple[str, Took]]:
    """Each command with what it took, one after the other, on a new gateway."""
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name, serving() as served:
        slow, url = served
        folder, kept = Path(name) / "project", str(Path(name) / "kept")
        gateway.write(folder, url)
        slow.seconds = gateway.seconds

        def took(*words: str) -> Took:
            return _took(slow, folder, kept, words)

        yield "first apply", took("apply", "--yes")
        edit_rule(folder)
        yield "plan", took("plan")
        yield "plan again", took("plan")
        yield "drift", took("drift")
        yield "apply of one rule", took("apply", "--yes")
        yield "rollback", took("rollback", "--yes")
        yield "history", took("history")
        yield "list add", took("list", "add", "bulk", ADDRESS, "--yes")
        for count in (50, 500):
            add_members(folder, count)
            released = ("--force", "pin", "--force", "drift")
            yield f"apply of {count} members", took("apply", "--yes", *released)
        yield "promote", took("promote", SHADOW)
        yield "import", took("import", "--into", str(Path(name) / "imported"))


def _took(slow: Slow, folder: Path, kept: str, words: tuple[str, ...]) -> Took:
    """Run a command of mmctl.

    Raises:
        SystemExit: it fails.
    """
    slow.forget()
    variables = {**os.environ, "XDG_CACHE_HOME": kept}
    spent, start = _children(), time.perf_counter()
    done = subprocess.run(
        [MMCTL, *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    seconds, cpu = time.perf_counter() - start, _children() - spent
    if done.returncode not in {0, FOUND_SOMETHING}:
        raise SystemExit(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    writes = (place for place, call in enumerate(slow.noted) if call.writes)
    before = next(writes, None)
    return Took(
        seconds=seconds,
        cpu=cpu,
        waited=slow.waited,
        first_write=seconds if before is None else slow.noted[before].at - start,
        calls=len(slow.noted),
        before_write=len(slow.noted) if before is None else before,
        at_once=slow.most_open,
    )


def _children() -> float:
    """CPU seconds of all processes that were run so far."""
    spent = os.times()
    return spent.children_user + spent.children_system


def main() -> int:
    """Print a table of all commands."""
    print(f"| {' | '.join(HEADS)} |")
    print("| --- " * len(HEADS) + "|")
    for gateway in (SMALL, LARGE):
        for command, took in took_by_command(gateway):
            times = (took.seconds, took.first_write, took.waited, took.cpu)
            shown = " | ".join(f"{each:.2f}" for each in times)
            print(f"| {gateway.name} | {command} | {shown} | {took.calls} |", flush=True)
    print(machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
