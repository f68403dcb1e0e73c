"""Curves as an SVG of their own: readable in light and dark, and 400 pixels wide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.result import Curve

WIDTH: Final = 400
HEIGHT: Final = 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 386, 34, 214
_STYLE: Final = """\
.back{fill:#ffffff}.text{fill:#1f2328}.grid{stroke:#d8dee4}.c0{stroke:#b35900}.c1{stroke:#0550ae}
.c2{stroke:#1a7f37}.f0{fill:#b35900}.f1{fill:#0550ae}.f2{fill:#1a7f37}
@media(prefers-color-scheme:dark){.back{fill:#0d1117}.text{fill:#e6edf3}.grid{stroke:#30363d}
.c0{stroke:#ffa657}.c1{stroke:#79c0ff}.c2{stroke:#7ee787}.f0{fill:#ffa657}.f1{fill:#79c0ff}
.f2{fill:#7ee787}}
text{font:12px system-ui,sans-serif}.title{font-weight:600;font-size:13px}
path{fill:none;stroke-width:2}line{stroke-width:1}"""
_DASHES: Final = ("none", "7 4", "2 3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What a plot shows."""

    title: str
    across: str
    unit: str
    """Of the height: `s`, which is shown as µs and ms too, or `MiB`."""
    log: bool = True
    """Whether the height counts powers of ten; if not, it starts at zero."""


PLOTS: Final = {
    "rules": Plot(title="Matching a message, by rules", across="rules", unit="s"),
    "recipients": Plot(
        title="Matching a message by 300 rules, by recipients", across="recipients", unit="s"
    ),
    "messages": Plot(title="Files judged by 300 rules, CPU a message", across="messages", unit="s"),
    "memory": Plot(title="Largest process, two workers", across="messages", unit="MiB", log=False),
}


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where numbers are in the picture."""

    low: float
    high: float
    begin: float
    end: float
    log: bool

    @classmethod
    def over(cls, numbers: Sequence[float], begin: float, end: float, *, log: bool) -> _Scale:
        if not log:
            return cls(0, _round_up(max(numbers)), begin, end, log)
        low, high = math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))
        return cls(low, max(high, low + 1), begin, end, log)

    def at(self, number: float) -> float:
        value = math.log10(number) if self.log else number
        share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 1)

    def ticks(self) -> list[float]:
        if self.log:
            return [10.0**power for power in range(int(self.low), int(self.high) + 1)]
        return [self.high * part / 4 for part in range(5)]


def svg(plot: Plot, curves: Sequence[Curve]) -> str:
    """The picture."""
    points = [point for curve in curves for point in curve.points]
    across = _Scale.over([x for x, _ in points], _LEFT, _RIGHT, log=True)
    up = _Scale.over([y for _, y in points], _BOTTOM, _TOP, log=plot.log)
    said = "; ".join(
        f"{curve.name}: {_amount(curve.points[0][1], plot.unit)} at {_count(curve.points[0][0])}, "
        f"{_amount(curve.points[-1][1], plot.unit)} at {_count(curve.points[-1][0])}"
        for curve in curves
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(plot.title)}</title><desc>{escape(said)}</desc><style>{_STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        _text(12, 20, plot.title, kind="text title"),
        *_grid(plot, across, up),
        *(line for place, curve in enumerate(curves) for line in _curve(place, curve, across, up)),
        *_legend(curves),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _grid(plot: Plot, across: _Scale, up: _Scale) -> Iterator[str]:
    for number in up.ticks():
        y = up.at(number)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>'
        yield _text(_LEFT - 6, y + 4, _amount(number, plot.unit), anchor="end")
    for number in across.ticks():
        x = across.at(number)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{_BOTTOM}"/>'
        yield _text(x, _BOTTOM + 16, _count(number), anchor="middle")
    yield _text(_RIGHT, _BOTTOM + 32, plot.across, anchor="end")


def _curve(place: int, curve: Curve, across: _Scale, up: _Scale) -> Iterator[str]:
    at = [(across.at(x), up.at(y)) for x, y in curve.points]
    way = "M" + "L".join(f"{x} {y}" for x, y in at)
    yield f'<path class="c{place}" stroke-dasharray="{_DASHES[place]}" d="{way}"/>'
    for x, y in at:
        yield f'<circle class="f{place}" cx="{x}" cy="{y}" r="3"/>'


def _legend(curves: Sequence[Curve]) -> Iterator[str]:
    """The names below; a curve alone is what the title says."""
    if len(curves) == 1:
        return
    each = (_RIGHT - 12) / len(curves)
    for place, curve in enumerate(curves):
        x = round(12 + each * place, 1)
        yield (
            f'<path class="c{place}" stroke-dasharray="{_DASHES[place]}" '
            f'd="M{x} {HEIGHT - 14}h24"/>'
        )
        yield _text(x + 30, HEIGHT - 10, curve.name)


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "text") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _amount(number: float, unit: str) -> str:
    if unit != "s":
        return f"{number:,.0f} {unit}"
    for least, name in ((1.0, "s"), (1e-3, "ms")):
        if number >= least * 0.9995:
            return f"{number / least:.3g} {name}"
    return f"{number * 1e6:.3g} µs"


def _count(number: float) -> str:
    for least, name in ((1e6, "M"), (1e4, "k")):
        if number >= least:
            return f"{number / (1e6 if name == 'M' else 1e3):g}{name}"
    return f"{number:,.0f}"


def _round_up(number: float) -> float:
    return math.ceil(number / 40) * 40
