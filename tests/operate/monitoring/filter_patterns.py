"""CloudWatch's JSON filter patterns, evaluated: the oracle that the patterns here are tried with.

Written from "Filter pattern syntax for metric filters, subscription filters, filter log events, and
Live Tail" (Amazon CloudWatch Logs User Guide), and from nothing in the product. It knows selectors,
`=` and `!=` of texts with `*`, comparisons of numbers, IS NULL, IS TRUE, IS FALSE, NOT EXISTS,
`&&`, `||` and parentheses; anything else is an error.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<op>&&|\|\||!=|>=|<=|=|<|>|\(|\))"
    r"|(?P<selector>\$(?:\.[A-Za-z0-9_-]+|\[\d+\])+)"
    r'|"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r"|(?P<word>[^\s()&|=!<>\"]+))"
)
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
_MISSING: Final = object()


class PatternError(ValueError):
    """The pattern is not one that CloudWatch documents."""


def matches(pattern: str, line: str) -> bool:
    """Whether a metric filter with this pattern counts a log event."""
    try:
        event = json.loads(line)
    except ValueError:
        return False
    text = pattern.strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise PatternError("a JSON pattern is in braces")
    parser = _Parser(_tokens(text[1:-1]), event)
    found = parser.any()
    if parser.tokens:
        raise PatternError(f"cannot read from {parser.tokens[0]}")
    return found


def value_at(selector: str, event: Any) -> Any:
    """The value that a selector points to, or `_MISSING`."""
    found = event
    for name, place in re.findall(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]", selector):
        if name and isinstance(found, dict) and name in found:
            found = found[name]
        elif place and isinstance(found, list) and int(place) < len(found):
            found = found[int(place)]
        else:
            return _MISSING
    return found


def dimensions_of(selectors: dict[str, str], line: str) -> tuple[str, ...]:
    """The values of the dimensions of a metric for one event."""
    event = json.loads(line)
    return tuple(str(value_at(selector, event)) for selector in selectors.values())


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or token.end() == at or token.lastgroup is None:
            raise PatternError(f"cannot read `{text[at:]}`")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


class _Parser:
    """One pattern and one event; each method takes its tokens and answers."""

    def __init__(self, tokens: list[tuple[str, str]], event: Any) -> None:
        self.tokens = tokens
        self.event = event

    def any(self) -> bool:
        found = self.all()
        while self._next("op", "||"):
            found = self.all() or found
        return found

    def all(self) -> bool:
        found = self.one()
        while self._next("op", "&&"):
            found = self.one() and found
        return found

    def one(self) -> bool:
        if self._next("op", "("):
            found = self.any()
            if not self._next("op", ")"):
                raise PatternError("a parenthesis is open")
            return found
        kind, selector = self._take()
        if kind != "selector":
            raise PatternError(f"expected a selector, got `{selector}`")
        value = value_at(selector, self.event)
        kind, word = self._take()
        if kind == "word":
            return self._state(word.upper(), value)
        right_kind, right = self._take()
        return _compared(value, word, right, quoted=right_kind == "quoted")

    def _state(self, word: str, value: Any) -> bool:
        following = self._take()[1].upper()
        match word, following:
            case "NOT", "EXISTS":
                return value is _MISSING
            case "IS", "NULL":
                return value is None
            case "IS", "TRUE" | "FALSE":
                return value is (following == "TRUE")
        raise PatternError(f"got `{word} {following}`")

    def _next(self, kind: str, text: str) -> bool:
        if self.tokens and self.tokens[0] == (kind, text):
            self.tokens.pop(0)
            return True
        return False

    def _take(self) -> tuple[str, str]:
        if not self.tokens:
            raise PatternError("the pattern ends too early")
        return self.tokens.pop(0)


def _compared(value: Any, operator: str, right: str, *, quoted: bool) -> bool:
    """Compare; a selector that leads to nothing, to an object or a list, never matches."""
    if "*" in right.strip("*"):
        raise PatternError("`*` stands at the beginning and the end of a text alone")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    if operator in {"<", ">", "<=", ">="} or (not quoted and _NUMBER.fullmatch(right)):
        if not isinstance(value, int | float):
            return False
        wanted = float(right)
        return {
            "=": value == wanted,
            "!=": value != wanted,
            "<": value < wanted,
            ">": value > wanted,
            "<=": value <= wanted,
            ">=": value >= wanted,
        }[operator]
    # `[` and `?` mean themselves: only the asterisk is a wildcard.
    like = re.sub(r"([\[?])", r"[\1]", right)
    found = fnmatchcase(str(value), like)
    return found if operator == "=" else not found
