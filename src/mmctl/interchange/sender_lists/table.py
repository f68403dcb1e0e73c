"""A text with rows of cells: the separator is found, quotes and comments are understood.

Rows without quotes are split at once: a hundred thousand lines take a fraction of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.problem import Position
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

SEPARATORS: Final = ("\t", ";", ",", "|")
_COMMENTS: Final = ("#", "//")
_LOOKED_AT: Final = 100
"""Lines that say what separates cells."""
_LONGEST_CELL: Final = 100_000
"""Characters of a quoted cell: a quote that never ends does not swallow a file."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row, without quotes and the spaces around them."""

    line: int
    cells: tuple[str, ...]
    columns: tuple[int, ...]
    """Where in its line each cell begins, from 1."""
    lines: tuple[int, ...] = ()
    """In which line each cell begins, if a quoted cell goes over several."""

    def place(self, file: str, index: int) -> Position:
        """Where a cell is."""
        line = self.lines[index] if self.lines else self.line
        length = max(1, len(self.cells[index].split("\n", 1)[0]))
        return Position(file=file, line=line, column=self.columns[index], length=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOfCells:
    """The rows of a file."""

    separator: str | None
    """None: each line is one cell."""
    rows: tuple[TableRow, ...]
    unclosed: int | None = None
    """The line of a quote that has no end."""


def table_of(text: str) -> SheetOfCells:
    """Read the rows of a text; empty lines, comments and the `sep=` line of Excel are no rows."""
    lines = text.split("\n")
    separator, start = _stated(lines)
    if separator is None:
        separator = _found(lines)
    rows: list[TableRow] = []
    unclosed = None
    number = start
    while number < len(lines):
        line = lines[number]
        number += 1
        content = line.strip()
        if not content or content.startswith(_COMMENTS):
            continue
        if '"' not in line:
            rows.append(_plain(line, number, separator))
            continue
        row, last = _quoted(lines, number - 1, separator)
        if row is None:
            unclosed = unclosed or number
            rows.append(_plain(line.replace('"', " "), number, separator))
            continue
        rows.append(row)
        number = last + 1
    return SheetOfCells(separator=separator, rows=tuple(rows), unclosed=unclosed)


def _stated(lines: list[str]) -> tuple[str | None, int]:
    """The separator that Excel's first line states, and the first line that counts."""
    first = lines[0].strip().strip('"') if lines else ""
    if first.lower().startswith("sep=") and len(first) == len("sep=") + 1:
        return first[-1], 1
    return None, 0


def _found(lines: list[str]) -> str | None:
    """The separator that most lines have equally often, or else that most lines have."""
    looked_at = [line for line in lines if line.strip() and not line.strip().startswith(_COMMENTS)]
    best, most = None, 0
    for separator in SEPARATORS:
        counts = [_outside_quotes(line).count(separator) for line in looked_at[:_LOOKED_AT]]
        usual = max(set(counts), key=counts.count) if counts else 0
        agreeing = counts.count(usual) if usual else 0
        if agreeing > most:
            best, most = separator, agreeing
    if 2 * most > len(looked_at[:_LOOKED_AT]):
        return best
    with_some = {
        each: sum(each in _outside_quotes(line) for line in looked_at[:_LOOKED_AT])
        for each in SEPARATORS
    }
    best = max(SEPARATORS, key=with_some.__getitem__)
    return best if 2 * with_some[best] > len(looked_at[:_LOOKED_AT]) else None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2]) if '"' in line else line


def _plain(line: str, number: int, separator: str | None) -> TableRow:
    cells, columns, at = [], [], 0
    for part in line.split(separator) if separator is not None else (line,):
        cell = part.strip()
        cells.append(cell)
        columns.append(at + part.find(cell) + 1)
        at += len(part) + 1
    return TableRow(line=number, cells=tuple(cells), columns=tuple(columns))


def _quoted(lines: list[str], first: int, separator: str | None) -> tuple[TableRow | None, int]:
    """A row with quoted cells, and its last line; None: a quote has no end."""
    cells: list[str] = []
    places: list[tuple[int, int]] = []
    for cell, line, column in _cells(lines, first, separator):
        if cell is None:
            return None, first
        cells.append(cell.strip())
        places.append((line, column))
        last = line + cell.count("\n")
    row = TableRow(
        line=first + 1,
        cells=tuple(cells),
        columns=tuple(column + 1 for _, column in places),
        lines=tuple(line + 1 for line, _ in places),
    )
    return row, last


def _cells(
    lines: list[str], first: int, separator: str | None
) -> Iterator[tuple[str | None, int, int]]:
    """The cells of a row with the line and column of each, from 0."""
    number, at = first, 0
    while True:
        line = lines[number]
        while at < len(line) and line[at] == " ":
            at += 1
        if at < len(line) and line[at] == '"':
            begun = (number, at)
            text, number, at = _inside(lines, number, at + 1)
            if text is None:
                yield None, number, at
                return
            line = lines[number]
            end = line.find(separator, at) if separator else -1
            yield text + line[at : end if end >= 0 else None], begun[0], begun[1] + 1
        else:
            end = line.find(separator, at) if separator else -1
            yield line[at : end if end >= 0 else None], number, at
        if end < 0:
            return
        at = end + 1


def _inside(lines: list[str], number: int, at: int) -> tuple[str | None, int, int]:
    """A quoted text, and where it ends; a doubled quote is one."""
    parts: list[str] = []
    size = 0
    while number < len(lines) and size < _LONGEST_CELL:
        line = lines[number]
        end = line.find('"', at)
        if end < 0:
            parts.append(line[at:] + "\n")
            size += len(parts[-1])
            number, at = number + 1, 0
        elif line[end + 1 : end + 2] == '"':
            parts.append(line[at : end + 1])
            at = end + 2
        else:
            parts.append(line[at:end])
            return "".join(parts), number, end + 1
    return None, number, at
