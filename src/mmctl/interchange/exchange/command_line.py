"""A PowerShell command line with constant arguments → parameters and values.

Reads the words of `about_Parsing` and `about_Quoting_Rules` that an export has: quotes of both
kinds (also typographic ones), doubled quotes, backticks, here-strings, lists, `$true`, switches.
Nothing is evaluated: a variable or an expression is an unknown value.
"""

from __future__ import annotations

import re
from typing import Final

from mmctl.records import dataclass

_SINGLE: Final = "'\u2018\u2019\u201a\u201b"
_DOUBLE: Final = '"\u201c\u201d\u201e'
_DASHES: Final = "-\u2013\u2014\u2015"
_SPACE: Final = re.compile(r"(?:\s|`\r?\n)*")
_PARAMETER: Final = re.compile(rf"[{_DASHES}]([A-Za-z_][A-Za-z0-9_]*)(:?)")
_BARE: Final = re.compile(rf"(?:`.|[^\s,;|(){{}}`{_SINGLE}{_DOUBLE}])+", re.DOTALL)
_INSIDE_SINGLE: Final = re.compile(rf"[^{_SINGLE}]+")
_INSIDE_DOUBLE: Final = re.compile(rf"[^{_DOUBLE}`$]+")
_VARIABLE: Final = re.compile(r"\$(?:\{[^}]*\}|\w[\w:]*)")
_HERE: Final = re.compile(rf"@([{_SINGLE}{_DOUBLE}])[ \t]*\r?\n")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f"}
_CONSTANTS: Final = {"$true": "true", "$false": "false", "$null": None}
_EVALUATED: Final = "it is an expression that only PowerShell can evaluate"


class BrokenCommandLine(Exception):
    """The text is no command line with constant arguments; `at` is the wrong character."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at, self.message = at, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A parameter with its values; of a value without a parameter, the name is empty."""

    name: str
    at: int
    values: tuple[str, ...]
    lost: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """The command and its input, in order."""

    command: str
    arguments: tuple[Argument, ...]


def read_command_line(text: str) -> CommandLine:
    """The command line that is the whole of the text.

    Raises:
        BrokenCommandLine: a quote or bracket is not closed, or there is more than one command.
    """
    reading = _CommandReading(text)
    command, at, _ = reading.item(reading.space(0))
    arguments: list[Argument] = []
    while (at := reading.space(at)) < len(text):
        argument, at = reading.argument(at)
        arguments.append(argument)
    return CommandLine(command="".join(command), arguments=tuple(arguments))


class _CommandReading:
    def __init__(self, text: str) -> None:
        self._text = text

    def space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()

    def argument(self, at: int) -> tuple[Argument, int]:
        found = _PARAMETER.match(self._text, at)
        if found is None:
            values, end, lost = self.list(at)
            return Argument(name="", at=at, values=values, lost=lost), end
        start = self.space(found.end())
        if not found[2] and self._ends_parameter(start):
            return Argument(name=found[1], at=at, values=("true",)), found.end()
        values, end, lost = self.list(start)
        return Argument(name=found[1], at=at, values=values, lost=lost), end

    def _ends_parameter(self, at: int) -> bool:
        """A switch: the end, or the next parameter, follows. A negative number is a value."""
        return at >= len(self._text) or _PARAMETER.match(self._text, at) is not None

    def list(self, at: int) -> tuple[tuple[str, ...], int, str | None]:
        """Values with commas between them."""
        values: list[str] = []
        lost: str | None = None
        while True:
            found, at, why = self.item(self.space(at))
            values += found
            lost = lost or why
            after = self.space(at)
            if not self._text.startswith(",", after):
                return tuple(values), at, lost
            at = after + 1

    def item(self, at: int) -> tuple[tuple[str, ...], int, str | None]:
        text = self._text
        mark = text[at : at + 1]
        if here := _HERE.match(text, at):
            return self._here(here, at)
        if mark and mark in _SINGLE:
            value, at = self._single(at)
            return (value,), at, None
        if mark and mark in _DOUBLE:
            return self._double(at)
        if text.startswith("@(", at):
            return self._array(at)
        if text.startswith("@{", at):
            end = self._balanced(at + 1)
            return (text[at:end],), end, None
        if mark == "(" or text.startswith("$(", at):
            end = self._balanced(at + text.startswith("$", at))
            return (), self._members(end), _EVALUATED
        if mark == "$":
            return self._variable(at)
        found = _BARE.match(text, at)
        if found is None:
            shown = f"found `{mark}`, expected a value" if mark else "the command ends too early"
            raise BrokenCommandLine(min(at, len(text)), shown)
        return (re.sub("`(.)", r"\1", found[0], flags=re.DOTALL),), found.end(), None

    def _variable(self, at: int) -> tuple[tuple[str, ...], int, str | None]:
        found = _VARIABLE.match(self._text, at)
        if found is None:
            raise BrokenCommandLine(at, "found `$`, expected a value")
        if found[0].lower() in _CONSTANTS:
            constant = _CONSTANTS[found[0].lower()]
            return (() if constant is None else (constant,)), found.end(), None
        return (), self._members(found.end()), f"it is the variable `{found[0]}` of a script"

    def _members(self, at: int) -> int:
        """Past `.Identity` and `[0]` after an expression."""
        found = re.compile(r"(?:\.\w+|\[[^\]]*\])*").match(self._text, at)
        return at if found is None else found.end()

    def _array(self, at: int) -> tuple[tuple[str, ...], int, str | None]:
        start, at = at, self.space(at + 2)
        values: list[str] = []
        lost: str | None = None
        while not self._text.startswith(")", at):
            if at >= len(self._text):
                raise BrokenCommandLine(start, "`@(` is not closed")
            if self._text[at] in ",;":
                at = self.space(at + 1)
                continue
            found, at, why = self._item_in_array(at)
            values += found
            lost = lost or why
            at = self.space(at)
        return tuple(values), self._members(at + 1), lost

    def _item_in_array(self, at: int) -> tuple[tuple[str, ...], int, str | None]:
        if self._text.startswith("@(", at):
            raise BrokenCommandLine(at, "a list in a list is not read")
        return self.item(at)

    def _single(self, at: int) -> tuple[str, int]:
        parts: list[str] = []
        start, at = at, at + 1
        while True:
            if found := _INSIDE_SINGLE.match(self._text, at):
                parts.append(found[0])
                at = found.end()
            if at >= len(self._text):
                raise BrokenCommandLine(start, "the quote is not closed")
            if self._text[at + 1 : at + 2] and self._text[at + 1] in _SINGLE:
                parts.append(self._text[at])
                at += 2
                continue
            return "".join(parts), at + 1

    def _double(self, at: int) -> tuple[tuple[str, ...], int, str | None]:
        parts: list[str] = []
        lost: str | None = None
        start, at = at, at + 1
        text = self._text
        while True:
            if found := _INSIDE_DOUBLE.match(text, at):
                parts.append(found[0])
                at = found.end()
            if at >= len(text):
                raise BrokenCommandLine(start, "the quote is not closed")
            if text[at] == "`":
                parts.append(_ESCAPES.get(text[at + 1 : at + 2], text[at + 1 : at + 2]))
                at += 2
            elif text[at] == "$":
                if text.startswith("$(", at):
                    lost, at = _EVALUATED, self._balanced(at + 1)
                elif variable := _VARIABLE.match(text, at):
                    lost, at = f"it has the variable `{variable[0]}` of a script", variable.end()
                else:
                    parts.append("$")
                    at += 1
            elif text[at + 1 : at + 2] and text[at + 1] in _DOUBLE:
                parts.append(text[at])
                at += 2
            else:
                return (() if lost else ("".join(parts),)), at + 1, lost

    def _here(self, found: re.Match[str], at: int) -> tuple[tuple[str, ...], int, str | None]:
        marks = _SINGLE if found[1] in _SINGLE else _DOUBLE
        end = re.compile(rf"\r?\n[{marks}]@").search(self._text, found.end() - 1)
        if end is None:
            raise BrokenCommandLine(at, "the here-string is not closed")
        value = self._text[found.end() : max(found.end(), end.start())]
        if marks == _DOUBLE and _VARIABLE.search(value):
            return (), end.end(), "it has a variable of a script"
        return (value,), end.end(), None

    def _balanced(self, at: int) -> int:
        """Past the bracket that closes the one here; quotes inside are skipped."""
        start, depth = at, 0
        while at < len(self._text):
            mark = self._text[at]
            if mark in _SINGLE:
                at = self._single(at)[1]
                continue
            if mark in _DOUBLE:
                at = self._quoted_end(at)
                continue
            depth += (mark in "({") - (mark in ")}")
            at += 1
            if depth == 0:
                return at
        raise BrokenCommandLine(start, f"`{self._text[start]}` is not closed")

    def _quoted_end(self, at: int) -> int:
        """Past a double-quoted text inside of an expression, which nobody evaluates."""
        found = re.compile(rf"[{_DOUBLE}](?:`.|[^`{_DOUBLE}])*[{_DOUBLE}]", re.DOTALL).match(
            self._text, at
        )
        if found is None:
            raise BrokenCommandLine(at, "the quote is not closed")
        return found.end()
