"""What a Sieve script consists of (RFC 5228, section 8.2): commands, tests and their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedString:
    """A quoted string, or a text of several lines, with escapes undone."""

    value: str
    place: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class StringList:
    """A list of strings in brackets."""

    items: tuple[QuotedString, ...]
    place: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberArgument:
    """A number, with its K, M or G multiplied in."""

    value: int
    place: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class TagArgument:
    """A word after a colon, in lower case and without it: `contains`."""

    name: str
    place: Position


Argument: TypeAlias = "QuotedString | StringList | NumberArgument | TagArgument"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptCall:
    """A command or a test: its name in lower case, arguments, tests and block."""

    name: str
    place: Position
    arguments: tuple[Argument, ...] = ()
    tests: tuple[ScriptCall, ...] = ()
    listed: bool = False
    """The tests are in parentheses."""
    block: tuple[ScriptCall, ...] | None = None
    comment: str | None = None
    """The comments right before it: what people call it, if they say so."""
    aside: str | None = None
    """The comments between its test and its block: Roundcube puts the test of a disabled rule
    there, and `false` in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file: its commands, and the extensions that it requires."""

    file: str
    commands: tuple[ScriptCall, ...]
    requires: frozenset[str]


def texts_of(argument: Argument) -> tuple[QuotedString, ...]:
    """The strings of a list; a string is a list of one, and other arguments have none."""
    match argument:
        case QuotedString():
            return (argument,)
        case StringList(items=items):
            return items
        case _:
            return ()


def calls_in(commands: tuple[ScriptCall, ...]) -> Iterator[ScriptCall]:
    """Every command and test of a block and of the blocks in it, outer ones first."""
    waiting = list(reversed(commands))
    while waiting:
        call = waiting.pop()
        yield call
        waiting.extend(reversed((*call.tests, *(call.block or ()))))


_LONGEST: Final = 160


def shown(call: ScriptCall, *, longest: int = _LONGEST) -> str:
    """A command or test on one line, without its block; cut where it is long."""
    text = _written(call, longest)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _written(call: ScriptCall, room: int) -> str:
    parts = [call.name]
    for argument in call.arguments:
        parts.append(_argument(argument, room))
        room -= len(parts[-1])
        if room < 0:
            return " ".join(parts)
    tests: list[str] = []
    for test in call.tests:
        if room < 0:
            tests.append("…")
            break
        tests.append(_written(test, room))
        room -= len(tests[-1])
    if tests:
        inner = ", ".join(tests)
        parts.append(f"({inner})" if call.listed else inner)
    return " ".join(parts)


def _argument(argument: Argument, room: int) -> str:
    match argument:
        case QuotedString(value=value):
            return _quoted(value, room)
        case StringList(items=items):
            written = [_quoted(item.value, room) for item in items[: room // 3 + 1]]
            return f"[{', '.join(written)}]"
        case NumberArgument(value=number):
            return str(number)
        case TagArgument(name=name):
            return f":{name}"


def _quoted(value: str, room: int) -> str:
    cut = value if len(value) <= room + 1 else f"{value[: max(room, 0)]}…"
    escaped = cut.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(escaped.split("\n")) + '"'
