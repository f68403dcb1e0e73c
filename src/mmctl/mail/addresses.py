"""Address lists of headers → address specs (RFC 5322 §3.4, obsolete forms of §4.4).

Works on the header as it was sent: decoding encoded words first would let a display name
become an address (RFC 2047 §5). Display names and comments are never addresses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.mail.lexical import Token, TokenKind, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The two forms of nearly all headers, taken in one match; they mean the same in the full parser.
# Without `?` the address cannot contain the end of an encoded word.
_SPEC: Final = r'[^\s"(),:;<>@\[\]\\?]++@[^\s"(),:;<>@\[\]\\?]++'
_ANGLED: Final = re.compile(rf'(?:"[^"\\]*+"|[^"(),:;<>@\[\]\\]*+) ?<({_SPEC})>')
_BARE: Final = re.compile(_SPEC)
_GLUE: Final = (".", "@")


def addresses(text: str) -> tuple[str, ...]:
    """The address specs of an unfolded, undecoded header value, in order.

    Quoted local parts stay as written; white space, comments and source routes are left out;
    groups yield their members. Every `<…>` of a mailbox is an address. Outside of them a word with
    `@` is one, and so is a single word (`root`), as local mail systems write it.
    """
    if found := _ANGLED.fullmatch(text):
        return (found[1],)
    if _BARE.fullmatch(text):
        return (text,)
    return tuple(_addresses(text))


def _addresses(text: str) -> Iterator[str]:
    """Walk over the tokens of an address list."""
    outside: list[Token] = []
    inside: list[Token] | None = None
    angled = routed = False
    for token in (*tokens(text), Token(TokenKind.SPECIAL, ",")):
        mark = token.text if token.kind is TokenKind.SPECIAL else ""
        if mark == "<":
            inside, routed = [], False
        elif mark == ">" and inside is not None:
            yield from _angle_spec(inside)
            inside, angled = None, True
        elif inside is not None and (mark not in {",", ";"} or routed):
            routed = mark != ":" and (routed or (mark == "@" and not inside))
            inside.append(token)
        elif mark in {",", ";"}:
            if inside is not None:
                yield from _bare_specs(inside)
            elif not angled:
                yield from _bare_specs(outside)
            outside, inside, angled = [], None, False
        elif mark == ":":
            outside, angled = [], False  # what came before is the name of a group
        elif mark != ">":
            outside.append(token)
    part: list[Token] = []
    for token in inside or ():  # a source route without an end consumed the commas too
        if token.text == ",":
            yield from _bare_specs(part)
            part = []
        else:
            part.append(token)


def _angle_spec(inside: Sequence[Token]) -> Iterator[str]:
    """The address between `<` and `>`, without a source route `@a,@b:` (RFC 5322 §4.4)."""
    parts = [
        token.text for token in inside if token.kind not in {TokenKind.SPACE, TokenKind.COMMENT}
    ]
    if parts[:1] == ["@"] and ":" in parts:
        parts = parts[parts.index(":") + 1 :]
    if parts and parts[0] != "@":
        yield "".join(parts)


def _bare_specs(outside: Sequence[Token]) -> Iterator[str]:
    """The addresses of a mailbox that has no `<…>`."""
    words = list(_words(outside))
    with_at = ["".join(token.text for token in word) for word in words if _has_at(word)]
    if with_at:
        yield from with_at
    elif len(words) == 1 and all(token.kind is TokenKind.WORD for token in words[0]):
        yield "".join(token.text for token in words[0])


def _words(outside: Sequence[Token]) -> Iterator[list[Token]]:
    """Tokens that belong together: space around `.` and `@` is ignored (§4.4)."""
    word: list[Token] = []
    apart = False
    for token in outside:
        if token.kind in {TokenKind.SPACE, TokenKind.COMMENT}:
            apart = True
            continue
        if word and apart and not (word[-1].text.endswith(_GLUE) or token.text.startswith(_GLUE)):
            yield word
            word = []
        word.append(token)
        apart = False
    if word:
        yield word


def _has_at(word: Sequence[Token]) -> bool:
    """Whether a word is an address: an `@` as a token, with something before it."""
    return word[0].text != "@" and any(token == (TokenKind.SPECIAL, "@") for token in word)
