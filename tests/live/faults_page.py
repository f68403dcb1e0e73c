"""docs/developers/faults.md: a table an undertaking, a row a call, a column a thing gone wrong."""

from __future__ import annotations

import fcntl
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from live.stopping import is_write
from live.trial import DONE, KILLS, NONE, STOPS, WRONGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE: Final = Path(__file__).parents[2] / "docs/developers/faults.md"
GENERATED: Final = "<!-- What follows is written by `make faults`. -->"

Column = list[str]
Tables = dict[str, dict[str, Column]]
"""Columns by name, by undertaking."""
_CALL: Final = "call"


def tables() -> Tables:
    """The tables of the page; a column `call` has the operations."""
    found: Tables = {}
    columns: dict[str, Column] = {}
    for line in PAGE.read_text(encoding="utf-8").partition(GENERATED)[2].splitlines():
        if line.startswith("## "):
            columns = found.setdefault(line.removeprefix("## "), {})
        elif line.startswith("| ") and not line.startswith("| ---"):
            cells = [cell.strip(" *") for cell in line.strip().split("|")[1:-1]]
            if not columns:
                columns.update({name: [] for name in cells})
            else:
                for name, cell in zip(columns, cells, strict=True):
                    columns[name].append(cell)
    return {name: columns for name, columns in found.items() if _CALL in columns}


def operations(table: Mapping[str, Column]) -> list[str]:
    """The calls of a table, without their numbers."""
    return [cell.partition(" ")[2] for cell in table[_CALL]]


def write_column(undertaking: str, calls: Sequence[str], wrong: str, cells: Column) -> None:
    """Put one column into the page; where the calls are others, the rest of the table goes."""
    with _alone():
        found = tables()
        table = found.get(undertaking, {})
        if not table or operations(table) != [*calls]:
            table = {_CALL: [f"{number} {name}" for number, name in enumerate(calls, 1)]}
        table[wrong] = cells
        found[undertaking] = table
        before = PAGE.read_text(encoding="utf-8").partition(GENERATED)[0]
        PAGE.write_text(before + GENERATED + "\n\n" + _text(found), encoding="utf-8")


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time writes the page."""
    with PAGE.open(encoding="utf-8") as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        yield


def _text(found: Tables) -> str:
    return "\n".join([*_summary(found), *(line for name in found for line in _table(name, found))])


def _summary(found: Tables) -> Iterator[str]:
    """How many trials ended how, by what went wrong."""
    ends = (DONE, STOPS, KILLS, NONE)
    yield "## In numbers"
    yield ""
    yield f"| | {' | '.join(ends)} |"
    yield "| --- " * (len(ends) + 1) + "|"
    total: Counter[str] = Counter()
    for wrong in WRONGS:
        cells = Counter(cell for table in found.values() for cell in table.get(wrong, ()))
        total += cells
        yield f"| {wrong} | {' | '.join(str(cells[end] or '') for end in ends)} |"
    yield f"| **all** | {' | '.join(str(total[end]) for end in ends)} |"
    yield ""


def _table(name: str, found: Tables) -> Iterator[str]:
    table = found[name]
    columns = [column for column in WRONGS if column in table]
    yield f"## {name}"
    yield ""
    yield f"| {_CALL} | {' | '.join(columns)} |"
    yield "| --- " * (len(columns) + 1) + "|"
    for row, call in enumerate(table[_CALL]):
        shown = f"**{call}**" if is_write(call.partition(" ")[2]) else call
        yield f"| {shown} | {' | '.join(table[column][row] for column in columns)} |"
    yield ""
