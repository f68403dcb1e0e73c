"""Files with lists of senders → the members of one address list, and all that is not one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.sender_lists.columns import (
    Columns,
    columns_of_table,
    kind_by_its_column,
    kind_of_action,
    name_of_column,
    names_senders,
    plain_name,
)
from mmctl.interchange.sender_lists.dates import is_over
from mmctl.interchange.sender_lists.entries import entry_of, texts_in
from mmctl.interchange.sender_lists.table import table_of
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.interchange.sender_lists.table import SheetOfCells, TableRow

CHECK: Final = "unusable-list-member"
"""The id of the problem of an entry that no list takes."""
_LONG: Final = 6
"""Digits that no number of a column has."""
_ENCODINGS: Final = ("gb18030", "big5", "cp932")
"""What programs of East Asia write where others write UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfList:
    """What the person says about the files."""

    columns: tuple[str, ...] = ()
    """Names or numbers of the columns with senders."""
    only: tuple[str, str] | None = None
    """A column and the value that rows have in it that count."""
    subdomains: bool = False
    """Whether a domain is its sub-domains too."""
    today: str = ""
    """2026-11-29; empty: nothing has expired."""


@dataclass(slots=True, kw_only=True)
class ListRead:
    """What the files hold."""

    members: dict[str, Position] = field(default_factory=dict)
    """Each member once, whatever its letter case, with the place of the first; in order."""
    networks: dict[str, Position] = field(default_factory=dict)
    """Client addresses and networks: no list takes them."""
    faults: list[Problem] = field(default_factory=list)
    rows: int = 0
    duplicates: int = 0
    other_rows: int = 0
    """Rows that `only` leaves out."""
    expired: int = 0
    domains: int = 0
    """Members that are a domain without its sub-domains."""
    notes: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def add(self, member: str, place: Position) -> None:
        """Take a member, if it is new."""
        key = member.lower()
        if key in self._seen:
            self.duplicates += 1
        else:
            self._seen.add(key)
            self.members[member] = place


def read_list(files: Mapping[str, bytes], asked: AskedOfList) -> ListRead:
    """Read the files of one list.

    Raises:
        ProblemsFound: a file has no column with senders, or several, or both allowed and blocked
            ones, and nobody said which; or it is no text.
    """
    found = ListRead()
    problems: list[Problem] = []
    for file, content in files.items():
        table = table_of(_text(file, content, found))
        columns = columns_of_table(table, asked.columns)
        wrong = _wrong(file, table, columns, asked)
        if wrong:
            problems += wrong
            continue
        _read_rows(file, table, columns, asked, found)
    if problems:
        raise ProblemsFound("cannot tell which entries are meant", tuple(problems))
    return found


def _text(file: str, content: bytes, found: ListRead) -> str:
    """The text of a file; what is not Unicode is as Excel writes it in Western countries.

    Raises:
        ProblemsFound: it has zero bytes.
    """
    try:
        return decoded(file, content)
    except ProblemsFound:
        if b"\0" in content:
            raise
    text, encoding = _in_other_encoding(content)
    found.notes.append(f"{file} is not UTF-8 and was read as {encoding}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _in_other_encoding(content: bytes) -> tuple[str, str]:
    """The text and the encoding in which its first line names a column, else Windows-1252."""
    for encoding in _ENCODINGS:
        with suppress(UnicodeError):
            text = content.decode(encoding)
            if names_senders(text.partition("\n")[0].replace('"', "").rstrip("\r")):
                return text, encoding.upper()
    return content.decode("cp1252", errors="replace"), "Windows-1252"


# -- what the person must say


def _wrong(file: str, table: SheetOfCells, columns: Columns, asked: AskedOfList) -> list[Problem]:
    if not table.rows:
        return []
    place = table.rows[0].place(file, 0)
    names = ", ".join(f"`{name}`" for name in columns.names if name)
    known = f"the file has {names}" if names else "count the columns from 1"
    found: list[Problem] = []
    if columns.several:
        choices = " or ".join(f"--column {_quoted(name)}" for name in columns.several)
        found.append(_problem(place, "several columns hold addresses or domains", choices))
    elif not columns.senders:
        what = "no column holds addresses or domains"
        if asked.columns:
            what = f"there is no column {' or '.join(f'`{each}`' for each in asked.columns)}"
        found.append(_problem(place, what, f"name it with --column: {known}"))
    if asked.only is None:
        found += _both_kinds(file, table, columns)
    elif _column(columns, asked.only[0]) is None:
        what = f"there is no column `{asked.only[0]}`"
        found.append(_problem(place, what, f"name it as in the file: {known}"))
    return found


def _both_kinds(file: str, table: SheetOfCells, columns: Columns) -> list[Problem]:
    """The problem of a file with allowed and blocked senders: one list is one of them."""
    kinds: dict[str, tuple[str, Position]] = {}
    for row in _body(table, columns):
        for kind, column in _kinds_in(row, columns):
            if kind not in kinds:
                option = f"{name_of_column(columns.names, column)}={row.cells[column]}"
                kinds[kind] = (option, row.place(file, column))
    if len(kinds) < 2:  # noqa: PLR2004 - allowed and blocked
        return []
    options = [f"--only {_quoted(option)}" for option, _ in kinds.values()]
    place = max((at for _, at in kinds.values()), key=lambda at: at.line)
    return [
        _problem(place, "the file has allowed and blocked senders", " or ".join(sorted(options)))
    ]


def _kinds_in(row: TableRow, columns: Columns) -> Iterator[tuple[str, int]]:
    """Whether a row is allowed or blocked, and in which column it says so."""
    if columns.action is not None:
        if columns.action < len(row.cells):
            kind = kind_of_action(row.cells[columns.action])
            if kind is not None:
                yield kind, columns.action
        return
    for place, name in enumerate(columns.names[: len(row.cells)]):
        kind = kind_by_its_column(name, row.cells[place])
        if kind is not None:
            yield kind, place


def _quoted(name: str) -> str:
    return f"'{name}'" if any(not (char.isalnum() or char in "=_-") for char in name) else name


def _problem(place: Position, message: str, advice: str) -> Problem:
    return Problem(
        check="wrong-text", severity=Severity.ERROR, position=place, message=message, help=advice
    )


# -- rows


def _body(table: SheetOfCells, columns: Columns) -> tuple[TableRow, ...]:
    return table.rows[1:] if columns.has_header else table.rows


def _column(columns: Columns, name: str) -> int | None:
    wanted = plain_name(name)
    for place, each in enumerate(columns.names):
        if each.lower() == name.lower() or plain_name(each) == wanted != "":
            return place
    if name.isascii() and name.isdigit() and len(name) < _LONG and int(name) > 0:
        return int(name) - 1
    return None


def _read_rows(
    file: str, table: SheetOfCells, columns: Columns, asked: AskedOfList, found: ListRead
) -> None:
    only = None if asked.only is None else _column(columns, asked.only[0])
    wanted = "" if asked.only is None else asked.only[1].lower()
    if table.unclosed is not None:
        place = Position(file=file, line=table.unclosed, column=1)
        found.faults.append(_problem(place, "a quote has no end", "double a quote that is meant"))
    for row in _body(table, columns):
        found.rows += 1
        if only is not None and (only >= len(row.cells) or row.cells[only].lower() != wanted):
            found.other_rows += 1
        elif not _is_valid(file, row, columns, asked, found):
            continue
        else:
            _read_row(file, row, columns, asked, found)


def _is_valid(
    file: str, row: TableRow, columns: Columns, asked: AskedOfList, found: ListRead
) -> bool:
    """Whether a row has not expired; one of which nobody can tell is a fault."""
    column = columns.expiry
    if column is None or column >= len(row.cells) or not asked.today:
        return True
    over = is_over(row.cells[column], asked.today)
    if over is None:
        what = f"nobody can tell whether `{row.cells[column]}` is over"
        found.faults.append(_problem(row.place(file, column), what, "write it as 2026-12-31"))
    elif over:
        found.expired += 1
    return over is False


def _read_row(
    file: str, row: TableRow, columns: Columns, asked: AskedOfList, found: ListRead
) -> None:
    empty = True
    for column in columns.senders:
        if column >= len(row.cells) or not row.cells[column]:
            continue
        empty = False
        for text in texts_in(row.cells[column]):
            _read_text(text, row.place(file, column), asked, found)
    if empty:
        place = Position(file=file, line=row.line, column=1)
        found.faults.append(
            Problem(
                check=CHECK,
                severity=Severity.ERROR,
                position=place,
                message="the row has no address",
                help="remove the row, or name the right column with --column",
            )
        )


def _read_text(text: str, place: Position, asked: AskedOfList, found: ListRead) -> None:
    entry = entry_of(text)
    if entry.fault is not None:
        found.faults.append(
            Problem(
                check=CHECK,
                severity=Severity.ERROR,
                position=place,
                message=f"`{text}` {entry.fault}",
                help=entry.instead,
            )
        )
    for network in entry.networks:
        found.networks.setdefault(network, place)
    for member in entry.members:
        found.add(member, place)
        if entry.domain:
            found.domains += 1
            if asked.subdomains:
                found.add(f"*.{member.removeprefix('*@')}", place)
