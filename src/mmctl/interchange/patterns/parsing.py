"""Regular expressions as people write them, read into a tree.

One pass, no look-back, and nothing is ever run: a hostile pattern costs as much as a long one.
"""

from __future__ import annotations

from typing import Final

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.brackets import bracket
from mmctl.interchange.patterns.escapes import escape
from mmctl.interchange.patterns.reading import LONGEST, Cursor
from mmctl.interchange.patterns.syntax import (
    ANYTHING,
    EMPTY,
    Alternatives,
    Anchor,
    At,
    Chain,
    Chars,
    Flavor,
    Inexact,
    InvalidPattern,
    Node,
    Repeat,
)

_DEEPEST: Final = 100
_MOST: Final = 1000
"""The most repetitions that a bound may ask for: RE2 has this limit, PCRE 65535."""
_AHEAD: Final = {"=": "a look ahead", "!": "a negative look ahead"}
_BEHIND: Final = {"<=": "a look behind", "<!": "a negative look behind"}


def tree_of(pattern: str, flavor: Flavor, *, ignores_case: bool, extended: bool = False) -> Node:
    """Read a pattern, without delimiters and outer flags.

    `extended`: white space and comments in the pattern mean nothing.

    Raises:
        InvalidPattern: its own system would refuse it, or it is too long or too deep.
    """
    if len(pattern) > LONGEST:
        raise InvalidPattern(f"a pattern of {len(pattern)} characters, expected {LONGEST}", LONGEST)
    cursor = Cursor(pattern, flavor, ignores_case=ignores_case, extended=extended)
    if flavor is Flavor.GLOB:
        return _glob(cursor)
    node = _choice(cursor, 0)
    if cursor.more:
        raise InvalidPattern("`)` without `(`", cursor.at)
    return node


def _glob(cursor: Cursor) -> Node:
    """`*`, `?`, and a backslash that takes the meaning from what follows."""
    items: list[Node] = [At(Anchor.START)]
    while cursor.more:
        char = cursor.take()
        if char == "*":
            items.append(ANYTHING)
        elif char == "?":
            items.append(Chars(charset.ANY))
        else:
            escaped = char == "\\" and cursor.more
            items.append(cursor.literal(cursor.take() if escaped else char))
    return Chain((*items, At(Anchor.END)))


def _choice(cursor: Cursor, depth: int) -> Node:
    """Alternatives, up to a closing parenthesis or the end."""
    if depth > _DEEPEST:
        raise InvalidPattern(f"groups are nested more than {_DEEPEST} deep", cursor.at)
    options = [_row(cursor, depth)]
    while cursor.ahead("|"):
        cursor.take()
        options.append(_row(cursor, depth))
    return options[0] if len(options) == 1 else Alternatives(tuple(options))


def _row(cursor: Cursor, depth: int) -> Node:
    items: list[Node] = []
    while cursor.more and not cursor.ahead("|"):
        if cursor.ahead(")"):
            if depth or cursor.flavor is not Flavor.POSIX:
                break
            cursor.take()
            items.append(_repeated(cursor, cursor.literal(")"), depth))
            continue
        if cursor.skipped_blanks():
            continue
        start = cursor.at
        item = _atom(cursor, depth)
        if item is None:
            continue
        if isinstance(item, At) and cursor.repeats():
            if cursor.flavor is Flavor.POSIX:
                raise InvalidPattern("an anchor is repeated", cursor.at)
            item = Inexact(EMPTY, "an anchor is repeated", start)
        items.append(_repeated(cursor, item, depth))
    return items[0] if len(items) == 1 else Chain(tuple(items))


def _atom(cursor: Cursor, depth: int) -> Node | None:
    """One thing that can be repeated; None: a flag or a comment."""
    start = cursor.at
    char = cursor.take()
    match char:
        case "(":
            return _group(cursor, start, depth)
        case "[":
            return bracket(cursor, start)
        case ".":
            return Chars(charset.ANY)
        case "^":
            return At(Anchor.START)
        case "$":
            return At(Anchor.END)
        case "\\":
            return escape(cursor, start)
        case "*" | "+" | "?":
            raise InvalidPattern(f"`{char}` has nothing to repeat", start)
        case "{" if cursor.flavor is Flavor.POSIX:
            raise InvalidPattern("`{` has nothing to repeat", start)
        case _:
            return cursor.literal(char)


# -- groups


def _group(cursor: Cursor, start: int, depth: int) -> Node | None:
    if cursor.flavor is not Flavor.POSIX and cursor.ahead("*"):
        return _verb(cursor, start)
    if cursor.flavor is Flavor.POSIX or not cursor.ahead("?"):
        return _inside(cursor, start, depth)
    cursor.take()
    if cursor.took("#"):
        _to(cursor, ")", start)
        return None
    for opening, why in (*_AHEAD.items(), *_BEHIND.items()):
        if cursor.took(opening):
            _refused_by_re2(cursor, start)
            _inside(cursor, start, depth)
            return Inexact(EMPTY, f"{why} is not comparable with literals", start)
    if cursor.took(">") or cursor.took("|"):
        _refused_by_re2(cursor, start)
        inside = _inside(cursor, start, depth)
        return Inexact(inside, "an atomic or reset group may refuse more", start)
    if cursor.took("P<") or cursor.took("<") or (cursor.took("'") and cursor.flavor != Flavor.RE2):
        _name(cursor, start)
        return _inside(cursor, start, depth)
    return _flags(cursor, start, depth)


def _inside(cursor: Cursor, start: int, depth: int) -> Node:
    """What a group has, up to and with its closing parenthesis; flags set inside end there."""
    flags = cursor.flags
    node = _choice(cursor, depth + 1)
    if not cursor.took(")"):
        raise InvalidPattern("`(` without `)`", start)
    cursor.flags = flags
    return node


def _name(cursor: Cursor, start: int) -> None:
    name = ""
    while cursor.more and not cursor.ahead(">") and not cursor.ahead("'"):
        name += cursor.take()
    if not name or not cursor.more:
        raise InvalidPattern("the name of a group has no end", start)
    cursor.take()


def _flags(cursor: Cursor, start: int, depth: int) -> Node | None:
    """`(?i)`, `(?i-s:…)`; recursion, conditions and calls are taken for anything."""
    flags, on, seen = cursor.flags, True, ""
    if cursor.took("^"):
        flags = frozenset()
    while cursor.more and (char := cursor.peek()) not in {")", ":"}:
        cursor.take()
        if char == "-" and on:
            on = False
        elif char in "imsxnUJa":
            flags = flags | {char} if on else flags - {char}
            seen += char
        else:
            cursor.at = start + 1
            return _beyond(cursor, start)
    if not cursor.more:
        raise InvalidPattern("`(` without `)`", start)
    if cursor.take() == ")":
        cursor.flags = flags
        return None
    outer = cursor.flags
    cursor.flags = flags
    node = _choice(cursor, depth + 1)
    if not cursor.took(")"):
        raise InvalidPattern("`(` without `)`", start)
    cursor.flags = outer
    return node


def _beyond(cursor: Cursor, start: int) -> Node:
    """Step over a group of a form that is not read, up to its own closing parenthesis."""
    level = 1
    while cursor.more and level:
        char = cursor.take()
        if char == "\\" and cursor.more:
            cursor.take()
        level += {"(": 1, ")": -1}.get(char, 0)
    if level:
        raise InvalidPattern("`(` without `)`", start)
    if cursor.flavor is Flavor.RE2:
        raise InvalidPattern("a group of a form that RE2 does not have", start)
    return Inexact(ANYTHING, "recursion and conditions are not comparable with literals", start)


def _verb(cursor: Cursor, start: int) -> Node:
    _to(cursor, ")", start)
    if cursor.flavor is not Flavor.PCRE:
        raise InvalidPattern("`*` has nothing to repeat", start + 1)
    return Inexact(EMPTY, "a control verb is not comparable with literals", start)


def _to(cursor: Cursor, end: str, start: int) -> None:
    while cursor.more:
        if cursor.take() == end:
            return
    raise InvalidPattern("`(` without `)`", start)


def _refused_by_re2(cursor: Cursor, start: int) -> None:
    if cursor.flavor is Flavor.RE2:
        raise InvalidPattern("a group of a form that RE2 does not have", start)


# -- repetition


def _repeated(cursor: Cursor, item: Node, depth: int) -> Node:
    """What the signs after an item make of it."""
    count = 0
    cursor.skipped_blanks()
    while cursor.more:
        start = cursor.at
        bounds = _bounds(cursor)
        if bounds is None:
            return item
        least, most, why = bounds
        count += 1
        if count > 1 and cursor.flavor is not Flavor.POSIX:
            raise InvalidPattern("a repetition is repeated", start)
        if depth + count > _DEEPEST:
            raise InvalidPattern(f"repetitions are nested more than {_DEEPEST} deep", start)
        item = Repeat(item, least, most)
        if why is not None:
            item = Inexact(item, why, start)
        if cursor.flavor is Flavor.POSIX:
            continue
        if cursor.ahead("?"):
            cursor.take()
        elif cursor.flavor is Flavor.PCRE and cursor.ahead("+"):
            cursor.take()
            item = Inexact(item, "a possessive repetition may refuse more", start)
    return item


_SIGNS: Final[dict[str, tuple[int, int | None]]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def _bounds(cursor: Cursor) -> tuple[int, int | None, str | None] | None:
    """How often what is before is repeated; None if nothing of that kind follows."""
    sign = cursor.peek()
    if sign in _SIGNS:
        cursor.take()
        return (*_SIGNS[sign], None)
    if sign != "{":
        return None
    end = cursor.text.find("}", cursor.at, cursor.at + 20)
    inside = cursor.text[cursor.at + 1 : end] if end > 0 else ""
    first, comma, last = inside.partition(",")
    valid = _number(first) and (not last or _number(last)) and (bool(first) or bool(comma))
    if comma and not first and last and _number(last):
        if cursor.flavor is Flavor.POSIX:
            first = "0"
        elif cursor.flavor is Flavor.PCRE:
            cursor.at = end + 1
            return 0, None, "`{,n}` has another meaning in each version"
    if not valid or not first:
        if cursor.flavor is Flavor.POSIX:
            raise InvalidPattern("invalid bounds of a repetition", cursor.at)
        return None
    least, most = int(first), int(last) if last else None if comma else int(first)
    if most is not None and most < least:
        raise InvalidPattern(f"bounds {least} and {most} are out of order", cursor.at)
    cursor.at = end + 1
    if max(least, most or 0) > _MOST:
        return 0, None, f"more than {_MOST} repetitions are not compared"
    return least, most, None


def _number(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) <= 6)  # noqa: PLR2004 - 65535
