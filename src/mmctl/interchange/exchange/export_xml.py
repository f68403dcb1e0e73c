"""What `Export-TransportRuleCollection` writes: XML with a command line for each rule.

Declarations of types and entities are refused, so that nothing is expanded or fetched. Exchange
2007 and 2010 wrote conditions as elements instead of command lines; such rules are known, and
their text is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from mmctl.errors import ProblemsFound
from mmctl.interchange.exchange.command_line import BrokenCommandLine, read_command_line
from mmctl.interchange.exchange.stated import StatedRule, StatedValue
from mmctl.interchange.migration.source import Unread
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.exchange.command_line import Argument

_DEEPEST: Final = 50
"""Levels of elements; the service's exports have four, older ones a dozen."""
_COMMAND_AT_MOST: Final = 256 * 1024
"""Characters of a command line: a rule of Exchange has at most 8 KB, and 20 MB all rules."""
_COMMANDS: Final = frozenset({"new-transportrule", "set-transportrule"})
_AGAIN: Final = "export it again: `$file = Export-TransportRuleCollection; "
_AGAIN_WITH: Final = _AGAIN + "[IO.File]::WriteAllBytes('rules.xml', $file.FileData)`"


@dataclass(slots=True, kw_only=True)
class ExportedRules:
    """The rules of one file, and what in it is no rule."""

    rules: list[StatedRule] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_xml(file: str, text: str) -> ExportedRules:
    """The rules of an XML export; problems are collected.

    Raises:
        ProblemsFound: the file is not XML, or has a declaration of a document type.
    """
    reading = _XmlReading(file)
    parser = expat.ParserCreate("utf-8")
    reading.watch(parser)
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        at = Position(file=file, line=error.lineno, column=error.offset + 1)
        reason = expat.errors.messages.get(error.code, "")
        raise _refused(at, f"the XML is broken: {reason or error}", _AGAIN_WITH) from None
    if not reading.rooted:
        raise _refused(
            Position(file=file),
            "the file has no element `rules`, as exports of Exchange have",
            None,
        )
    return reading.found


def _refused(at: Position, message: str, advice: str | None) -> ProblemsFound:
    return ProblemsFound(f"cannot read `{at.file}`", (_problem(at, message, advice),))


def _problem(at: Position, message: str, advice: str | None) -> Problem:
    return Problem(
        check="not-read", severity=Severity.ERROR, position=at, message=message, help=advice
    )


class _XmlReading:
    """What has been seen of one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.found = ExportedRules()
        self.rooted = False
        self._path: list[str] = []
        self._rule: StatedRule | None = None
        self._chunks: list[tuple[int, int, int]] = []
        """Where each piece of a command line begins: its offset there, line and column here."""
        self._command: list[str] = []
        self._length = 0
        self._older: list[str] = []
        self._has_command = False
        self._is_later = False

    def watch(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartElementHandler = self._starts
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._declares
        parser.EntityDeclHandler = self._declares
        parser.ExternalEntityRefHandler = self._declares

    def _at(self) -> Position:
        return Position(
            file=self._file,
            line=self._parser.CurrentLineNumber,
            column=self._parser.CurrentColumnNumber + 1,
        )

    def _declares(self, *_: object) -> int:
        raise _refused(
            self._at(),
            "a declaration of a document type or an entity is refused",
            "exports of Exchange have none: find out who wrote this file",
        )

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            message = f"elements are nested deeper than {_DEEPEST} levels"
            raise _refused(self._at(), message, _AGAIN_WITH)
        self._path.append(name)
        match len(self._path), name:
            case 1, "rules":
                self.rooted = True
            case 1, _:
                message = f"the file begins with `{name}`, expected `rules`"
                raise _refused(self._at(), message, _AGAIN_WITH)
            case 2, "rule":
                self._rule = StatedRule(name=attributes.get("name", ""), place=self._at())
                self._attributes(attributes)
                self._older, self._has_command = [], False
            case 3, "version":
                pass
            case 4, "commandBlock":
                self._chunks, self._command, self._length = [], [], 0
                self._is_later = self._has_command
                self._has_command = True
            case 2 | 3, _ if self._rule is None:
                self._skip(name)
            case _:
                self._older.append(_written(name, attributes))

    def _attributes(self, attributes: dict[str, str]) -> None:
        """Exchange 2010 has comments and state as attributes of the rule."""
        rule = self._rule
        assert rule is not None  # noqa: S101 - called where a rule begins
        for attribute, member in (("comments", "Comments"), ("enabled", "Enabled")):
            if value := attributes.get(attribute):
                rule.members.append(StatedValue(name=member, values=(value,), place=rule.place))

    def _skip(self, name: str) -> None:
        self.found.unread.append(
            Unread(
                place=self._at(),
                text=f"<{name}>",
                why="the element is no rule, and unknown",
            )
        )

    def _text(self, text: str) -> None:
        if len(self._path) == 4 and self._path[3] == "commandBlock":  # noqa: PLR2004
            at = self._at()
            self._chunks.append((self._length, at.line, at.column))
            self._command.append(text)
            self._length += len(text)
            if self._length > _COMMAND_AT_MOST:
                message = f"a command line has more than {_COMMAND_AT_MOST:,} characters"
                raise _refused(at, message, _AGAIN_WITH)
        elif self._older and text.strip():
            self._older.append(text.strip())

    def _ends(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        rule = self._rule
        if rule is None:
            return
        if depth == 4 and name == "commandBlock":  # noqa: PLR2004
            if self._is_later:
                self._list_version(rule)
            else:
                self._read_command(rule, "".join(self._command))
        elif depth == 2 and name == "rule":  # noqa: PLR2004
            if not self._has_command:
                rule.older = " ".join(self._older)
            self.found.rules.append(rule)
            self._rule = None

    def _list_version(self, rule: StatedRule) -> None:
        self.found.unread.append(
            Unread(
                place=self._place(0),
                text=f"another version of rule `{rule.name}`",
                why="the first version of a rule is read",
                instead="compare the two in the file",
            )
        )

    def _read_command(self, rule: StatedRule, text: str) -> None:
        try:
            line = read_command_line(text)
        except BrokenCommandLine as broken:
            message = f"the command line of rule `{rule.name}`: {broken.message}"
            self.found.problems.append(_problem(self._place(broken.at), message, _AGAIN_WITH))
            return
        if line.command.lower() not in _COMMANDS:
            self.found.unread.append(
                Unread(
                    place=self._place(0),
                    text=line.command,
                    why="only `New-TransportRule` and `Set-TransportRule` are read",
                )
            )
            return
        for argument in line.arguments:
            self._take(rule, argument)

    def _take(self, rule: StatedRule, argument: Argument) -> None:
        name = argument.name or "Name"
        if name.lower() in {"name", "identity"}:
            rule.name = rule.name or "".join(argument.values)
            return
        place = self._place(argument.at)
        rule.members.append(
            StatedValue(name=name, values=argument.values, place=place, lost=argument.lost)
        )

    def _place(self, at: int) -> Position:
        """The place in the file of a character of the command line."""
        low, high = 0, len(self._chunks)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._chunks[middle][0] <= at else (low, middle)
        if not self._chunks:
            return self._at()
        offset, line, column = self._chunks[low]
        return Position(file=self._file, line=line, column=column + at - offset)


def _written(name: str, attributes: dict[str, str]) -> str:
    """An element of an older export as one word of its text."""
    return " ".join([name, *(f"{key}={value}" for key, value in attributes.items())])
