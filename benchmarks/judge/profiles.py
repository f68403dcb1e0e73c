"""Where the time of judging goes: the functions that take most of it.

    python -m benchmarks.judge.profiles [RULES]

Profiles of this process, not of a pool: reading files, parsing, matching the first time, again, and
all that `simulate` does from its start.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.judge import project
from benchmarks.judge.corpus import Corpus
from benchmarks.judge.matching import RULES
from benchmarks.judge.ours import Ours, gateway

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGES: Final = 3_000
SHOWN: Final = 18
PROFILED: Final = """
import cProfile, sys
from mmctl.cli.start import run_to_exit
saved = sys.argv.pop(1)
profile = cProfile.Profile()
try:
    profile.runcall(run_to_exit)
except SystemExit as left:
    profile.dump_stats(saved)
    raise
"""
"""The command, which otherwise ends its process at once: then nothing is saved."""


def main() -> int:
    """Print the profiles."""
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        folder = Path(name)
        corpus = Corpus.generate(folder / "mail", MESSAGES)
        rules = project.write(folder / "rules", int(sys.argv[1]) if sys.argv[1:] else RULES)
        contents = [file.read_bytes() for file in corpus.files]
        mine = Ours(gateway(rules))
        submissions = list(map(mine.parse, contents))
        _profile("parsing", lambda: list(map(mine.parse, contents)))
        _profile("matching, first time", lambda: mine.judge(submissions))
        _profile("matching, again", lambda: mine.judge(submissions))
        saved = folder / "profile"
        options = ["-C", str(rules), "-o", str(folder / "simulated")]
        words = ["simulate", str(corpus.of(MESSAGES)), *options]
        subprocess.run([sys.executable, "-c", PROFILED, str(saved), *words], check=True)
        _show("mmctl simulate, whole", pstats.Stats(str(saved)))
    return 0


def _profile(title: str, work: Callable[[], object]) -> None:
    profile = cProfile.Profile()
    profile.runcall(work)
    _show(title, pstats.Stats(profile))


def _show(title: str, stats: pstats.Stats) -> None:
    stream = io.StringIO()
    stats.stream = stream  # type: ignore[attr-defined]
    stats.sort_stats("tottime").print_stats(SHOWN)
    lines = [line for line in stream.getvalue().splitlines() if line.strip()]
    print(f"\n{title}, {MESSAGES:,} messages", *lines[1:], sep="\n")


if __name__ == "__main__":
    sys.exit(main())
