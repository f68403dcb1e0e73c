"""The theory of envelope addresses: every text is one, and address lists are as the judge reads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from exactness import faults_of, new_circuit
from patterns import all_texts, judged_text, judged_texts, some_patterns

from mmctl.analysis.sat.solver import Solved
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.header_addresses import AddressesTheory
from mmctl.analysis.theories.theory import Unrealised
from mmctl.judge.compare import Members
from mmctl.language.readings import CHOICES
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.analysis.theories.entries import BareDomain, StarDomain

_BARE: list[BareDomain] = ["that_domain", "that_domain_and_below"]
_STAR: list[StarDomain] = ["below", "below_and_d"]


def test_one_address_has_exactly_the_models_of_real_texts() -> None:
    faults = []
    texts = [None, *all_texts("a@.x", 5)]
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        circuit = new_circuit()
        theory = AddressTheory(circuit, optional=True)
        tests = {theory.present: lambda text: text is not None}
        for pattern in some_patterns(chance, "a@.", most=4, longest=3):
            tests.setdefault(theory.test(*pattern), judged_text(pattern))
            if chance.random() < 0.3:
                theory.settle()
        for _ in range(chance.randint(0, 3)):
            entry = "".join(chance.choices("a@*.", k=chance.randint(0, 4)))
            bare, star = chance.choice(_BARE), chance.choice(_STAR)
            literal = theory.listed(entry, bare_domain=bare, star_domain=star)
            tests.setdefault(literal, _judged(entry, bare, star))
        faults += [f"{seed}: {fault}" for fault in faults_of(circuit, theory, tests, texts)]
    assert faults == []


def test_every_short_entry_includes_what_the_judge_says() -> None:
    texts = [None, *all_texts("a@.", 5), "*@a", "a@*.a", "a*@a", "*.a", "a@*", "*@*"]
    faults = []
    for entry in all_texts("a@*.", 4):
        for bare in _BARE:
            for star in _STAR:
                circuit = new_circuit()
                theory = AddressTheory(circuit, optional=True)
                literal = theory.listed(entry, bare_domain=bare, star_domain=star)
                empty = (RuleStringOperator.ENDS_WITH, "@")
                tests = {literal: _judged(entry, bare, star)}
                tests.setdefault(theory.test(*empty), judged_text(empty))
                faults += [
                    f"{entry} {bare} {star}: {fault}"
                    for fault in faults_of(circuit, theory, tests, texts)
                ]
    assert faults == []


def test_several_addresses_have_exactly_the_models_of_real_texts() -> None:
    alone = all_texts("a@.x", 5)
    faults = []
    for seed in range(80):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        circuit = new_circuit()
        theory = AddressesTheory(circuit)
        tests: dict[int, Callable[[tuple[str, ...]], bool]] = {theory.present: bool}
        for pattern in some_patterns(chance, "a@.", most=4, longest=3):
            tests.setdefault(theory.test(*pattern), judged_texts(pattern))
            if chance.random() < 0.3:
                theory.settle()
        for _ in range(chance.randint(0, 4)):
            entry = "".join(chance.choices("a@*.", k=chance.randint(0, 6)))
            bare, star = chance.choice(_BARE), chance.choice(_STAR)
            literal = theory.listed(entry, bare_domain=bare, star_domain=star)
            tests.setdefault(literal, _judged_any(entry, bare, star))
            if chance.random() < 0.3:
                theory.settle()
        several = [tuple(chance.choices(alone, k=chance.randint(2, 4))) for _ in range(500)]
        values = [(), *((text,) for text in alone), *several]
        faults += [f"{seed}: {fault}" for fault in faults_of(circuit, theory, tests, values)]
    assert faults == []


def test_an_ordinary_address_has_one_at_sign_and_no_quotes() -> None:
    circuit = new_circuit()
    theory = AddressTheory(circuit, optional=True)
    ordinary = theory.ordinary()
    theory.settle()
    assert circuit.solver.solve([ordinary], conflicts=None) is Solved.SATISFIABLE
    assert theory.value(circuit.solver.model()) == "someone@example.org"


def test_the_readings_of_entries_are_those_of_the_theory() -> None:
    assert tuple(_BARE) == CHOICES["bare_domain_entry"]
    assert tuple(_STAR) == CHOICES["star_domain_entry"]


def _judged(entry: str, bare: BareDomain, star: StarDomain) -> Callable[[str | None], bool]:
    members = Members.of((entry,))
    return lambda text: (
        text is not None
        and members.include_any((text,), case="sensitive", bare_domain=bare, star_domain=star)
    )


def _judged_any(
    entry: str, bare: BareDomain, star: StarDomain
) -> Callable[[tuple[str, ...]], bool]:
    members = Members.of((entry,))
    return lambda texts: members.include_any(
        texts, case="sensitive", bare_domain=bare, star_domain=star
    )


def test_what_takes_more_than_two_tests_to_exclude_is_said_when_it_comes_up() -> None:
    circuit = new_circuit()
    theory = AddressesTheory(circuit)
    starts = theory.test(RuleStringOperator.STARTS_WITH, "a@")
    ends = theory.test(RuleStringOperator.ENDS_WITH, "@")
    listed = theory.listed("a*@*", bare_domain="that_domain", star_domain="below")
    theory.settle()
    question = (starts, -ends, -listed)
    assert circuit.solver.solve(question, conflicts=None) is Solved.SATISFIABLE
    found = theory.value(circuit.solver.model())
    assert isinstance(found, Unrealised)
    assert found.clause is not None
    circuit.require(*found.clause)
    assert circuit.solver.solve(question, conflicts=None) is Solved.UNSATISFIABLE
    assert circuit.solver.solve((starts, ends, -listed), conflicts=None) is Solved.SATISFIABLE
    assert isinstance(theory.value(circuit.solver.model()), tuple)
