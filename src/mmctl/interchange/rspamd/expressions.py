"""Expressions of rspamd over symbols → tests: `A & !(B | C)`, also with words.

Arithmetic counts scores, which nobody here has: such a part is unseen. `A + B` alone is `A | B`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.tests import AllOf, EitherOf, Negated, Unseen
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.migration.tests import Test

_TOKEN: Final = Pattern(r"\s*(&&?|\|\|?|!=|[<>=]=?|[!()+*/-]|[^\s,()<>+!|&]+)")
_WORDS: Final = {"and": "&", "or": "|", "not": "!", "&&": "&", "||": "|"}
_OPERATORS: Final = frozenset({"&", "|", "+", "!", "(", ")"})
_COUNTS: Final = frozenset({"<", ">", "<=", ">=", "==", "=", "!=", "*", "/", "-"})
_NESTED_AT_MOST: Final = 30
_LONGEST: Final = 10_000
_COUNTED: Final = Deviation(
    code="symbols-are-counted",
    says="this expression calculates with the scores of symbols, and Mail Manager has no scores",
    instead="say which symbols together decide: `A & (B | C)`",
    loses=True,
)


class BrokenExpression(Exception):
    """An expression that rspamd refuses."""


def expression_test(text: str, symbol: Callable[[str], Test]) -> Test:
    """The test of an expression; `symbol` says what one of its names asks.

    Raises:
        BrokenExpression: it is none; the text of the error says why.
    """
    tokens = _tokens(text)
    if _COUNTS & set(tokens):
        return Unseen(difference=_COUNTED)
    reading = _Expression(tokens, symbol)
    test = reading.either(0)
    if reading.left:
        raise BrokenExpression(f"`{reading.left[-1]}` is not expected there")
    return test


def symbols_in(text: str) -> set[str]:
    """The names in an expression; of a broken one those before its fault."""
    try:
        return set(_tokens(text)) - _OPERATORS - _COUNTS
    except BrokenExpression:
        return set()


def _tokens(text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise BrokenExpression(f"it has more than {_LONGEST} characters")
    tokens: list[str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BrokenExpression(f"`{text[at:].strip()[:1]}` is not expected there")
        tokens.append(_WORDS.get(found[1].lower(), found[1]))
        at = found.end()
    return tokens


class _Expression:
    def __init__(self, tokens: list[str], symbol: Callable[[str], Test]) -> None:
        self.left = tokens[::-1]
        """What is not read yet, the next one last."""
        self._symbol = symbol

    def either(self, nested: int) -> Test:
        tests = [self._all(nested)]
        while self._takes("|"):
            tests.append(self._all(nested))
        return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))

    def _all(self, nested: int) -> Test:
        tests = [self._sum(nested)]
        while self._takes("&"):
            tests.append(self._sum(nested))
        return tests[0] if len(tests) == 1 else AllOf(tuple(tests))

    def _sum(self, nested: int) -> Test:
        tests = [self._one(nested)]
        while self._takes("+"):
            tests.append(self._one(nested))
        return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))

    def _one(self, nested: int) -> Test:
        if nested > _NESTED_AT_MOST:
            raise BrokenExpression(f"more than {_NESTED_AT_MOST} parts are nested")
        if self._takes("!"):
            return Negated(self._one(nested + 1))
        if self._takes("("):
            inside = self.either(nested + 1)
            if not self._takes(")"):
                raise BrokenExpression("a `)` is missing")
            return inside
        if not self.left:
            raise BrokenExpression("it ends where a symbol is expected")
        token = self.left.pop()
        if token in _OPERATORS:
            raise BrokenExpression(f"`{token}` stands where a symbol is expected")
        return self._symbol(token)

    def _takes(self, token: str) -> bool:
        if not self.left or self.left[-1] != token:
            return False
        self.left.pop()
        return True
