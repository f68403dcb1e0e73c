"""Any pattern over any text: the tree reads as Python's `re` does, and exact means exact."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interchange.patterns.pattern_texts import holds
from mmctl.interchange.patterns import Flavor, InvalidPattern, LookedAt, converted
from mmctl.interchange.patterns.machine import Alphabet, Effort, Recognizer, sets_in
from mmctl.interchange.patterns.parsing import tree_of

SUBJECT = LookedAt(operand="subject")
_ATOMS = st.sampled_from(
    r"a b ab A 0 _ - \. . \d \w \s \W [ab] [^a] [a-c] [\d_] ^ $ \b .* .+ abc (?i:b) \A \Z".split()  # noqa: SIM905 - read as it is
)
"""Without `\\B`, which Python does not find in an empty text."""
_SIGNS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "+?"])
_NOT_REPEATED = ("^", "$", r"\b", r"\A", r"\Z")


def _repeated(atom: str, sign: str) -> str:
    if not sign or atom in _NOT_REPEATED:
        return atom
    return f"(?:{atom}){sign}"


_PATTERNS = st.recursive(
    st.builds(_repeated, _ATOMS, _SIGNS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: f"({'|'.join(each)})"),
        st.builds(_repeated, inner, _SIGNS),
    ),
    max_leaves=6,
)
_TEXTS = st.text(alphabet="abcAB01_- .\t", max_size=8)


@given(pattern=_PATTERNS, texts=st.lists(_TEXTS, max_size=20), ignores_case=st.booleans())
def test_trees_read_as_python_reads(pattern: str, texts: list[str], ignores_case: bool) -> None:
    flags = re.ASCII | re.DOTALL | (re.IGNORECASE if ignores_case else 0)
    compiled = re.compile(pattern, flags)
    node = tree_of(pattern, Flavor.PCRE, ignores_case=ignores_case)
    recognizer = Recognizer(node, Alphabet(sets_in(node)), Effort(10**7))
    for text in texts:
        found = recognizer.accepts(recognizer.read(text))
        assert found == (compiled.search(text) is not None), text


def _exact_is_exact(pattern: str, texts: list[str], *, ignores_case: bool) -> None:
    flags = re.ASCII | re.DOTALL | (re.IGNORECASE if ignores_case else 0)
    compiled = re.compile(pattern, flags)
    result = converted(pattern, flavor=Flavor.PCRE, looked=SUBJECT, ignores_case=ignores_case)
    if result.test is None:
        assert not result.exact
        return
    if result.exact:
        for text in texts:
            assert holds(result.test, text) == (compiled.search(text) is not None), text
    if result.taken_here is not None:
        assert holds(result.test, result.taken_here)
        assert compiled.search(result.taken_here) is None
    if result.taken_there is not None:
        assert not holds(result.test, result.taken_there)
        assert compiled.search(result.taken_there) is not None


@given(pattern=_PATTERNS, texts=st.lists(_TEXTS, max_size=40), ignores_case=st.booleans())
def test_exact_is_exact_and_examples_differ(
    pattern: str, texts: list[str], ignores_case: bool
) -> None:
    _exact_is_exact(pattern, texts, ignores_case=ignores_case)


@pytest.mark.unmeasured
@settings(max_examples=400)
@given(pattern=_PATTERNS, texts=st.lists(_TEXTS, max_size=60))
def test_exact_is_exact_for_many(pattern: str, texts: list[str]) -> None:
    _exact_is_exact(pattern, texts, ignores_case=True)


@given(text=st.text(alphabet="ab\\()[]{}|*+?^$.-:,<>=!#PQEix0159dwpk'& \n", max_size=30))
@pytest.mark.parametrize("flavor", list(Flavor))
def test_any_text_is_a_pattern_or_is_refused(flavor: Flavor, text: str) -> None:
    try:
        result = converted(text, flavor=flavor, looked=SUBJECT, ignores_case=True)
    except InvalidPattern as refused:
        offset = refused.offset
    else:
        result.as_test()
        offset = 0
    assert 0 <= offset <= len(text)
