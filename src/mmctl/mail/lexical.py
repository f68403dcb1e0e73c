"""The words of structured headers (RFC 5322 §3.2): comments, quoted strings, atoms, specials.

Knows no header. Broken text is cut into tokens too, in linear time: a quote or a
parenthesis that is never closed is an ordinary character.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import accumulate, compress, count
from operator import eq
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.mail.encoded_words import ENCODED_WORD

if TYPE_CHECKING:
    from collections.abc import Iterator


class TokenKind(StrEnum):
    """What a token is."""

    SPACE = "space"
    COMMENT = "comment"
    QUOTED = "quoted"
    LITERAL = "literal"
    ENCODED = "encoded"
    SPECIAL = "special"
    WORD = "word"


class Token(NamedTuple):
    """A piece of a header value, as written; the pieces together are the value."""

    kind: TokenKind
    text: str


_QUOTED: Final = r'(?P<quoted>"(?:[^"\\]|\\.)*+")|'
_OTHERS: Final = (
    r"(?P<space>[ \t\r\n]++)"
    r"|(?P<literal>\[[^\[\]\\]*+\])"
    rf"|(?P<encoded>{ENCODED_WORD})"
    r"|(?P<special>[<>,;:@])"
    r"|(?P<opening>\()"
    r"|(?P<unclosed>\")"
    r'|(?P<word>(?:[^ \t\r\n"\[<>,;:@()=]++|=(?!\?))++|.)'
)
_TOKEN: Final = re.compile(_QUOTED + _OTHERS, re.DOTALL)
_TOKEN_WITHOUT_QUOTES: Final = re.compile(_OTHERS, re.DOTALL)
_PARENTHESES: Final = re.compile(r"\(++|\)++|\\.", re.DOTALL)
_FIRST_PART: Final = 4096
"""Characters in which the end of such a comment is looked for first."""
_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_MANY: Final = 500
"""A comment with more parentheses is taken to be hostile: its end is looked for in C."""
_DEPTHS: Final = bytes(
    2 if byte == ord("(") else 0 if byte == ord(")") else 1 for byte in range(256)
)
"""How much deeper each character is than the one before it, and one more."""


def tokens(text: str) -> Iterator[Token]:
    """Cut an unfolded header value into tokens."""
    pattern = _TOKEN
    comments_close = True
    position = 0
    while found := pattern.match(text, position):
        name = found.lastgroup
        end = found.end()
        if name == "opening":
            closed = comment_end(text, position) if comments_close else None
            comments_close = closed is not None
            end = closed or end
            yield Token(TokenKind.COMMENT if closed else TokenKind.SPACE, text[position:end])
        elif name == "unclosed":
            # Searching for its end again from every later quote would take quadratic time.
            pattern = _TOKEN_WITHOUT_QUOTES
            yield Token(TokenKind.SPACE, found[0])
        else:
            yield Token(TokenKind(name or TokenKind.WORD), found[0])
        position = end


def comment_end(text: str, start: int) -> int | None:
    """Where the comment that opens at `start` ends; comments nest (RFC 5322 §3.2.2)."""
    depth = 0
    for number, found in enumerate(_PARENTHESES.finditer(text, start)):
        marks = found[0]
        if marks[0] == "(":
            depth += len(marks)
        elif marks[0] == ")":
            depth -= len(marks)
            if depth <= 0:
                return found.end() + depth
        if number == _MANY:  # not before: a hostile value may have a hundred thousand comments
            return _end_among_many(text, start)
    return None


def _end_among_many(text: str, start: int) -> int | None:
    """The same where a hostile value is full of parentheses: counted in C, further each time."""
    length = _FIRST_PART
    while True:
        part = text[start : start + length]
        if ")" in part:
            if "\\" in part:
                part = _ESCAPED.sub("  ", part)
            depths = accumulate(part.encode("latin-1", "replace").translate(_DEPTHS))
            end = next(compress(count(start + 1), map(eq, depths, count(1))), None)
            if end is not None:
                return end
        if start + length >= len(text):
            return None
        length *= 4
