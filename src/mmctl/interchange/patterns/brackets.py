"""Sets of characters in brackets: `[a-z]`, `[^@]`, `[[:digit:]]`, each as its notation reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.escapes import in_brackets
from mmctl.interchange.patterns.syntax import Chars, Flavor, Inexact, InvalidPattern, Node

if TYPE_CHECKING:
    from mmctl.interchange.patterns.charset import Ranges
    from mmctl.interchange.patterns.reading import Cursor

_NO_CLASS: Final = "no name of a class"


def bracket(cursor: Cursor, start: int) -> Node:
    """Read a set, whose opening bracket is taken."""
    negative = cursor.took("^")
    found: list[tuple[int, int]] = []
    removed: Ranges = ()
    inexact = False
    first = True
    while first or not cursor.ahead("]"):
        if not cursor.more:
            raise InvalidPattern("`[` without `]`", start)
        first = False
        if cursor.flavor is Flavor.DOTNET and found and cursor.took("-["):
            inner = bracket(cursor, cursor.at - 1)
            removed = inner.ranges if isinstance(inner, Chars) else ()
            inexact = inexact or not isinstance(inner, Chars)
            continue
        if cursor.flavor is not Flavor.POSIX and _property(cursor):
            inexact = True
            continue
        one = _member(cursor, start)
        if isinstance(one, tuple):
            found += one
        elif cursor.ahead("-") and not cursor.ahead("-]") and not _subtracts(cursor):
            found.append(_range(cursor, one, start))
        else:
            found.append((ord(one), ord(one)))
    cursor.take()
    if inexact:
        why = "a class of Unicode is not comparable with literals"
        return Inexact(Chars(charset.ANY), why, start)
    ranges = cursor.chars(charset.merged(found)).ranges
    if negative:
        ranges = charset.others(ranges)
    return Chars(charset.without(ranges, removed) if removed else ranges)


def _member(cursor: Cursor, start: int) -> Ranges | str:
    """One character of a set, or several by one name."""
    if cursor.flavor is not Flavor.DOTNET and cursor.ahead("[:"):
        named = _named(cursor)
        if named is not None:
            return named
        if cursor.flavor is Flavor.POSIX:
            raise InvalidPattern(_NO_CLASS, cursor.at)
    if cursor.flavor is Flavor.POSIX and (cursor.ahead("[.") or cursor.ahead("[=")):
        return _collated(cursor, start)
    char = cursor.take()
    if char == "\\" and cursor.flavor is not Flavor.POSIX:
        return in_brackets(cursor, start)
    return char


def _named(cursor: Cursor) -> Ranges | None:
    end = cursor.text.find(":]", cursor.at + 2, cursor.at + 20)
    if end < 0:
        return None
    name = cursor.text[cursor.at + 2 : end]
    negative = name.startswith("^") and cursor.flavor is not Flavor.POSIX
    ranges = charset.NAMED.get(name.removeprefix("^") if negative else name)
    if ranges is None or (cursor.flavor is Flavor.POSIX and name in {"ascii", "word"}):
        raise InvalidPattern(_NO_CLASS, cursor.at)
    cursor.at = end + 2
    return charset.others(ranges) if negative else ranges


def _collated(cursor: Cursor, start: int) -> str:
    """`[.x.]` and `[=x=]`: one character."""
    sign = cursor.text[cursor.at + 1]
    end = cursor.text.find(f"{sign}]", cursor.at + 3)
    inside = cursor.text[cursor.at + 2 : end] if end > 0 else ""
    if len(inside) != 1:
        raise InvalidPattern("a collating element of several characters", start)
    cursor.at = end + 2
    return inside


def _range(cursor: Cursor, low: str, start: int) -> tuple[int, int]:
    cursor.take()
    if not cursor.more:
        raise InvalidPattern("`[` without `]`", start)
    at = cursor.at
    high = _member(cursor, start)
    if isinstance(high, tuple):
        raise InvalidPattern("a range ends with a class", at)
    if ord(high) < ord(low):
        raise InvalidPattern(f"the range `{low}-{high}` is out of order", at - 2)
    return ord(low), ord(high)


def _subtracts(cursor: Cursor) -> bool:
    return cursor.flavor is Flavor.DOTNET and cursor.ahead("-[")


def _property(cursor: Cursor) -> bool:
    """Step over a class of Unicode by name, if one follows."""
    if not (cursor.ahead("\\p") or cursor.ahead("\\P")):
        return False
    cursor.at += 2
    if cursor.took("{"):
        while cursor.more and not cursor.took("}"):
            cursor.take()
    elif cursor.more:
        cursor.take()
    return True
