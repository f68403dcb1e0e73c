"""What a terminal shows as a picture: an SVG with its own dark ground, readable in both themes."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.segment import Segment

WIDE: Final = 8.4
"""One character, in pixels, of type that is 14 high."""
HIGH: Final = 20
GROUND: Final = "#161b22"
INK: Final = "#e6edf3"
COLORS: Final = {1: "#ff7b72", 2: "#7ee787", 3: "#e3b341", 4: "#79c0ff", 5: "#d2a8ff", 6: "#76e3ea"}
"""Of the colors by number: each reads well on the ground."""


def picture(shown: str, title: str, columns: int = 80) -> str:
    """The SVG of what a program wrote to a terminal, colors included."""
    console = Console(width=columns, file=None, force_terminal=True, color_system="standard")
    lines = console.render_lines(Text.from_ansi(shown.rstrip("\n")), pad=False)
    width, height = round(columns * WIDE) + 32, len(lines) * HIGH + 32
    rows = "".join(_row(number, line) for number, line in enumerate(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>\n'
        f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="{INK}">\n'
        f"{rows}</g>\n</svg>\n"
    )


def _row(number: int, line: list[Segment]) -> str:
    """One line; each part has its place and length, so that columns stand whatever the font is."""
    y = 16 + number * HIGH + 14
    return "".join(f'<text y="{y}"{part}</text>\n' for part in _parts(line))


def _parts(line: list[Segment]) -> Iterator[str]:
    column = 0
    for look, segments in groupby(line, key=lambda each: each.style):
        text = "".join(each.text for each in segments)
        start = column + len(text) - len(text.lstrip())
        column += len(text)
        if not text.strip():
            continue
        color = COLORS.get(look.color.number or 0) if look and look.color else None
        place = f' x="{16 + start * WIDE:.1f}" textLength="{len(text.strip()) * WIDE:.1f}"'
        ink = f' fill="{color}"' if color else ""
        bold = ' font-weight="700"' if look and look.bold else ""
        dim = ' fill-opacity="0.65"' if look and look.dim else ""
        yield f'{place}{ink}{bold}{dim} xml:space="preserve">{escape(text.strip())}'
