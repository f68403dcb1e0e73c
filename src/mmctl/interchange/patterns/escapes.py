r"""What a backslash means in each notation: `\.`, `\d`, `\x41`, `\b`, `\1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.syntax import (
    ANYTHING,
    EMPTY,
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

if TYPE_CHECKING:
    from mmctl.interchange.patterns.charset import Ranges
    from mmctl.interchange.patterns.reading import Cursor

_CLASSES: Final[dict[str, Ranges]] = {
    "d": charset.DIGITS,
    "w": charset.WORD,
    "s": charset.SPACES,
    "D": charset.others(charset.DIGITS),
    "W": charset.others(charset.WORD),
    "S": charset.others(charset.SPACES),
}
_PCRE_CLASSES: Final[dict[str, Ranges]] = {
    "h": charset.of(" \t\xa0"),
    "H": charset.others(charset.of(" \t\xa0")),
    "v": charset.of("\v\f\x85"),
    "V": charset.others(charset.of("\v\f\x85")),
    "N": charset.ANY,
}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_PLACES: Final = {
    "A": Anchor.START,
    "Z": Anchor.END,
    "z": Anchor.END,
    "b": Anchor.WORD_EDGE,
    "B": Anchor.NO_WORD_EDGE,
}
_GNU: Final[dict[str, Node]] = {
    "w": Chars(charset.WORD),
    "W": Chars(charset.others(charset.WORD)),
    "s": Chars(charset.SPACES),
    "S": Chars(charset.others(charset.SPACES)),
    "b": At(Anchor.WORD_EDGE),
    "B": At(Anchor.NO_WORD_EDGE),
    "<": At(Anchor.WORD_START),
    ">": At(Anchor.WORD_END),
    "`": At(Anchor.START),
    "'": At(Anchor.END),
}
"""What glibc adds to extended regular expressions. `\\d` is the letter there."""
_OCTAL_DIGITS: Final = 3


def escape(cursor: Cursor, start: int) -> Node:
    """What follows a backslash outside of brackets."""
    if not cursor.more:
        raise InvalidPattern("nothing follows the last backslash", start)
    char = cursor.take()
    if cursor.flavor is Flavor.POSIX:
        if char in "123456789":
            return _reference(start)
        if char.isalnum() and char.isascii() and char not in _GNU:
            # glibc reads `\d` as a letter, and never finds it where it ignores case.
            why = f"`\\{char}` has another meaning on each system"
            return Inexact(Chars(charset.ANY), why, start)
        return _GNU.get(char) or cursor.literal(char)
    if char in _PLACES and not (cursor.flavor is Flavor.RE2 and char == "Z"):
        return At(_PLACES[char])
    if char in _CLASSES:
        return Chars(_CLASSES[char])
    if char in "pP":
        return property_of(cursor, start)
    if cursor.flavor is Flavor.PCRE:
        special = _pcre(char, start)
        if special is not None:
            return special
    if cursor.flavor is not Flavor.DOTNET and char == "Q":
        return _quoted(cursor)
    if char in "123456789" or (char in "kg" and cursor.flavor is not Flavor.RE2):
        return _referenced(cursor, char, start)
    if char == "G":
        return Inexact(EMPTY, "`\\G` is not comparable with literals", start)
    one = coded(cursor, char, start)
    if one in "\r\n":
        why = "the texts that Mail Manager compares have no line breaks"
        return Inexact(Chars(charset.ANY), why, start)
    return cursor.literal(one)


def in_brackets(cursor: Cursor, start: int) -> Ranges | str:
    """What follows a backslash within brackets: several characters, or one."""
    if not cursor.more:
        raise InvalidPattern("`[` without `]`", start)
    char = cursor.take()
    if char in _CLASSES:
        return _CLASSES[char]
    if cursor.flavor is Flavor.PCRE and char in _PCRE_CLASSES:
        return _PCRE_CLASSES[char]
    if char == "b" and cursor.flavor is not Flavor.RE2:
        return "\b"
    return coded(cursor, char, start)


def coded(cursor: Cursor, char: str, start: int) -> str:
    """The one character that a backslash and what follows it stand for."""
    if char in _CONTROLS:
        return _CONTROLS[char]
    if char == "v" and cursor.flavor is not Flavor.PCRE:
        return "\v"
    if char in {"x", "u"}:
        return _by_number(cursor, char, start)
    if char == "c" and cursor.more and cursor.flavor is not Flavor.RE2:
        return chr(ord(cursor.take().upper()) & 0x7F ^ 0x40)
    if char in "01234567":
        digits = char
        while len(digits) < _OCTAL_DIGITS and cursor.peek() and cursor.peek() in "01234567":
            digits += cursor.take()
        return chr(int(digits, 8))
    if char.isalnum() and char.isascii():
        raise InvalidPattern(f"unknown escape `\\{char}`", start)
    return char


def property_of(cursor: Cursor, start: int) -> Node:
    r"""`\p{L}`: any one character, since tables of Unicode differ from system to system."""
    if cursor.took("{"):
        while cursor.more and not cursor.took("}"):
            cursor.take()
        if cursor.text[cursor.at - 1] != "}":
            raise InvalidPattern("`{` without `}`", start)
    elif cursor.more:
        cursor.take()
    return Inexact(Chars(charset.ANY), "a class of Unicode is not comparable with literals", start)


def _by_number(cursor: Cursor, char: str, start: int) -> str:
    if char == "x" and cursor.flavor is not Flavor.DOTNET and cursor.took("{"):
        end = cursor.text.find("}", cursor.at, cursor.at + 9)
        digits = cursor.text[cursor.at : end] if end > 0 else ""
        cursor.at = end + 1
    else:
        length = 4 if char == "u" else 2
        digits = ""
        while len(digits) < length and cursor.peek() and cursor.peek() in _HEX:
            digits += cursor.take()
        if len(digits) < length and cursor.flavor is not Flavor.PCRE:
            digits = ""
    valid = all(digit in _HEX for digit in digits) and (digits or cursor.flavor is Flavor.PCRE)
    if not valid or (char == "u" and cursor.flavor is not Flavor.DOTNET):
        raise InvalidPattern(f"the number after `\\{char}` is invalid", start)
    code = int(digits or "0", 16)
    if code > charset.ANY[-1][1]:
        raise InvalidPattern(f"the number after `\\{char}` is no character", start)
    return chr(code)


_HEX: Final = "0123456789abcdefABCDEF"


def _pcre(char: str, start: int) -> Node | None:
    if char in _PCRE_CLASSES:
        return Chars(_PCRE_CLASSES[char])
    if char == "R":
        return Chars(charset.of("\v\f\x85"))
    if char in {"K", "X"}:
        node = EMPTY if char == "K" else Repeat(Chars(charset.ANY), 1, None)
        return Inexact(node, f"`\\{char}` is not comparable with literals", start)
    if char == "E":
        return EMPTY
    return None


def _quoted(cursor: Cursor) -> Node:
    end = cursor.text.find("\\E", cursor.at)
    text = cursor.text[cursor.at : end if end >= 0 else None]
    cursor.at = len(cursor.text) if end < 0 else end + 2
    return Chain(tuple(map(cursor.literal, text)))


def _referenced(cursor: Cursor, char: str, start: int) -> Node:
    """A reference to what a group matched, or a number of a character."""
    if cursor.flavor is Flavor.RE2:
        raise InvalidPattern("RE2 has no references to groups", start)
    if char in "kg":
        closing = {"{": "}", "<": ">", "'": "'"}.get(cursor.peek())
        if closing is not None:
            cursor.take()
            while cursor.more and not cursor.ahead(closing):
                cursor.take()
        if cursor.more:
            cursor.take()
    while cursor.peek().isdigit():
        cursor.take()
    return _reference(start)


def _reference(start: int) -> Node:
    why = "a reference to what a group matched is not comparable with literals"
    return Inexact(ANYTHING, why, start)
