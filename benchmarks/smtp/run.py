"""What a message costs the SMTP face: taken, judged by 40 rules, archived, logged.

`smtp-source` of Postfix sends messages of 2 KB over kept connections, without TLS. CPU is that of
all processes of `mmctl emulate`. `--minute` sends for a minute: memory must not grow, and every
message that was accepted must be in the archive.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.measure import Ratio, watching_others
from benchmarks.result import Measured, alone
from benchmarks.smtp.gateway import RULES, configure
from benchmarks.tools import MMCTL, from_debian

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.result import Result

CONNECTIONS: Final = 20
LENGTH: Final = 2048
BATCH: Final = 2000
SECONDS, QUICK_SECONDS, MINUTE = 20.0, 5.0, 60.0
_seconds = SECONDS
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PATIENCE: Final = 120.0


class Sent(NamedTuple):
    """One run against a server."""

    accepted: int
    milliseconds: float
    """Of CPU a message."""
    each_second: float
    memory: tuple[float, float]
    """MiB after the first messages, and at the end."""
    lost: int


def measured(quick: bool) -> Iterator[Result]:
    """Two rows: what a message costs, and how many come a second."""
    seconds = QUICK_SECONDS if quick else _seconds
    source = from_debian("smtp-source", "postfix")
    if source is None:
        yield Measured(row="smtp", figure=None, detail="`smtp-source` of Postfix is missing")
        yield Measured(row="smtp-rate", figure=None, detail="`smtp-source` of Postfix is missing")
        return
    with watching_others() as others:
        sent = run(source, seconds)
    if sent.lost:
        raise SystemExit(f"{sent.lost} of {sent.accepted} accepted messages are lost")
    first, last = sent.memory
    detail = (
        f"{sent.accepted:,} messages of 2 KB through {RULES} rules into an archive, "
        f"{CONNECTIONS} connections; none lost; memory {first:.0f} MiB after the first "
        f"{BATCH:,}, {last:.0f} MiB at the end"
    )
    figure = Ratio(sent.milliseconds, sent.milliseconds, sent.milliseconds)
    yield Measured(row="smtp", figure=figure, detail=detail)
    rate = Ratio(sent.each_second, sent.each_second, sent.each_second)
    yield Measured(
        row="smtp-rate", figure=rate, detail=f"sender included; {detail}", others=others.too_much
    )


def run(source: str, seconds: float) -> Sent:
    """Send for some seconds, and look for what arrived."""
    with tempfile.TemporaryDirectory() as folder:
        archive = configure(Path(folder) / "state.db")
        with serving(Path(folder)) as (processes, port):
            send(source, port, BATCH)  # what is compiled and loaded once is no cost of a message
            _settled(Path(folder) / "data", BATCH)
            first = sum(map(memory_of, processes))
            before, start = sum(map(cpu_of, processes)), time.perf_counter()
            sent = 0
            while time.perf_counter() - start < seconds:
                send(source, port, BATCH)
                sent += BATCH
            elapsed = time.perf_counter() - start
            _settled(Path(folder) / "data", BATCH + sent)
            cost = sum(map(cpu_of, processes)) - before
            last = sum(map(memory_of, processes))
        ids = [json.loads(line)["id"] for line in (Path(folder) / "data/messages.jsonl").open()]
        kept = Path(folder) / "data" / "archives" / archive
        lost = sum(not (kept / f"{each}.eml").is_file() for each in ids)
        missing = BATCH + sent - len(set(ids))
        return Sent(len(ids), cost / sent * 1000, sent / elapsed, (first, last), lost + missing)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[list[int], int]]:
    """A running `mmctl emulate`: the numbers of its processes, and its port."""
    data = folder / "data"
    with subprocess.Popen(
        [
            *(MMCTL, "emulate", "--api-port", "0", "--smtp-port", "0"),
            *("--state", folder / "state.db", "--data", data),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    ) as running:
        try:
            deadline = time.monotonic() + _PATIENCE
            while not (ports := _read(data / "ports.json")):
                if running.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("`mmctl emulate` did not start")
                time.sleep(0.05)
            yield [running.pid, *children_of(running.pid)], ports["ingress_points"][0]["port"]
        finally:
            running.terminate()


def send(source: str, port: int, count: int) -> None:
    """Send so many messages, all of which must be accepted."""
    subprocess.run(
        [
            *(source, "-d", "-s", str(CONNECTIONS), "-m", str(count), "-l", str(LENGTH)),
            *("-f", "a@example.org", "-t", "b@example.com", f"inet:127.0.0.1:{port}"),
        ],
        check=True,
    )


def children_of(process: int) -> list[int]:
    """The processes that another started."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(each) for each in text.split()]


def cpu_of(process: int) -> float:
    """CPU seconds of a process until now."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(process: int) -> float:
    """MiB of memory that a process has now."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _settled(data: Path, count: int) -> None:
    """Wait until so many messages are finished: nothing is left in the queue."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with (data / "messages.jsonl").open("rb") as file:
            accepted = sum(1 for _ in file)
        if accepted >= count and not any(os.scandir(data / "queue")):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"{accepted} of {count} messages were accepted and finished")
        time.sleep(0.05)


def _read(path: Path) -> dict[str, list[dict[str, int]]]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


if __name__ == "__main__":
    if "--minute" in sys.argv:
        sys.argv.remove("--minute")
        _seconds = MINUTE
    sys.exit(alone(measured))
