"""The theories of free texts: exact both ways, and no larger than the values."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from exactness import faults_of, new_circuit
from patterns import OPERATORS, all_texts, judged_text, judged_texts, some_patterns

from mmctl.analysis.theories.texts import TextsTheory, TextTheory
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Callable

# One letter in two cases, and what has a meaning in headers.
ALPHABETS = ("ab", "a=?", "a @", "aA", "a<,")


def test_one_text_has_exactly_the_models_of_real_texts() -> None:
    faults = []
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        alphabet = chance.choice(ALPHABETS)
        circuit = new_circuit()
        theory = TextTheory(circuit, optional=True)
        tests = {theory.present: lambda text: text is not None}
        for pattern in some_patterns(chance, alphabet, most=6, longest=3):
            tests.setdefault(theory.test(*pattern), judged_text(pattern))
            if chance.random() < 0.3:
                theory.settle()
        texts = [None, *all_texts(f"{alphabet}~", 5)]
        faults += [f"{seed}: {fault}" for fault in faults_of(circuit, theory, tests, texts)]
    assert faults == []


def test_several_texts_have_exactly_the_models_of_real_texts() -> None:
    faults = []
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        alphabet = chance.choice(ALPHABETS)
        circuit = new_circuit()
        theory = TextsTheory(circuit)
        tests: dict[int, Callable[[tuple[str, ...]], bool]] = {theory.present: bool}
        for pattern in some_patterns(chance, alphabet, most=6, longest=3):
            tests.setdefault(theory.test(*pattern), judged_texts(pattern))
            if chance.random() < 0.3:
                theory.settle()
        alone = all_texts(f"{alphabet}~", 4)
        several = [tuple(chance.choices(alone, k=chance.randint(2, 4))) for _ in range(500)]
        values = [(), *((text,) for text in alone), *several]
        faults += [f"{seed}: {fault}" for fault in faults_of(circuit, theory, tests, values)]
    assert faults == []


def test_equal_texts_exclude_what_they_do_not_contain_at_any_depth() -> None:
    """`a` is in `ab`, which is in `abc`, which some of the equal texts contain."""
    contained = ("a", "b", "ab", "bc", "abc")
    equal = ("abc", "xabcx", "abcabc", "xabx", "yaby", "b", "z", "")
    faults = []
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311 - examples, not secrets
        patterns = [(RuleStringOperator.CONTAINS, each) for each in contained]
        patterns += [(RuleStringOperator.EQUALS, each) for each in equal]
        chance.shuffle(patterns)
        circuit = new_circuit()
        theory = TextTheory(circuit, optional=True)
        tests = {}
        for pattern in patterns:
            tests[theory.test(*pattern)] = judged_text(pattern)
            if chance.random() < 0.2:
                theory.settle()
        texts = [None, *equal, *all_texts("abcx", 5)]
        faults += [f"{seed}: {fault}" for fault in faults_of(circuit, theory, tests, texts)]
    assert faults == []


def test_asking_twice_gives_the_same_literal() -> None:
    for theory in (TextTheory(new_circuit(), optional=False), TextsTheory(new_circuit())):
        assert all(theory.test(each, "a") == theory.test(each, "a") for each in OPERATORS)
