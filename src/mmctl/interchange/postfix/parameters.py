"""The parameters of main.cf, with what they refer to in place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.postfix.defaults import RULES
from mmctl.interchange.postfix.expansion import CannotExpand, expanded
from mmctl.interchange.postfix.lines import logical_lines
from mmctl.interchange.postfix.words import words_of
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.postfix.lines import LogicalLine

UNKNOWN_HOST: Final = "myhostname.invalid"
"""For `$myhostname` where main.cf leaves it to the machine."""
_ASSIGNED: Final = Pattern(r"([A-Za-z0-9_-]+)\s*=\s*(.*)", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class Parameters:
    """What a main.cf says, and Postfix's defaults for what it leaves out."""

    file: str
    lines: dict[str, LogicalLine] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    """The values as they are written; those of `-o` in master.cf in place of them."""
    problems: list[Problem] = field(default_factory=list)
    _made: dict[str, str] = field(default_factory=dict)
    _under_way: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The value of a parameter, expanded; empty where nothing says it."""
        if name in self._made:
            return self._made[name]
        if name in self._under_way:
            chain = [*self._under_way[self._under_way.index(name) :], name]
            raise CannotExpand(" → ".join(f"`{each}`" for each in chain) + " is a circle")
        self._under_way.append(name)
        try:
            made = expanded(self._unexpanded(name), self.value)
        finally:
            self._under_way.pop()
        self._made[name] = made
        return made

    def text(self, name: str) -> str:
        """The value of a parameter; a problem and an empty text where it has no end."""
        try:
            return self.value(name).strip()
        except CannotExpand as error:
            self._under_way.clear()
            self._made[name] = ""
            self.problem(self.place(name), f"cannot expand `{name}`: {error}")
            return ""

    def words(self, name: str) -> list[str]:
        """The words of a parameter that is a list."""
        return words_of(self.text(name))

    def says(self, name: str) -> bool:
        """Whether the file, or an option of master.cf, sets a parameter."""
        return name in self.written

    def holds(self, name: str) -> bool:
        """Whether a parameter is `yes`."""
        return self.text(name).lower() == "yes"

    def place(self, name: str, word: str = "") -> Position:
        """Where a parameter is set, or a word in it; the top of the file for a default."""
        line = self.lines.get(name)
        return Position(self.file) if line is None else line.place_of(word)

    def problem(self, position: Position, message: str, help: str | None = None) -> None:
        """Note something that is broken."""
        self.problems.append(
            Problem(
                check="broken-export",
                severity=Severity.ERROR,
                position=position,
                message=message,
                help=help,
            )
        )

    def _unexpanded(self, name: str) -> str:
        if name in self.written:
            return self.written[name]
        if name == "myhostname":
            return UNKNOWN_HOST
        if name == "mydomain":
            host = self.value("myhostname")
            return host.partition(".")[2] or "localdomain"
        return RULES.get(name, "")


def read_parameters(file: str, text: str) -> Parameters:
    """Parse a main.cf; what is no `name = value` is among the problems."""
    read = Parameters(file=file)
    for line in logical_lines(file, text):
        found = _ASSIGNED.match(line.text)
        if found is None or found.end() < len(line.text):
            read.problem(
                line.position,
                f"got `{line.text[:60]}`, expected `name = value`",
                "check that the file is a main.cf and that it is whole",
            )
            continue
        read.lines[found[1]] = line
        read.written[found[1]] = found[2].strip()
    return read
