"""Header values with everything that hides separators replaced by marks, in a few passes.

Quoted strings, domain literals, encoded words and comments become marks; then a value can be cut up
as plain text. Finds what `tokens` of `mmctl.mail.lexical` finds, which is the definition, in a
fraction of its time: a hostile value may have a megabyte.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, product
from operator import add
from typing import TYPE_CHECKING, Final

from mmctl.mail.encoded_words import ENCODED_WORD
from mmctl.mail.lexical import TokenKind, comment_end, tokens
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def _nested(depth: int) -> str:
    """A pattern for comments in which others nest so deep."""
    within = r"\\."
    if depth:
        within = rf"(?:{within}|{_nested(depth - 1)})"
    return rf"\([^()\\]*+(?:{within}[^()\\]*+)*\)"


_COMMENT: Final = _nested(8)
_LITERAL: Final = r"\[[^\[\]\\]*+\]"
_RUNS: Final = {
    '"': r'(?:"[^"\\]*+"){2,}+',
    "(": r"(?:\([^()\\]*+\)){2,}+",
    "[": r"(?:\[[^\[\]\\]*+\]){2,}+",
}
# What only begins like a literal or an encoded word; much of it at once where that is easily seen.
_PLAIN: Final = r"\[+(?=\[)|(?:=\?(?=[=?])|=(?==))+|[\[=]"
_ENDED: Final = re.compile(
    "|".join([_QUOTED, _COMMENT, *(run for first, run in _RUNS.items() if first != "[")]), re.DOTALL
)
_VISIBLE: Final = frozenset({TokenKind.SPACE, TokenKind.SPECIAL, TokenKind.WORD})
_DEEP_AT_MOST: Final = 8
"""Comments that nest too deeply for the pattern, before the value is cut up token by token."""


@lru_cache(maxsize=16)
def _pieces(begins: str, *, runs: bool) -> re.Pattern[str]:
    """Cuts a value into pieces by what may begin something that hides; the rest is plain.

    With `runs`, several of one kind may be one piece.

    What does not end takes the rest of the value: once a quote or a parenthesis does not end, none
    after it counts.
    """
    ways = [f"[^{re.escape(begins)}]++"]
    if runs:
        ways += [run for first, run in _RUNS.items() if first in begins]
    ways += [rf'{_QUOTED}|".*'] * ('"' in begins) + [rf"{_COMMENT}|\(.*"] * ("(" in begins)
    ways += [_LITERAL] * ("[" in begins) + [ENCODED_WORD] * ("=" in begins)
    return re.compile("|".join([*ways, _PLAIN]), re.DOTALL)


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


def marked(text: str, *, unended: bool = True, comments: bool = True) -> Marked:
    """Replace what hides separators.

    A quote or a parenthesis that nothing ends counts as space, and is replaced by one if `unended`.
    Without `comments` these are replaced by spaces, and what follows each other has one mark.
    """
    if not _HIDES.search(text):
        return Marked(text)
    if not text.isascii() and _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    parts: dict[str, str] = {}
    written = "".join(_written(text, parts, shown=comments))
    if unended:
        written = written.replace('"', " ").replace("(", " ")
    return Marked(written, parts)


def _written(text: str, parts: dict[str, str], *, shown: bool) -> list[str]:
    """The pieces of a value, with marks for what hides separators; those go to `parts`."""
    written: list[str] = []
    begins = "".join([each for each in '"([' if each in text]) + "=" * ("=?" in text)
    rest = text
    for _ in range(_DEEP_AT_MOST):
        found = _pieces(begins, runs=not shown).findall(rest)
        last = found[-1]
        first = last[0]
        ends = first not in '"(' or first not in begins or _ENDED.fullmatch(last) is not None
        if not ends:
            found.pop()
        # A value may have a million pieces, so nothing is done here for each one.
        differing = dict.fromkeys(found)
        marks = _marks([each for each in differing if each[0] in begins], parts, shown=shown)
        written += map(marks.get, found, found)
        if ends:
            return written
        end = comment_end(last, 0) if first == "(" else None
        if end is None:
            begins = begins.replace(first, "")
            written.append(first)
        else:
            written += _marks([last[:end]], parts, shown=shown).values()
        rest = last[end or 1 :]
        if not (rest and begins):
            return [*written, rest]
    parts.clear()
    cut = list(tokens(text))
    marks = _marks(
        dict.fromkeys([token.text for token in cut if token.kind not in _VISIBLE]),
        parts,
        shown=shown,
    )
    return [token.text if token.kind in _VISIBLE else marks[token.text] for token in cut]


def _marks(pieces: Iterable[str], parts: dict[str, str], *, shown: bool) -> dict[str, str]:
    """The marks of pieces, but of those that only begin like one that hides something.

    There may be hundreds of thousands, so that as little as possible is done for each one.
    """
    hiding = [piece for piece in pieces if piece.strip("=?[")]
    marks = {}
    if not shown:
        marks = dict.fromkeys([piece for piece in hiding if piece[0] == "("], " ")
        hiding = [piece for piece in hiding if piece[0] != "("]
    first = len(parts)
    digits = list(map("".join, islice(product(_DIGIT, repeat=3), first, first + len(hiding))))
    parts.update(zip(digits, hiding, strict=True))
    begun = [COMMENT if piece[0] == "(" else MARK for piece in hiding]
    marks.update(zip(hiding, map(add, begun, digits), strict=True))
    return marks
