"""Lines of a plan: mark, name, detail, and the place on the right."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from rich.text import Text

from mmctl.live.compare.wording import spaced
from mmctl.visible import visible

NAME_WIDTH: Final = 20
_LEAST_DETAIL: Final = 20


def columns(
    indent: str, mark: str, style: str, name: str, detail: str, place: str | None, width: int
) -> Text:
    """Mark, name, detail, and the place on the right; what does not fit goes to a second line."""
    name, place = visible(name), visible(place or "")
    text = Text(f"{indent}{mark} ", style)
    text.append(padded(name, NAME_WIDTH), style)
    start = cell_len(text.plain) + 2
    room = max(_LEAST_DETAIL, width - start)
    lines = [visible(spaced(each)) for each in _wrapped(detail, room)]
    text.append(f"  {lines[0]}" if lines else "", "default")
    for each in lines[1:]:
        text.append("\n" + " " * start + each, "default")
    text.rstrip()
    if place:
        room = width - cell_len(text.plain.rpartition("\n")[2]) - cell_len(place)
        if room >= 2:  # noqa: PLR2004 - a gap that separates two columns
            text.append(" " * room + place, "dim")
        else:
            text.append("\n" + place.rjust(width), "dim")
    return text


def _wrapped(detail: str, width: int) -> list[str]:
    """Lines of at most a width, broken only at plain spaces."""
    lines: list[str] = []
    for word in detail.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if detail else []


def padded(text: str, width: int) -> str:
    """A text with spaces behind it, at least as wide as that."""
    return text + " " * max(0, width - cell_len(text))
