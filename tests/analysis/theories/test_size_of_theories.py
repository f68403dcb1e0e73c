"""Clauses grow with the values, not with their pairs: also for values made to be bad."""

from __future__ import annotations

import random
from functools import partial
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

import pytest
from exactness import Counting
from patterns import OPERATORS

from mmctl.analysis.sat.circuit import Circuit
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.header_addresses import AddressesTheory
from mmctl.analysis.theories.networks import NetworkTheory
from mmctl.analysis.theories.texts import TextsTheory, TextTheory
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Callable

_FEW: Final = 200
_TWICE_AS_MANY: Final = 2 * _FEW
_MORE: Final = 2.3
"""Twice as many tests take so many times as many literals at most; four times if pairs counted."""


def _words(count: int, alphabet: str, longest: int) -> list[str]:
    chance = random.Random(1)  # noqa: S311 - examples, not secrets
    return ["".join(chance.choices(alphabet, k=chance.randint(1, longest))) for _ in range(count)]


def _values(count: int) -> dict[str, list[str]]:
    """Lists of values, ordinary ones and bad ones."""
    words = _words(count, "abcdefghijklmnop", 12)
    return {
        "words": words,
        "addresses": [f"{word}@{word[::-1]}.example" for word in words],
        "growing": ["a" * length for length in range(1, count + 1)],
        "growing at both ends": ["a" * length + "b" * length for length in range(1, count + 1)],
        "overlapping": _words(count, "ab", 20),
        "in a domain": [f"x@{'a.' * length}example" for length in range(1, count + 1)],
    }


_THEORIES: Final[dict[str, Callable[[Circuit], TextTheory | TextsTheory | AddressTheory]]] = {
    "text": lambda circuit: TextTheory(circuit, optional=True),
    "texts": TextsTheory,
    "address": lambda circuit: AddressTheory(circuit, optional=True),
    "addresses": AddressesTheory,
}


def _literals(new: Callable[[Circuit], Any], ask: Callable[[Any], None]) -> int:
    """How many literals the clauses of a theory have."""
    solver = Counting()
    theory = new(Circuit(solver))
    ask(theory)
    theory.settle()
    return solver.literals


@pytest.mark.unmeasured
def test_tests_on_texts_take_clauses_in_proportion() -> None:
    few, many = _values(_FEW), _values(_TWICE_AS_MANY)
    faults = []
    for name, new in _THEORIES.items():
        for kind in few:
            for operators in (*((each,) for each in OPERATORS), OPERATORS):

                def ask(theory: Any, values: list[str], operators: Any = operators) -> None:
                    for value in values:
                        for operator in operators:
                            theory.test(operator, value)

                less = _literals(new, partial(ask, values=few[kind]))
                more = _literals(new, partial(ask, values=many[kind]))
                if more > _MORE * less:
                    faults.append(f"{name} {kind} {operators}: {less}, then {more}")
    assert faults == []


def test_entries_of_lists_take_clauses_in_proportion() -> None:
    forms: dict[str, Callable[[str], str]] = {
        "addresses": lambda word: f"{word}@{word}.example",
        "domains": lambda word: f"{word}.example",
        "below": lambda word: f"*.{word}",
        "in a domain": lambda word: f"*@{word}.example",
        "stars": lambda word: f"{word}*{word}@example.org",
        "stars in domains": lambda word: f"{word}*@*.{word}",
    }

    def ask(theory: Any, entries: list[str]) -> None:
        for entry in entries:
            theory.listed(entry, bare_domain="that_domain_and_below", star_domain="below_and_d")

    faults = []
    for name in ("address", "addresses"):
        for kind, form in forms.items():
            entries = [form(word) for word in _words(_TWICE_AS_MANY, "abcdefghijklmnop", 9)]
            less = _literals(_THEORIES[name], partial(ask, entries=entries[:_FEW]))
            more = _literals(_THEORIES[name], partial(ask, entries=entries))
            if more > _MORE * less:
                faults.append(f"{name} {kind}: {less}, then {more}")
    assert faults == []


def test_networks_take_clauses_in_proportion() -> None:
    chance = random.Random(1)  # noqa: S311 - examples, not secrets
    networks = [
        ip_network((chance.getrandbits(32), chance.randint(8, 32)), strict=False)
        for _ in range(_TWICE_AS_MANY)
    ]

    def ask(theory: NetworkTheory, count: int) -> None:
        for each in networks[:count]:
            theory.inside(each)

    less = _literals(NetworkTheory, partial(ask, count=_FEW))
    assert _literals(NetworkTheory, partial(ask, count=_TWICE_AS_MANY)) < _MORE * less


def test_settling_after_each_test_takes_no_more_where_texts_only_start_and_end() -> None:
    def ask(theory: TextTheory, *, each: bool) -> None:
        for value in _words(_FEW, "abcdefghijklmnop", 12):
            for operator in (RuleStringOperator.STARTS_WITH, RuleStringOperator.ENDS_WITH):
                theory.test(operator, value)
            if each:
                theory.settle()

    at_once = _literals(_THEORIES["text"], partial(ask, each=False))
    assert _literals(_THEORIES["text"], partial(ask, each=True)) < _MORE * at_once
