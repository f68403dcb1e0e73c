"""Letter case, generated texts, and texts that the reader hands on as they were made up."""

from __future__ import annotations

from functools import partial
from typing import Any

from exactness import faults_of, new_circuit
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import OPERATORS, all_texts

from mmctl.analysis.encoding.fields import HELO, FreeFields
from mmctl.analysis.encoding.views import FieldLook
from mmctl.analysis.sat.solver import Solved
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.header_addresses import AddressesTheory
from mmctl.analysis.theories.styles import last_resort
from mmctl.analysis.theories.texts import TextsTheory, TextTheory
from mmctl.analysis.theories.theory import Unrealised, holds
from mmctl.judge.compare import folded, values_met
from mmctl.mail.compose import compose_email
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleStringOperator
from mmctl.model.facts import HeaderName

_PATTERNS = st.lists(
    st.tuples(st.sampled_from(OPERATORS), st.text("aAB@.İΣß", min_size=1, max_size=4)),
    min_size=1,
    max_size=12,
)
_TEXTS = st.lists(st.text("aAbB@.İΣςß ", max_size=9), max_size=3)


def _met(operator: RuleStringOperator, value: str, texts: tuple[str, ...]) -> bool:
    return bool(values_met(operator, texts, (value,), "insensitive"))


def test_folded_values_have_exactly_the_models_of_real_texts() -> None:
    """Folding may lengthen a text, and a final sigma is another letter."""
    faults = []
    for alphabet in ("aAb", "İi\u0307", "Σ\u03c3ςA", "ßẞs", "K\u212ak"):
        for value in all_texts(alphabet, 2)[1:]:
            circuit = new_circuit()
            theory = TextTheory(circuit, optional=False)
            tests = {
                theory.test(operator, folded(value, "insensitive")): partial(_one, operator, value)
                for operator in OPERATORS
            }
            found = faults_of(circuit, theory, tests, all_texts(alphabet, 4))
            faults += [f"{value!r}: {fault}" for fault in found]
    assert faults == []


def _one(operator: RuleStringOperator, value: str, text: str | None) -> bool:
    return text is not None and _met(operator, value, (text,))


@given(_PATTERNS, _TEXTS)
@settings(max_examples=150)
def test_the_answers_of_any_texts_are_a_model_and_every_model_is_of_texts(
    patterns: list[tuple[RuleStringOperator, str]], texts: list[str]
) -> None:
    for new, most in (
        (partial(TextTheory, optional=True), 1),
        (partial(AddressTheory, optional=True), 1),
        (TextsTheory, 3),
        (AddressesTheory, 3),
    ):
        circuit = new_circuit()
        theory: Any = new(circuit)
        literals = [theory.test(each, folded(value, "insensitive")) for each, value in patterns]
        theory.settle()
        real = tuple(texts[:most])
        answers = [
            literal if _met(*pattern, real) else -literal
            for pattern, literal in zip(patterns, literals, strict=True)
        ]
        present = theory.present if real else -theory.present
        assert circuit.solver.solve([present, *answers], conflicts=None) is Solved.SATISFIABLE
        assert circuit.solver.solve([theory.present], conflicts=None) is Solved.SATISFIABLE
        model = circuit.solver.model()
        value = theory.value(model)
        assert not isinstance(value, Unrealised)
        made_up = (value,) if isinstance(value, str) else value
        for pattern, literal in zip(patterns, literals, strict=True):
            assert _met(*pattern, made_up) is holds(literal, model)


def test_letters_that_no_test_mentions_reach_the_judge_as_they_are() -> None:
    touched: set[str] = set()
    for _ in range(500):
        letter = last_resort(touched)
        assert letter is not None
        assert folded(letter, "insensitive") == letter
        touched.add(letter)
    assert set("abcdefghijklmnopqrstuvwxyz0123456789") < touched
    for letter in touched:
        text, address = f"x{letter}{letter}", f"{letter}x@{letter}.example"
        named = {HeaderName.SUBJECT: text, HeaderName.FROM: address}
        email = read_email(compose_email(named, headers={"X-Mark": [text]}))
        assert email.header_values("Subject", decoded=True) == (text,)
        assert email.header_values("X-Mark", decoded=True) == (text,)
        assert email.addresses("From") == (address,)


def test_where_tests_mention_every_letter_the_search_for_a_text_is_given_up() -> None:
    """No gateway is that large; nothing is claimed then."""
    circuit = new_circuit()
    theory = TextTheory(circuit, optional=False)
    contains = RuleStringOperator.CONTAINS
    every = (chr(code) for code in range(0x30000) if chr(code).isalnum())
    unwanted = [-theory.test(contains, each) for each in (*every, " ") if each not in "abcd"]
    wanted = [theory.test(contains, each) for each in ("ab", "cd")]
    theory.settle()
    assert circuit.solver.solve([*wanted, *unwanted], conflicts=None) is Solved.SATISFIABLE
    assert theory.value(circuit.solver.model()) == Unrealised(clause=None)


def test_what_follows_a_final_sigma_may_make_it_another_letter() -> None:
    circuit = new_circuit()
    fields = FreeFields(circuit)
    starts, value, text = RuleStringOperator.STARTS_WITH, "A\u03a3", "A\u03a3B"
    with_case = fields.view(FieldLook(HELO, "sensitive")).test(starts, value)
    without = fields.view(FieldLook(HELO, "insensitive")).test(starts, value)
    fields.settle()
    assert values_met(starts, (text,), (value,), "sensitive")
    assert not values_met(starts, (text,), (value,), "insensitive")
    assert circuit.solver.solve([with_case, -without], conflicts=None) is Solved.SATISFIABLE
