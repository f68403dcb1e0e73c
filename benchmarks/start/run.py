"""How long `mmctl` takes to start, as whole processes, against `python -c pass`."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import in_pairs, process
from benchmarks.result import Measured, alone
from benchmarks.tools import MMCTL, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.measure import Pairs

PROJECT: Final = ("mmctl.yaml", "rules", "cases", "lists")
FIRST_FILE: Final = Path(__file__).with_name("until_first_file.py")
COMPLETIONS: Final = {
    words: {"_MMCTL_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": "2"}
    for words, typed in (
        ("completion of an option", "mmctl lint --f"),
        ("completion of a rule", "mmctl promote a"),
    )
}
"""The second one has the names that the `lint` before it kept."""
AT_ONCE: Final = ("--version", "--help", "lint --help", "simulate --help", "lint", *COMPLETIONS)
WITHOUT_RULES: Final = ("explain redundant-value", "checks", "schema", "schema rules")
WITH_RULES: Final = (
    "lint --no-cache",
    "simulate",
    "why --case nothing",
    "budget",
    "fmt --check",
    "diff .",
    "export --to terraform",
    "history",
    "drift",
    "plan",
    "apply",
    "rollback",
    "promote nothing",
)


def measured(quick: bool) -> Iterator[Measured]:
    """Three rows; each has the figure of its slowest command."""
    rounds = 5 if quick else 15
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        bench = _Start(Path(name), rounds)
        yield _slowest("start-at-once", {words: bench.whole(words) for words in AT_ONCE})
        yield _slowest("start-data", {words: bench.whole(words) for words in WITHOUT_RULES})
        yield _slowest("start-rules", {words: bench.first_file(words) for words in WITH_RULES})


def _slowest(row: str, costs: Mapping[str, Pairs]) -> Measured:
    """The figure of the slowest command, and those of all."""
    figures = {words: pairs.dearer for words, pairs in costs.items()}
    base = statistics.median(cost for pairs in costs.values() for cost in pairs.theirs)
    listed = (f"`{words}` x{figure.median:.1f}" for words, figure in figures.items())
    return Measured(
        row=row,
        figure=max(figures.values(), key=lambda figure: figure.median),
        detail=f"`python -c pass` {1000 * base:.0f} ms; {', '.join(listed)}",
    )


class _Start:
    """A copy of the reference gateway, in which commands start."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.project, self.rounds = folder / "project", rounds
        self.variables = {"XDG_CACHE_HOME": str(folder / "kept")}
        self.project.mkdir()
        for name in PROJECT:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, self.project / name)
            else:
                shutil.copy(source, self.project)

    def whole(self, words: str) -> Pairs:
        """What a command costs to its end, in turn with Python alone."""
        variables = self.variables | COMPLETIONS.get(words, {})
        command = [MMCTL, *([] if words in COMPLETIONS else words.split())]
        return self._in_turn(command, variables)

    def first_file(self, words: str) -> Pairs:
        """What a command costs until it opens the first file of the project."""
        return self._in_turn([sys.executable, FIRST_FILE, *words.split()], self.variables)

    def _in_turn(self, command: Sequence[str | Path], variables: Mapping[str, str]) -> Pairs:
        def ours() -> float:
            return process(command, self.project, variables).cpu

        def theirs() -> float:
            return process([sys.executable, "-c", "pass"], self.project).cpu

        ours()  # once for the bytecode and for what is remembered
        return in_pairs(ours, theirs, self.rounds)


if __name__ == "__main__":
    sys.exit(alone(measured))
