"""What a run writes into docs/performance.md: the table and what is behind it, and the plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.plot import PLOTS, svg
from benchmarks.result import Curve, Measured, details, table
from benchmarks.tools import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.result import Result

PAGE: Final = REPOSITORY / "docs" / "performance.md"
PICTURES: Final = PAGE.with_suffix("")
BEGIN: Final = "<!-- written by `make bench WRITE=1` -->"
END: Final = "<!-- end -->"


def write(results: list[Result], machine: str) -> None:
    """Replace what an earlier run wrote; plots without curves stay."""
    measured = [result for result in results if isinstance(result, Measured)]
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    written = "\n\n".join([BEGIN, table(measured), machine + ".", details(results), END])
    PAGE.write_text(before + written + after, encoding="utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name, plot in PLOTS.items():
        curves = [each for each in results if isinstance(each, Curve) and each.plot == name]
        if curves:
            picture_of(name).write_text(svg(plot, curves), encoding="utf-8")


def picture_of(plot: str) -> Path:
    """The file of a plot."""
    return PICTURES / f"{plot}.svg"


def rows_of(text: str) -> list[str]:
    """What the table of a page names, in its order."""
    written = text.partition(BEGIN)[2].partition(END)[0]
    lines = [line for line in written.splitlines() if line.startswith("| ")]
    return [line.split(" | ")[0].removeprefix("| ").strip() for line in lines[1:]]
