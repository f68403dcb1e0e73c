"""Address list files: CSV with a column `address`, or one address a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.text.placed import Text
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


_SEPARATORS: Final = {";": "`;`", "\t": "tabs", ",": "`,`"}
"""The separators of columns, and their names in messages."""


def entries_of(text: str, *, file: str) -> Iterator[Text]:
    """The entries of a list file, each with its place; empty lines and `#` lines are skipped."""
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


def no_columns(text: str, *, file: str) -> tuple[Problem, ...]:
    """The problem of a file with several columns, none of them named `address`."""
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        separator = next((each for each in _SEPARATORS if each in written), None)
        if separator is None or '"' in written or columns_of(written) is not None:
            break
        message = "several columns, but no header line with a column `address`"
        advice = "start the file with the names of its columns, such as `address,note`"
        if separator != ",":
            message = f"columns are separated by {_SEPARATORS[separator]}, expected `,`"
            advice = "save it as CSV with commas, with a column `address`"
        place = Position(file=file, line=number, column=1, length=len(written))
        return (
            Problem(
                check="wrong-text",
                severity=Severity.ERROR,
                position=place,
                message=message,
                help=advice,
            ),
        )
    return ()


def columns_of(line: str) -> list[str] | None:
    """The columns of a list file by its first line; None: it has one entry a line."""
    header = [column.strip().lower() for column in line.split(",")]
    return header if "address" in header else None


def cells_of(line: str) -> list[str]:
    """The cells of a line; a line that is not CSV, with a quote that never ends, is one cell."""
    import csv  # noqa: PLC0415 - few projects have such a file

    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return [line]


def _cell(line: str, index: int) -> str:
    cells = cells_of(line)
    return cells[index].strip() if index < len(cells) else ""
