"""Header values with everything that hides separators replaced by marks, in a few passes.

Quoted strings, domain literals, encoded words and comments become marks; then a value can be cut up
as plain text. Finds what `tokens` of `mmctl.mail.lexical` finds, which is the definition, in a
fraction of its time: a hostile value may have a megabyte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mmctl.mail.encoded_words import ENCODED_WORD
from mmctl.mail.lexical import TokenKind, comment_end, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK: Final = "\ud800"
"""Begins a mark. Half a surrogate pair is no text, so no value has one."""
COMMENT: Final = "\ud801"
"""Begins the mark of a comment."""
_DIGIT: Final = tuple(map(chr, range(0xDA00, 0xDC00)))
"""The characters that number a mark."""
_BASE: Final = len(_DIGIT)
DIGITS: Final = "\uda00-\udbff"
"""What a mark ends with, in a pattern."""
_MARKED: Final = re.compile(f"[{MARK}{COMMENT}]([{DIGITS}]{{3}})")
_COMMENTS: Final = re.compile(f"{COMMENT}([{DIGITS}]{{3}})")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_HIDES: Final = re.compile(r'["(\[]|=\?')

_QUOTED: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_FLAT: Final = r"\([^()\\]*+(?:\\.[^()\\]*+)*\)"
_COMMENT: Final = rf"\([^()\\]*+(?:(?:\\.|{_FLAT})[^()\\]*+)*\)"
_LITERAL: Final = r"\[[^\[\]\\]*+\]"
# What only begins like a literal or an encoded word; much of it at once where that is easily seen.
_PLAIN: Final = r"\[+(?=\[)|(?:=\?(?=[=?])|=(?==))+|[\[=]"
_HIDDEN: Final = {
    (quotes, comments): frozenset("[=" + '"' * quotes + "(" * comments)
    for quotes in (True, False)
    for comments in (True, False)
}
"""What pieces begin with that hide something."""
_ENDED: Final = re.compile(rf"{_QUOTED}|{_COMMENT}", re.DOTALL)
_VISIBLE: Final = frozenset({TokenKind.SPACE, TokenKind.SPECIAL, TokenKind.WORD})
_DEEP_AT_MOST: Final = 8
"""Comments that nest too deeply for the pattern, before the value is cut up token by token."""


def _pieces(*, quotes: bool, comments: bool) -> re.Pattern[str]:
    """Cuts a value into pieces; what does not end takes the rest of the value.

    Once a quote or a parenthesis does not end, none after it counts.
    """
    visible = r"\[=" + '"' * quotes + "(" * comments
    ways = [f"[^{visible}]++"]
    ways += [rf'{_QUOTED}|".*'] * quotes + [rf"{_COMMENT}|\(.*"] * comments
    return re.compile("|".join([*ways, _LITERAL, ENCODED_WORD, _PLAIN]), re.DOTALL)


_PIECES: Final = {
    (quotes, comments): _pieces(quotes=quotes, comments=comments)
    for quotes in (True, False)
    for comments in (True, False)
}


@dataclass(frozen=True, slots=True)
class Marked:
    """A value with marks, and what they stand for."""

    text: str
    parts: Mapping[str, str] = field(default_factory=dict)
    """What marks stand for, by the end of the mark."""

    def restored(self, text: str) -> str:
        """A part of the text with what its marks stand for."""
        pieces = _MARKED.split(text) if self.parts else [text]
        if len(pieces) == 1:
            return text
        pieces[1::2] = map(self.parts.__getitem__, pieces[1::2])
        return "".join(pieces)

    def comments(self, text: str) -> tuple[str, ...]:
        """The comments in a part of the text."""
        return tuple(map(self.parts.__getitem__, _COMMENTS.findall(text)))


def without_comments(text: str) -> str:
    """A part of a marked text with a space for each comment."""
    return _COMMENTS.sub(" ", text) if COMMENT in text else text


def marked(text: str, *, unended: bool = True) -> Marked:
    """Replace what hides separators.

    A quote or a parenthesis that nothing ends counts as space, and is replaced by one if `unended`.
    """
    if not _HIDES.search(text):
        return Marked(text)
    if not text.isascii() and _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    marks = _Marks()
    written = "".join(_pieces_with(marks, text))
    if unended:
        written = written.replace('"', " ").replace("(", " ")
    return Marked(written, marks.parts)


def _pieces_with(marks: _Marks, text: str) -> list[str]:
    """The pieces of a value, with marks for what hides separators."""
    written: list[str] = []
    quotes = comments = True
    rest = text
    for _ in range(_DEEP_AT_MOST):
        found = _PIECES[quotes, comments].findall(rest)
        last = found[-1]
        opens = (quotes and last[0] == '"') or (comments and last[0] == "(")
        ends = not opens or _ENDED.fullmatch(last) is not None
        if not ends:
            found.pop()
        hides = _HIDDEN[quotes, comments]
        written += [marks.of(piece) if piece[0] in hides else piece for piece in found]
        if ends:
            return written
        if last[0] == '"':
            quotes, end = False, None
        else:
            end = comment_end(last, 0)
            comments = end is not None
        written.append(last[0] if end is None else marks.of(last[:end]))
        rest = last[end or 1 :]
        if not rest:
            return written
    return [
        token.text if token.kind in _VISIBLE else marks.of(token.text) for token in tokens(text)
    ]


class _Marks:
    """The marks of one value; the same piece always has the same one."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def of(self, piece: str) -> str:
        """The mark of a piece; the piece itself if it only begins like one that hides something."""
        return self._codes.get(piece) or self._new(piece)

    def _new(self, piece: str) -> str:
        if (piece[0] == "[" and piece[-1] != "]") or not piece.strip("=?"):
            self._codes[piece] = piece
            return piece
        high, low = divmod(len(self.parts), _BASE)
        digits = _DIGIT[high // _BASE] + _DIGIT[high % _BASE] + _DIGIT[low]
        code = self._codes[piece] = (COMMENT if piece[0] == "(" else MARK) + digits
        self.parts[digits] = piece
        return code
