"""Symbols that maps insert: what each asks, and which maps an expression is enough for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import NEVER, AllOf, Unseen
from mmctl.interchange.rspamd import differing
from mmctl.interchange.rspamd.expressions import BrokenExpression, expression_test
from mmctl.interchange.rspamd.looking import any_of

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.rspamd.multimap import MultimapRule

_NESTED_AT_MOST: Final = 8


class RspamdSymbols:
    """The symbols of all maps."""

    def __init__(self) -> None:
        self.rules: dict[str, MultimapRule] = {}
        self.alone: set[str] = set()
        """Symbols with which a forced action does all that they mean."""
        self.used: set[str] = set()
        """Symbols that a forced action asks for."""
        self._by_symbol: dict[str, list[MultimapRule]] = {}
        self._enabled: set[str] = set()

    def put(self, rule: MultimapRule, *, enabled: bool) -> None:
        """Add the symbols of a map."""
        self.rules[rule.name] = rule
        for symbol in {rule.symbol: None, **dict.fromkeys(rule.tests)}:
            self._by_symbol.setdefault(symbol, []).append(rule)
        if enabled:
            self._enabled.add(rule.name)

    def test(self, symbol: str, nested: int = 0) -> Test:
        """The test that a symbol is inserted."""
        rules = self._by_symbol.get(symbol)
        if rules is None:
            return Unseen(difference=differing.unknown_symbol(symbol))
        return any_of(self._inserted(rule, symbol, nested) for rule in rules)

    def _inserted(self, rule: MultimapRule, symbol: str, nested: int) -> Test:
        if rule.name not in self._enabled:
            return NEVER
        test = rule.tests.get(symbol, NEVER)
        if rule.requires is None:
            return test
        if nested >= _NESTED_AT_MOST:
            return Unseen(difference=differing.unknown_symbol(symbol))
        try:
            required = expression_test(rule.requires, lambda name: self.test(name, nested + 1))
        except BrokenExpression:
            return Unseen(difference=differing.unknown_symbol(symbol))
        return AllOf((test, required))

    def carries(self, rule: MultimapRule) -> bool:
        """Whether forced actions say all that a map without an action means."""
        symbols = {rule.symbol, *rule.tests}
        if symbols <= self.alone:
            return True
        return symbols <= self.used and _is_zero(rule.node.said("score"))


def _is_zero(score: str | None) -> bool:
    try:
        return score is None or float(score) == 0
    except ValueError:
        return False
