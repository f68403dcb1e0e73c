"""`mmctl plan` of the reference gateway against `aws --version`, as whole processes."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Pairs, process
from benchmarks.result import Measured, Peer, alone
from benchmarks.tools import MMCTL, REPOSITORY, beside_python, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.result import Result

PROJECT: Final = ("mmctl.yaml", "rules", "cases", "lists")
ROWS: Final = ("plan", "plan-again", "plan-change")
CHANGED: Final = "lists/blocked-senders.csv"


def measured(quick: bool) -> Iterator[Result]:
    """Three rows: a plan that looks at all, the same files again, one member more."""
    aws = beside_python("aws")
    if aws is None:
        for row in ROWS:
            yield Measured(row=row, figure=None, detail="not installed: pip install awscli")
        return
    with tempfile.TemporaryDirectory(prefix="mmctl-benchmark-") as name:
        project = _Project(Path(name))
        project.cpu(MMCTL, "apply", "--yes", "--quiet")
        runs = [project.run(aws) for _ in range(4 if quick else 10)][1:]
    *ours, theirs = zip(*runs, strict=True)
    for row, costs in zip(ROWS, ours, strict=True):
        yield Measured(
            row=row,
            figure=Pairs(costs, theirs).dearer,
            detail=f"{1000 * statistics.median(costs):,.0f} ms against "
            f"{1000 * statistics.median(theirs):,.0f} ms",
        )
    yield Peer(version=first_line(aws, "--version").split()[0])


class _Project:
    """A copy of the reference gateway, with a folder of kept answers beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder / "project", folder / "kept"
        self.folder.mkdir()
        for name in PROJECT:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, self.folder / name)
            else:
                shutil.copy(source, self.folder)

    def run(self, aws: str) -> tuple[float, float, float, float]:
        """CPU seconds of a plan that looks at all, of the same again, of a change, of `aws`."""
        shutil.rmtree(self.kept, ignore_errors=True)
        anew = self.cpu(MMCTL, "plan")
        again = self.cpu(MMCTL, "plan")
        with self._changed():
            self.cpu(MMCTL, "plan")
            change = self.cpu(MMCTL, "plan")
        return anew, again, change, self.cpu(aws, "--version")

    def cpu(self, *command: str) -> float:
        """CPU seconds of a command."""
        return process(command, self.folder, {"XDG_CACHE_HOME": str(self.kept)}).cpu

    @contextmanager
    def _changed(self) -> Iterator[None]:
        """A block list with one member more."""
        path = self.folder / CHANGED
        before = path.read_text(encoding="utf-8")
        path.write_text(f"{before}*@phish.example\n", encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(alone(measured))
