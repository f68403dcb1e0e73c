"""Read a command line that is well formed, by the table that is rendered from typer.

Typer takes longer to import than most commands take to run. What is unusual is left to it: a
mistake of any kind, `--`, a value that looks like an option, `-qv`, `-Cfolder`.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli.command_lines import COMMAND_LINES

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

_FLAG: Final = "flag"
_HELP: Final = "help"
_DIGITS_AT_MOST: Final = 9


class NotWellFormed(Exception):
    """The command line is for typer."""


def well_formed(words: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """The command and what is given for its parameters; None: typer has to read these words."""
    if not words or words[0] not in COMMAND_LINES:
        return None
    options, arguments = COMMAND_LINES[words[0]]
    try:
        values, placed = _read(words[1:], options)
        values |= _placed(placed, arguments)
    except (NotWellFormed, UnicodeEncodeError):
        return None
    return None if _HELP in values else (words[0], values)


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether the words of a known command ask for its help; false too where typer has to say."""
    try:
        return _HELP in _read(words[1:], COMMAND_LINES[words[0]][0])[0]
    except (NotWellFormed, UnicodeEncodeError):
        return False


def given(command: str, words: Sequence[str]) -> set[str]:
    """The keys of the options among some words of a command.

    Raises:
        NotWellFormed: typer has to read them.
    """
    return set(_read(words, COMMAND_LINES[command][0])[0])


def placed(command: str, words: Sequence[str]) -> list[str]:
    """The arguments among some words of a command, without its options and their values.

    Raises:
        NotWellFormed: typer has to read them.
    """
    return _read(words, COMMAND_LINES[command][0])[1]


def _read(
    words: Sequence[str], options: dict[str, tuple[str, str, bool]]
) -> tuple[dict[str, Any], list[str]]:
    """The values of options, and the other words."""
    values: dict[str, Any] = {}
    placed: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            placed.append(word)
            continue
        name, equals, value = word.partition("=")
        if name not in options or (equals and not name.startswith("--")):
            raise NotWellFormed
        key, kind, many = options[name]
        if kind in {_FLAG, _HELP}:
            if equals:
                raise NotWellFormed
            values[key] = True
            continue
        made = _value(kind, value if equals else next(rest, ""))
        if many:
            values.setdefault(key, []).append(made)
        else:
            values[key] = made
    return values, placed


def _placed(words: list[str], arguments: Sequence[tuple[str, str, bool, bool]]) -> dict[str, Any]:
    """The values of arguments, which are known by their places."""
    values: dict[str, Any] = {}
    rest = list(words)
    for key, kind, many, needed in arguments:
        if many and rest:
            values[key] = [_value(kind, each) for each in rest]
            rest = []
        elif rest:
            values[key] = _value(kind, rest.pop(0))
        elif needed:
            raise NotWellFormed
    if rest:
        raise NotWellFormed
    return values


def _value(kind: str, text: str) -> Any:
    if not text or (text.startswith("-") and text != "-"):
        raise NotWellFormed
    text.encode()  # typer refuses what is not Unicode
    made = _KINDS.get(kind)
    return _choice(kind, text) if made is None else made(text)


def _path(text: str) -> Any:
    from pathlib import Path

    return Path(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_AT_MOST):
        raise NotWellFormed
    return int(text)


def _positive(text: str) -> int:
    number = _number(text)
    if not number:
        raise NotWellFormed
    return number


def _choice(place: str, text: str) -> Any:
    """A member of an enum, such as `mmctl.problem:Severity`; typer reads any other kind."""
    module, _, name = place.partition(":")
    if not name:
        raise NotWellFormed
    from importlib import import_module

    try:
        return getattr(import_module(module), name)(text)
    except ValueError:
        raise NotWellFormed from None


_KINDS: Final[dict[str, Callable[[str], Any]]] = {
    "text": str,
    "path": _path,
    "number": _number,
    "positive": _positive,
}
