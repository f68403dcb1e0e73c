"""Address list files: CSV with a column `address`, or one address a line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from mmctl.language.placed import Text
from mmctl.problem import Position

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries_of(text: str, *, file: str) -> Iterator[Text]:
    """The entries of a list file, each with its place; empty lines and `#` lines are none."""
    header: list[str] | None = None
    begun = False
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        if not begun:
            begun, header = True, columns_of(written)
            if header is not None:
                continue
        entry = written if header is None else _cell(line, header.index("address"))
        if entry:
            column = max(0, line.find(entry)) + 1
            yield Text.at(entry, Position(file=file, line=number, column=column, length=len(entry)))


def columns_of(line: str) -> list[str] | None:
    """The columns of a list file by its first line; None: it has an entry a line."""
    header = [column.strip().lower() for column in line.split(",")]
    return header if "address" in header else None


def _cell(line: str, index: int) -> str:
    cells = next(csv.reader([line]), [])
    return cells[index].strip() if index < len(cells) else ""
