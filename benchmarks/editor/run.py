"""The problems of the edited file, told at once, against those of all of its project."""

from __future__ import annotations

import statistics
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import cpu, in_pairs
from benchmarks.result import Measured, alone
from mmctl.editor.problems import FoundProblems, of_file, of_project
from mmctl.editor.workspace import OpenProject
from mmctl.language.parsing.files import DiskFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.parsing.files import Files

ROOT: Final = Path(__file__).parents[2]
DAY: Final = date(2026, 11, 29)
EDITED: Final = ("rules/gateway.yaml", "rules/security/lookalikes.yaml", "cases/boundaries.yaml")


class _Repository:
    """The reference gateway, as it is on disk."""

    def root_of(self, path: str) -> str | None:
        """Always this repository."""
        return path and str(ROOT)

    def below(self, root: str) -> Files:
        """Its files."""
        return DiskFiles.below(Path(root))


def measured(quick: bool) -> Iterator[Measured]:
    """One row: a word typed in each of three files, against lint of all, both in one process."""
    project = OpenProject(str(ROOT), ROOT.name, _Repository())
    found = of_project(project, DAY, None, lambda: None)
    texts = {path: project.text(path) or "" for path in EDITED}
    edits = 0

    def typed() -> float:
        nonlocal edits
        edits += 1
        return sum(_typed(project, path, texts[path], edits, found) for path in EDITED) / len(
            EDITED
        )

    def whole() -> float:
        return cpu(lambda: of_project(project, DAY, None, lambda: None))

    pairs = in_pairs(typed, whole, 1 if quick else 5)
    ours, theirs = (1000 * statistics.median(costs) for costs in (pairs.ours, pairs.theirs))
    yield Measured(
        row="editor", figure=pairs.dearer, detail=f"{ours:,.0f} ms against {theirs:,.0f} ms"
    )


def _typed(project: OpenProject, path: str, text: str, edits: int, found: FoundProblems) -> float:
    """What one more character costs: the text is new each time, and so is all that is known."""
    project.texts[path] = f"{text}# {edits}\n"
    return cpu(lambda: of_file(project, path, DAY, None, found))


if __name__ == "__main__":
    sys.exit(alone(measured))
