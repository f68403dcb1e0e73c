"""`$name`, `${name?value}` and comparisons in values of main.cf (postconf(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 1_000_000
"""Characters of one expanded value: more is a value that doubles itself."""
_DEEPEST: Final = 40
_NAME: Final = Pattern(r"[A-Za-z0-9_]+")
_COMPARED: Final = Pattern(r"\s*(==|!=|<=|>=|<|>)(level)?\s*")


class CannotExpand(Exception):
    """A value refers to itself, is too long, or lacks a brace; the text says which."""


def expanded(text: str, value_of: Callable[[str], str], depth: int = 0) -> str:
    """Replace what a value refers to.

    Raises:
        CannotExpand: it does not end, or a brace is missing.
    """
    if "$" not in text:
        return text
    if depth > _DEEPEST:
        raise CannotExpand("it is nested too deeply")
    made: list[str] = []
    length, at = 0, 0
    while at < len(text):
        dollar = text.find("$", at)
        if dollar < 0:
            made.append(text[at:])
            break
        made.append(text[at:dollar])
        piece, at = _reference(text, dollar + 1, value_of, depth)
        made.append(piece)
        length += len(piece)
        if length > LONGEST:
            raise CannotExpand("it is longer than 1 MB")
    return "".join(made)


def _reference(text: str, at: int, value_of: Callable[[str], str], depth: int) -> tuple[str, int]:
    """The value of what follows a `$`, and where it ends."""
    following = text[at : at + 1]
    if following == "$":
        return "$", at + 1
    if following in {"{", "("}:
        end = closing(text, at)
        if end is None:
            raise CannotExpand(f"`{following}` is not closed")
        return _in_braces(text[at + 1 : end].strip(), value_of, depth), end + 1
    name = _NAME.match(text, at)
    if name is None:
        return "$", at
    return value_of(name[0]), name.end()


def closing(text: str, at: int) -> int | None:
    """Where the brace or parenthesis at a place is closed; None: nowhere."""
    opened = text[at]
    closes = {"{": "}", "(": ")"}[opened]
    level = 0
    for place in range(at, len(text)):
        if text[place] == opened:
            level += 1
        elif text[place] == closes:
            level -= 1
            if level == 0:
                return place
    return None


def _in_braces(text: str, value_of: Callable[[str], str], depth: int) -> str:
    if text.startswith("{"):
        return _comparison(text, value_of, depth)
    name = _NAME.match(text)
    if name is None:
        return ""
    value, rest = value_of(name[0]), text[name.end() :].lstrip()
    if not rest:
        return value
    then, otherwise = _choices(rest)
    chosen = then if value else otherwise
    return expanded(chosen, value_of, depth + 1)


def _comparison(text: str, value_of: Callable[[str], str], depth: int) -> str:
    left, rest = _braced(text)
    found = _COMPARED.match(rest)
    if found is None:
        raise CannotExpand("a comparison has no operator")
    right, rest = _braced(rest[found.end() :])
    then, otherwise = _choices(rest.lstrip())
    sides = [expanded(side, value_of, depth + 1).strip() for side in (left, right)]
    chosen = then if _holds(found[1], *sides) else otherwise
    return expanded(chosen, value_of, depth + 1)


def _holds(operator: str, left: str, right: str) -> bool:
    order: tuple[str | int, str | int] = (left, right)
    if left.isdecimal() and right.isdecimal() and max(len(left), len(right)) < 20:  # noqa: PLR2004
        order = (int(left), int(right))
    one, two = order
    less = one < two  # type: ignore[operator]
    return {
        "==": one == two,
        "!=": one != two,
        "<": less,
        "<=": less or one == two,
        ">": not (less or one == two),
        ">=": not less,
    }[operator]


def _choices(rest: str) -> tuple[str, str]:
    """What is there with a value, and without one: of `?a`, `:b`, `?{a}:{b}`."""
    if rest.startswith("?"):
        rest = rest[1:].lstrip()
        if not rest.startswith("{"):
            return rest, ""
        then, rest = _braced(rest)
        rest = rest.lstrip()
        return then, _braced_or_bare(rest[1:].lstrip()) if rest.startswith(":") else ""
    if rest.startswith(":"):
        return "", _braced_or_bare(rest[1:].lstrip())
    raise CannotExpand("expected `?` or `:` after a name")


def _braced_or_bare(text: str) -> str:
    return _braced(text)[0] if text.startswith("{") else text


def _braced(text: str) -> tuple[str, str]:
    """What is in the braces at the start, and what follows them."""
    end = closing(text, 0) if text.startswith("{") else None
    if end is None:
        raise CannotExpand("expected a value in braces")
    return text[1:end].strip(), text[end + 1 :]
