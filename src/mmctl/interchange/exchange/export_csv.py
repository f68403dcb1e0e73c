"""What `Get-TransportRule | Export-Csv` writes: a line a rule, a column a member.

A column has one text. Where a member has several values they are joined by whoever exported them,
with `;`, `,` or a space; where PowerShell joined nothing, the name of a .NET class is all there is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.exchange.export_xml import ExportedRules
from mmctl.interchange.exchange.stated import StatedRule, StatedValue
from mmctl.interchange.exchange.vocabulary import ValueKind, conditions_among, known
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLASSES: Final = frozenset({"conditions", "exceptions", "actions"})
_LOST: Final = re.compile(
    r"(?:System|Microsoft)\.[\w.]+(?:\[\]|`\d.*|Collection\b.*|Property\b.*|List\b.*)"
)
_HOW: Final = (
    "the CSV has the name of a .NET class for it: export as JSON, "
    "`Get-TransportRule | ConvertTo-Json -Depth 5`"
)
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')
_UNQUOTED: Final = re.compile(r'[^",;\t\n]*')
_ADDRESSES: Final = (ValueKind.PEOPLE, ValueKind.GROUPS)
_FIELD_AT_MOST: Final = 256 * 1024


def read_csv(file: str, text: str) -> ExportedRules:
    """The rules of a CSV export.

    Raises:
        ProblemsFound: the file is no CSV, or has no column `Name`.
    """
    rows = _rows(file, text)
    head = next(rows, [])
    columns = [value.strip() for value, _ in head]
    names = [column.lower() for column in columns]
    if "name" not in names and "identity" not in names:
        raise _refused(
            Position(file=file),
            "the first line has no column `Name`",
            "export with `Get-TransportRule | Export-Csv rules.csv -NoTypeInformation`, "
            "or better as JSON",
        )
    exported = ExportedRules()
    for row in rows:
        if len(row) == 1 and not row[0][0].strip():
            continue
        if len(row) != len(columns):
            message = (
                f"the line has {len(row)} values, expected {len(columns)}, one for each column"
            )
            exported.problems.append(_problem(row[0][1], message, "export it again"))
            continue
        exported.rules.append(_rule(columns, row))
    return exported


def _rule(columns: list[str], row: list[tuple[str, Position]]) -> StatedRule:
    by_name = {column.lower(): value for column, (value, _) in zip(columns, row, strict=True)}
    name = by_name.get("name") or by_name.get("identity", "")
    rule = StatedRule(name=name, place=row[0][1])
    rule.has_conditions, rule.is_selection = conditions_among(columns)
    for column, (value, place) in zip(columns, row, strict=True):
        if column.lower() in _CLASSES:
            classes = re.findall(r"Microsoft\.Exchange\.[\w.]*\.(\w+)", value)
            rule.promised = (*rule.promised, *classes)
        elif value.strip():
            rule.members.append(_stated(column, value.strip(), place))
    return rule


def _stated(column: str, value: str, place: Position) -> StatedValue:
    if _LOST.fullmatch(value):
        return StatedValue(name=column, values=(), place=place, lost=_HOW)
    values, lost = _split(column, value)
    return StatedValue(name=column, values=values, place=place, lost=lost)


def _split(column: str, value: str) -> tuple[tuple[str, ...], str | None]:
    """The values that were joined; a comma in words may be one of theirs, and is not guessed."""
    known_as = known(column)
    takes = known_as.row.takes if known_as is not None else None
    if takes is None or not takes.several:
        return (value,), None
    text = value[1:-1] if value.startswith("{") and value.endswith("}") else value
    if takes is ValueKind.PATTERNS:
        return (text,), _ambiguous(text, (";", ",", "\n"))
    for joint in (";", "\n"):
        if joint in text:
            return _parts(text.split(joint)), None
    if takes in _ADDRESSES and text.count("@") > 1:
        return _parts(re.split(r"[,\s]+", text)), None
    if takes in {ValueKind.DOMAINS, ValueKind.NETWORKS}:
        return _parts(re.split(r"[,\s]+", text)), None
    return (text,), _ambiguous(text, (",",))


def _ambiguous(text: str, joints: tuple[str, ...]) -> str | None:
    found = next((joint for joint in joints if joint in text), None)
    if found is None:
        return None
    shown = "a line break" if found == "\n" else f"`{found}`"
    return f"the CSV does not say whether {shown} is in a value or between two: export as JSON"


def _parts(parts: list[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in parts if part.strip())


def _rows(file: str, text: str) -> Iterator[list[tuple[str, Position]]]:
    """Lines of values with their places. The delimiter is the first one after the first name."""
    at, line, start = 0, 1, 0
    if text.startswith("#TYPE"):
        at = start = text.find("\n") + 1 or len(text)
        line = 2
    delimiter = _delimiter(text, at)
    row: list[tuple[str, Position]] = []
    while at < len(text):
        place = Position(file=file, line=line, column=at - start + 1)
        value, end = _value(text, at, delimiter, place)
        if len(value) > _FIELD_AT_MOST:
            raise _refused(place, f"a value has more than {_FIELD_AT_MOST:,} characters", None)
        row.append((value, place))
        breaks = text.count("\n", at, end)
        if breaks:
            line += breaks
            start = text.rfind("\n", at, end) + 1
        at = end + 1
        if text.startswith(delimiter, end):
            if at == len(text):
                row.append(("", Position(file=file, line=line, column=at - start + 1)))
            continue
        yield row
        row = []
        line, start = line + 1, at
    if row:
        yield row


def _delimiter(text: str, at: int) -> str:
    found = re.compile(r'(?:"[^"\n]*"|[^",;\t\n]*)([,;\t])').match(text, at)
    return found[1] if found else ","


def _value(text: str, at: int, delimiter: str, place: Position) -> tuple[str, int]:
    """One value, and where it ends: at a delimiter, a line break, or the end."""
    if text.startswith('"', at):
        found = _QUOTED.match(text, at)
        if found is None:
            raise _refused(
                place, "the quote is not closed", "the file was cut off: export it again"
            )
        end = found.end()
        if end < len(text) and text[end] not in {delimiter, "\n"}:
            message = f"found `{text[end]}` after a quoted value, expected `{delimiter}`"
            breaks = text.count("\n", at, end)
            column = end - text.rfind("\n", at, end) if breaks else place.column + end - at
            wrong = Position(file=place.file, line=place.line + breaks, column=column)
            raise _refused(wrong, message, "export it again")
        return found[1].replace('""', '"'), end
    ends = [end for mark in (delimiter, "\n") if (end := text.find(mark, at)) >= 0]
    end = min(ends, default=len(text))
    return text[at:end], end


def _problem(at: Position, message: str, advice: str | None) -> Problem:
    return Problem(
        check="not-read", severity=Severity.ERROR, position=at, message=message, help=advice
    )


def _refused(at: Position, message: str, advice: str | None) -> ProblemsFound:
    return ProblemsFound(f"cannot read `{at.file}`", (_problem(at, message, advice),))
