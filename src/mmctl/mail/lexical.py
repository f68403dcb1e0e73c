"""The words of structured headers (RFC 5322 §3.2): comments, quoted strings, atoms, specials.

Knows no header. Broken text is cut into tokens too, in linear time: a quote or a
parenthesis that is never closed is an ordinary character.
"""

from __future__ import annotations

import re
from enum import StrEnum
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
    for found in _PARENTHESES.finditer(text, start):
        marks = found[0]
        if marks[0] == "(":
            depth += len(marks)
        elif marks[0] == ")":
            depth -= len(marks)
            if depth <= 0:
                return found.end() + depth
    return None
