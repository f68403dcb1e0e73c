"""The theories against cvc5, a solver with a theory of strings of its own: `make oracle`.

Values are longer here than what can be enumerated. cvc5 may give up, but not disagree.
"""

from __future__ import annotations

import random
from collections import Counter
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

import pytest
from exactness import new_circuit
from patterns import OPERATORS

from mmctl.analysis.sat.solver import Solved
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.entries import Ends, forms
from mmctl.analysis.theories.networks import NetworkTheory
from mmctl.analysis.theories.texts import TextTheory
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from mmctl.analysis.theories.entries import AddressForm

cvc5 = pytest.importorskip("cvc5.pythonic", reason="cvc5 is not installed: make oracle")
pytestmark = pytest.mark.slow

Pair = tuple[Solved, Solved, object]
"""Our answer, that of cvc5, and the question."""
_QUESTIONS: Final = 150
_MILLISECONDS: Final = 5000
_GIVEN_UP_AT_MOST: Final = _QUESTIONS // 10


def _test(text: Any, operator: RuleStringOperator, value: str) -> Any:
    wanted = cvc5.StringVal(value)
    if operator is RuleStringOperator.EQUALS:
        return text == wanted
    if operator is RuleStringOperator.STARTS_WITH:
        return cvc5.PrefixOf(wanted, text)
    if operator is RuleStringOperator.ENDS_WITH:
        return cvc5.SuffixOf(wanted, text)
    return cvc5.Contains(text, wanted)


def _answer(solver: Any) -> Solved:
    """The answer of cvc5."""
    found = str(solver.check())
    answers = {"sat": Solved.SATISFIABLE, "unsat": Solved.UNSATISFIABLE}
    return answers.get(found, Solved.UNDECIDED)


def _solver() -> Any:
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", _MILLISECONDS)
    return solver


def _agree(pairs: list[Pair]) -> None:
    """Both answers occur, and none of cvc5's is another one than ours."""
    assert [pair for pair in pairs if pair[1] not in {pair[0], Solved.UNDECIDED}] == []
    counts = Counter(theirs for _, theirs, _ in pairs)
    assert counts[Solved.UNDECIDED] <= _GIVEN_UP_AT_MOST
    assert min(counts[Solved.SATISFIABLE], counts[Solved.UNSATISFIABLE]) > len(pairs) // 10


def _patterns(chance: random.Random, alphabet: str, most: int) -> list[tuple[Any, str, bool]]:
    """Tests on a text, and whether it meets them."""
    return [
        (
            chance.choice(OPERATORS),
            "".join(chance.choices(alphabet, k=chance.randint(1, 5))),
            chance.random() < 0.4,
        )
        for _ in range(chance.randint(3, most))
    ]


def test_cvc5_agrees_about_free_texts() -> None:
    pairs: list[Pair] = []
    for seed in range(_QUESTIONS):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        patterns = _patterns(chance, "ab", 9)
        circuit = new_circuit()
        theory = TextTheory(circuit, optional=False)
        theirs, text, wanted = _solver(), cvc5.String("text"), []
        for operator, value, met in patterns:
            literal, test = theory.test(operator, value), _test(text, operator, value)
            wanted.append(literal if met else -literal)
            theirs.add(test if met else cvc5.Not(test))
        theory.settle()
        ours = circuit.solver.solve(wanted, conflicts=None)
        pairs.append((ours, _answer(theirs), patterns))
    _agree(pairs)


def test_cvc5_agrees_about_addresses_and_entries_of_lists() -> None:
    pairs: list[Pair] = []
    for seed in range(_QUESTIONS):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        patterns = _patterns(chance, "ab@.", 5)
        circuit = new_circuit()
        theory = AddressTheory(circuit, optional=False)
        theirs, wanted = _solver(), []
        text, local, domain = cvc5.Strings("text local domain")
        at = cvc5.StringVal("@")
        split = cvc5.And(
            text == cvc5.Concat(local, at, domain), cvc5.Not(cvc5.Contains(domain, at))
        )
        theirs.add(cvc5.Or(cvc5.Not(cvc5.Contains(text, at)), split))
        for operator, value, met in patterns:
            literal, test = theory.test(operator, value), _test(text, operator, value)
            wanted.append(literal if met else -literal)
            theirs.add(test if met else cvc5.Not(test))
        for _ in range(chance.randint(1, 4)):
            entry, met = _entry(chance), chance.random() < 0.5
            literal = theory.listed(entry, bare_domain="that_domain_and_below", star_domain="below")
            wanted.append(literal if met else -literal)
            listed = forms(entry, bare_domain="that_domain_and_below", star_domain="below")
            inside = [_has(form, local, domain) for form in listed]
            test = cvc5.And(cvc5.Contains(text, at), cvc5.Or(cvc5.BoolVal(False), *inside))
            theirs.add(test if met else cvc5.Not(test))
        theory.settle()
        ours = circuit.solver.solve(wanted, conflicts=None)
        pairs.append((ours, _answer(theirs), patterns))
    _agree(pairs)


def _entry(chance: random.Random) -> str:
    """An entry of an address list: an address, a domain, or either with a star."""

    def word(alphabet: str) -> str:
        return "".join(chance.choices(alphabet, k=chance.randint(1, 2)))

    domain = chance.choice((word("ab."), f"*.{word('ab')}"))
    local = chance.choice((word("ab"), "*", f"{word('ab')}*{word('ab')}", f"{word('ab')}*"))
    return chance.choice((domain, f"{local}@{domain}"))


def _has(form: AddressForm, local: Any, domain: Any) -> Any:
    """Whether a local part and a domain have a form."""
    whole = isinstance(form.domain, str)
    given = cvc5.BoolVal(True) if whole else cvc5.Length(domain) > 0
    return cvc5.And(given, _is_of(local, form.local), _is_of(domain, form.domain))


def _is_of(text: Any, part: Ends | str) -> Any:
    if isinstance(part, str):
        return text == cvc5.StringVal(part)
    return cvc5.And(
        cvc5.PrefixOf(cvc5.StringVal(part.start), text),
        cvc5.SuffixOf(cvc5.StringVal(part.end), text),
        cvc5.Length(text) >= len(part.start) + len(part.end),
    )


def test_cvc5_agrees_about_networks() -> None:
    pairs: list[Pair] = []
    for seed in range(_QUESTIONS):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        circuit = new_circuit()
        theory = NetworkTheory(circuit)
        theirs, number = _solver(), cvc5.BitVec("address", 32)
        wanted = [theory.version(4)]
        for _ in range(chance.randint(3, 12)):
            length = chance.randint(1, 4)
            bits, met = chance.getrandbits(length), chance.random() < 0.3
            literal = theory.inside(ip_network((bits << (32 - length), length)))
            wanted.append(literal if met else -literal)
            test = cvc5.Extract(31, 32 - length, number) == bits
            theirs.add(test if met else cvc5.Not(test))
        theory.settle()
        ours = circuit.solver.solve(wanted, conflicts=None)
        pairs.append((ours, _answer(theirs), seed))
    _agree(pairs)
