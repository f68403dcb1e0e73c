"""What a run hands to the table, and how each run is started alone.

A run is a module `benchmarks/NAME/run.py` with a function `measured(quick)` that yields results as
they are known. `python -m benchmarks.NAME.run` prints them as a table of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from benchmarks.measure import Ratio
from benchmarks.rows import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

UNDECIDED: Final = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figure of a row."""

    row: str
    figure: Ratio | None
    """None: it could not be measured."""
    detail: str
    """The absolute figures behind it; without a figure, why there is none."""
    others: str | None = None
    """What others did to the machine meanwhile, if too much."""

    @property
    def verdict(self) -> str:
        """What the figure is worth."""
        row = ROW[self.row]
        if self.figure is None:
            return "not measured"
        if row.floor is None and row.aim is None:
            return "reported"
        if row.reaches(self.figure.median, row.aim if row.aim is not None else row.floor):
            return "aim reached" if row.aim is not None else "reached"
        if row.floor is None:
            return "reported"
        if row.reaches(self.figure.median, row.floor):
            return "reached"
        return f"{UNDECIDED}: {self.others}" if row.quiet and self.others else "BELOW"

    @property
    def fails(self) -> bool:
        """Whether the promise is not kept."""
        return self.verdict == "BELOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What something costs as a number grows, to be drawn."""

    plot: str
    """The name of the plot; curves of one plot are drawn together."""
    name: str
    points: list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What was measured against, with its version."""

    version: str


Result: TypeAlias = "Measured | Curve | Peer"


def alone(measured: Callable[[bool], Iterable[Result]]) -> int:
    """Run one benchmark by itself; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--json", action="store_true", help="one result a line, for the runner")
    options = parser.parse_args()
    results = []
    for result in measured(options.quick):
        results.append(result)
        if options.json:
            print(as_json(result), flush=True)
        elif isinstance(result, Measured):
            print(details([result]), file=sys.stderr, flush=True)
    if options.json:
        return 0
    print(table([each for each in results if isinstance(each, Measured)]))
    print(details(results))
    print(machine())
    return int(any(isinstance(each, Measured) and each.fails for each in results))


def as_json(result: Result) -> str:
    """A result as one line."""
    return json.dumps({"kind": type(result).__name__, **asdict(result)})


def from_json(line: str) -> Result:
    """A result from its line."""
    members: dict[str, Any] = json.loads(line)
    match members.pop("kind"):
        case "Measured":
            figure = members.pop("figure")
            return Measured(figure=None if figure is None else Ratio(*figure), **members)
        case "Curve":
            return Curve(**members)
        case "Peer":
            return Peer(**members)
        case other:
            raise ValueError(other)


HEAD: Final = ("What", "At least", "Aim", "Measured", "Spread", "Verdict")


def table(results: Iterable[Measured]) -> str:
    """The rows, as Markdown that is aligned for a terminal too."""
    return aligned([cells(result) for result in results])


def cells(result: Measured) -> list[str]:
    """One row of the table."""
    row, figure = ROW[result.row], result.figure
    spread = "-" if figure is None else f"{row.shown(figure.low)} to {row.shown(figure.high)}"
    return [
        row.what,
        row.shown_goal(row.floor),
        row.shown_goal(row.aim),
        row.shown(None if figure is None else figure.median),
        spread,
        result.verdict,
    ]


def aligned(rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown whose columns are aligned."""
    lines = [HEAD, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines
    )
    head, *rest = (f"| {' | '.join(line)} |" for line in padded)
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([head, rule, *rest])


def details(results: Iterable[Result]) -> str:
    """What is behind the figures, and what was measured against."""
    lines = []
    for result in results:
        match result:
            case Measured():
                lines.append(f"- {ROW[result.row].what}: {result.detail}")
            case Peer():
                lines.append(f"- {result.version}")
            case Curve():
                pass
            case _:
                assert_never(result)
    return "\n".join(dict.fromkeys(lines))


def machine() -> str:
    """Where it was measured."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"mmctl {version('mmctl')}, Python {platform.python_version()}, {sys.platform} "
        f"{platform.machine()}, {os.cpu_count()} processors, load {load}"
    )
