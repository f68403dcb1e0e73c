r"""The gate for all printed text: no name or value can move the cursor or forge a line.

Names, values and messages come from files, mail and live answers, so anybody may have
written them. What is invisible is written as a readable escape: `\u202e`. `visible` is for one
value inside a line, the other functions are for whole outputs; everything that the command line
prints goes through one of these.
"""

from __future__ import annotations

import re
from typing import Final

from mmctl.patterns import Pattern

_TAB: Final = "    "
_NAMED: Final = {"\n": "\\n", "\r": "\\r"}
_LAST_OF_FOUR_DIGITS: Final = 0xFFFF

_BLANK: Final = Pattern(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
    "|[\ufe00-\ufe0f]"
)
"""Invisible characters that `str.isprintable` accepts."""
_AFTER_SYMBOL: Final = Pattern(
    "(?<=[\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
)
"""Selects how a symbol is drawn, in color or not: that is visible."""
_COMMAND: Final = Pattern(r"(?m)^([ \t]*):(?=:.*::)")
"""`::error …`: a command for GitHub's runner, which ignores spaces before it."""
_MARK: Final = Pattern(r"##(vso|teamcity)?\[", re.IGNORECASE)
"""`##[error]`, `##vso[…]`, `##teamcity[…]`: commands for CI servers, anywhere in a line."""
_UNSEEN_IN_JSON: Final = Pattern(r"[^\n -~\u00a1-\u00ac\u00ae-\u024f]")


def visible(text: str) -> str:
    r"""One value in a line: what is invisible, or breaks the line, is written as an escape.

    >>> visible("a\u202eb\nc")
    'a\\u202eb\\nc'
    """
    if text.isprintable() and (text.isascii() or _BLANK.search(text) is None):
        return text
    seen = "".join(map(_glyph, text))
    kept = {found.start() for found in _AFTER_SYMBOL.finditer(text)} if "\ufe0f" in text else ()
    if not kept:
        return _BLANK.sub(_escaped, seen)
    parts = (
        each if place in kept else _BLANK.sub(_escaped, _glyph(each))
        for place, each in enumerate(text)
    )
    return "".join(parts)


def visible_lines(text: str) -> str:
    """A whole output: like `visible`, but line breaks and tabs are layout and stay."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))


def without_commands(text: str) -> str:
    r"""A whole output in which nothing is a command for the CI server that shows it.

    >>> without_commands("::error::no\nsee ##[group]")
    '\\u003a:error::no\nsee #\\u0023[group]'
    """
    if "::" in text:
        text = _COMMAND.sub(r"\1\\u003a", text)
    return without_marks(text)


def without_marks(text: str) -> str:
    """The text without the commands that may be anywhere in a line."""
    return _MARK.sub(r"#\\u0023\1[", text) if "##" in text else text


def visible_json(text: str) -> str:
    r"""The text of a JSON document, with JSON escapes for what is invisible.

    Programs read the same values; a person who looks at it sees what is there. JSON has no such
    characters outside of strings.

    >>> visible_json('{"a": "\u202e ##["}')
    '{"a": "\\u202e #\\u0023["}'
    """
    if not text.isascii() or "\x7f" in text:
        text = _UNSEEN_IN_JSON.sub(_in_json, text)
    return without_marks(text)


def _glyph(character: str) -> str:
    if character.isprintable():
        return character
    if character == "\t":
        return _TAB
    return _NAMED.get(character) or _escape(character)


def _escaped(found: re.Match[str]) -> str:
    return _escape(found[0])


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"


def _in_json(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable() and _BLANK.fullmatch(character) is None:
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
