"""Lay out a page of help for a width, as typer does; the pages are rendered in `help_pages`.

A text is a sequence of parts: a string and the codes of its style (`1;36` is bold and cyan). An
item of a cell is the codes of its padding and a text. A panel is a title, whether its first column
is one of names, and rows of cells; a cell is its items.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    Text: TypeAlias = Sequence[tuple[str, str]]
    Item: TypeAlias = tuple[str, Text]
    Panel: TypeAlias = tuple[str, bool, Sequence[Sequence[Sequence[Item]]]]
    Page: TypeAlias = tuple[Text, Sequence[Item], Sequence[Panel]]

WIDEST = 1_000
_BORDER = "2"
_NAMES = "1;36"
_USAGE = "1"
_GAP = 2
"""Spaces between columns."""
_FRAME = 4
"""Columns of a panel's frame."""


class TooNarrow(Exception):
    """Typer breaks words or narrows other columns than the last one here."""


def laid_out(page: Page, width: int, *, styled: bool, colored: bool) -> str:
    """A page of help in a width; plain, or with codes for a terminal.

    Raises:
        TooNarrow: only typer can lay it out.
    """
    if not _FRAME < width <= WIDEST:
        raise TooNarrow
    usage, paragraphs, panels = page
    lines: list[Text] = [[(" " * width, _USAGE)]]
    lines += [
        [(" ", _USAGE), *_padded(line, width - 2, _USAGE), (" ", _USAGE)]
        for line in _wrapped(usage, width - 2)
    ]
    lines.append([(" " * width, _USAGE)])
    for _, text in paragraphs:
        lines += [[(" ", ""), *_padded(line, width - 1, "")] for line in _wrapped(text, width - 2)]
    lines.append([(" " * width, "")])
    for panel in panels:
        lines += _framed(panel, width)
    return "".join(_painted(line, styled=styled, colored=colored) + "\n" for line in lines)


def lines_of(text: str, width: int) -> list[str]:
    """The lines of a text without styles.

    Raises:
        TooNarrow: only typer can break it.
    """
    return [text[start:end] for start, end in _broken(text, width)]


def _framed(panel: Panel, width: int) -> Iterator[Text]:
    title, named, rows = panel
    yield [(f"╭─ {title} {'─' * (width - len(title) - 5)}╮", _BORDER)]
    widths = _widths(rows, width - _FRAME)
    for row in rows:
        cells = [_cell(items, columns) for items, columns in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            line = [("│", _BORDER), (" ", "")]
            for place, (cell, columns) in enumerate(zip(cells, widths, strict=True)):
                names = _NAMES if named and not place else ""
                line += cell[number] if number < len(cell) else [(" " * columns, names)]
                if place < len(widths) - 1:
                    line += [(" ", names), (" ", "")]
            yield [*line, (" ", ""), ("│", _BORDER)]
    yield [(f"╰{'─' * (width - 2)}╯", _BORDER)]


def _widths(rows: Sequence[Sequence[Sequence[Item]]], width: int) -> list[int]:
    """The widths of columns: the last one has what the others leave."""
    widths = [
        max(sum(_length(text) for _, text in items) for items in column)
        for column in zip(*(row[:-1] for row in rows), strict=True)
    ]
    last = width - sum(widths) - _GAP * len(widths)
    if last < max(widths):
        raise TooNarrow
    return [*widths, last]


def _cell(items: Sequence[Item], width: int) -> list[Text]:
    """The lines of a cell: its items side by side where they fit, else one below the other."""
    lengths = [_length(text) for _, text in items]
    if len(items) > 1 and sum(lengths) + len(items) - 1 <= width:
        beside = [part for _, text in items for part in [*text, (" ", "")]]
        return [_padded(beside[:-1], width, "")]
    broad = min(width, max(lengths, default=0))
    lines = []
    for base, text in items:
        columns = width if len(items) == 1 else broad
        lines += [
            _padded(_padded(line, columns, base), width, "") for line in _wrapped(text, columns)
        ]
    return lines


def _wrapped(text: Text, width: int) -> Iterator[Text]:
    """The lines of a text, broken between words."""
    letters = "".join(part for part, _ in text)
    begin = 0
    for line in letters.split("\n"):
        for start, end in _broken(line, width):
            yield _part(text, begin + start, begin + end)
        begin += len(line) + 1


def _broken(line: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of a paragraph begin and end."""
    start = place = 0
    for word in line.split(" "):
        if len(word) > width:
            raise TooNarrow
        if place + len(word) - start > width:
            yield start, min(place, start + width)
            start = place
        place += len(word) + 1
    yield start, len(line)


def _part(text: Text, start: int, end: int) -> Text:
    parts = []
    place = 0
    for part, codes in text:
        piece = part[max(0, start - place) : max(0, end - place)]
        if piece:
            parts.append((piece, codes))
        place += len(part)
    return parts


def _length(text: Text) -> int:
    return sum(len(part) for part, _ in text)


def _padded(text: Text, width: int, codes: str) -> Text:
    return [*text, (" " * (width - _length(text)), codes)]


def _painted(line: Text, *, styled: bool, colored: bool) -> str:
    if not styled:
        return "".join(part for part, _ in line)
    painted = []
    for part, codes in line:
        shown = codes if colored else ";".join(code for code in codes.split(";") if len(code) == 1)
        painted.append(f"\x1b[{shown}m{part}\x1b[0m" if part and shown else part)
    return "".join(painted)
