"""What a run writes into docs/performance.md: the table and what is behind it, and the plots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from benchmarks.plot import PLOTS, svg
from benchmarks.result import Curve, Measured, aligned, cells, details
from benchmarks.rows import ROW, ROWS
from benchmarks.tools import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.result import Result

PAGE: Final = REPOSITORY / "docs" / "performance.md"
PICTURES: Final = PAGE.with_suffix("")
BEGIN: Final = "<!-- written by `make bench WRITE=1` -->"
END: Final = "<!-- end -->"
_PROGRAM: Final = re.compile("[ /]")


def write(results: Sequence[Result], made: str) -> None:
    """Write the results of a run; what it did not measure stays as an earlier run wrote it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    PAGE.write_text(
        f"{before}{BEGIN}\n{merged(old, results, made)}\n{END}{after}", encoding="utf-8"
    )
    PICTURES.mkdir(exist_ok=True)
    for name, plot in PLOTS.items():
        curves = [each for each in results if isinstance(each, Curve) and each.plot == name]
        if curves:
            picture_of(name).write_text(svg(plot, curves), encoding="utf-8")


def merged(old: str, results: Sequence[Result], made: str) -> str:
    """Table, runs and details: those of now, and the others of before."""
    measured = [result for result in results if isinstance(result, Measured)]
    lines = {line[0]: line for line in _table_of(old)}
    said = {_subject(line): line for line in old.splitlines() if line.startswith("- ")}
    whole = {result.row for result in measured} >= {row.key for row in ROWS}
    runs = [] if whole else [line for line in old.splitlines() if line.startswith("`make bench")]
    lines |= {ROW[result.row].what: cells(result) for result in measured}
    said |= {_subject(line): line for line in details(results).splitlines()}
    order = [row.what for row in ROWS]
    return "\n\n".join(
        [
            aligned([lines[what] for what in order if what in lines]),
            "\n\n".join([*runs, made]),
            "\n".join(said[what] for what in order if what in said),
            "\n".join(line for what, line in said.items() if what not in order),
        ]
    )


def _subject(line: str) -> str:
    """The row that a detail is about, or the program whose version it says."""
    said = line.removeprefix("- ")
    about = (row.what for row in ROWS if said.startswith(f"{row.what}: "))
    return next(about, _PROGRAM.split(said, maxsplit=1)[0])


def _table_of(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[1:]]


def picture_of(plot: str) -> Path:
    """The file of a plot."""
    return PICTURES / f"{plot}.svg"


def rows_of(text: str) -> list[str]:
    """What the table of a page names, in its order."""
    return [line[0] for line in _table_of(text.partition(BEGIN)[2].partition(END)[0])]
