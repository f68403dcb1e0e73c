"""Files with lists of senders → the members of one address list, and all that is not one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.sender_lists.columns import (
    Columns,
    columns_of_table,
    kind_of_action,
    plain_name,
)
from mmctl.interchange.sender_lists.entries import entry_of, texts_in
from mmctl.interchange.sender_lists.table import table_of
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.interchange.sender_lists.table import SheetOfCells, TableRow

CHECK: Final = "unusable-list-member"
"""The id of the problem of an entry that no list takes."""
_DAY: Final = Pattern(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?|(\d{4})/(\d\d?)/(\d\d?)(?: .*)?")


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
    found.notes.append(f"{file} is not UTF-8 and was read as Windows-1252")
    text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
    if columns.action is None:
        return []
    kinds: dict[str, tuple[str, Position]] = {}
    for row in _body(table, columns):
        if columns.action < len(row.cells):
            kind = kind_of_action(row.cells[columns.action])
            if kind is not None and kind not in kinds:
                value = row.cells[columns.action]
                kinds[kind] = (value, row.place(file, columns.action))
    if len(kinds) < 2:  # noqa: PLR2004 - allowed and blocked
        return []
    name = columns.names[columns.action] if columns.names else str(columns.action + 1)
    options = [f"--only {_quoted(f'{name}={value}')}" for value, _ in kinds.values()]
    place = max((at for _, at in kinds.values()), key=lambda at: at.line)
    return [
        _problem(place, "the file has allowed and blocked senders", " or ".join(sorted(options)))
    ]


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
    if name.isascii() and name.isdigit() and not columns.names:
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
        elif _has_expired(row, columns, asked.today):
            found.expired += 1
        else:
            _read_row(file, row, columns, asked, found)


def _has_expired(row: TableRow, columns: Columns, today: str) -> bool:
    if columns.expiry is None or columns.expiry >= len(row.cells) or not today:
        return False
    day = _DAY.fullmatch(row.cells[columns.expiry])
    if day is None:
        return False
    year, month, date = (int(part) for part in day.groups() if part is not None)
    return f"{year:04}-{month:02}-{date:02}" < today


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
