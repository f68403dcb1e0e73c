"""Patterns of names: they mean what they mean to `re`, and none is slow."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mmctl.cli.options.name_pattern import STEPS_AT_MOST, NamePattern, PatternError

PARTS = ("a", "b", ".", "(", ")", "(?:", "|", "*", "+", "?", "*?", "{2}", "{1,}", "{,2}", "{0,1}")
MORE = (
    "[ab]",
    "[^a]",
    "[]a]",
    "^",
    "$",
    r"\b",
    r"\w",
    r"\d",
    r"\A",
    r"\Z",
    r"\.",
    "1",
    "{",
)


@given(st.lists(st.sampled_from(PARTS + MORE), max_size=9).map("".join), st.text("abA1 .]\n"))
@example("(a*)*$", "aab")
@example("(a|b|)+x?$", "ab\n")
@example("(?i)A.[b-c]", "xaBB")
def test_a_pattern_finds_what_re_finds(pattern: str, text: str) -> None:
    text = text[:12]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = re.search(pattern, text) is not None
    except re.error:
        with pytest.raises(PatternError, match="is not a regular expression"):
            NamePattern.of(pattern)
        return
    if any(sign in pattern for sign in ("*+", "?+", "}+", "++")):
        return  # possessive, which is not taken
    assert NamePattern.of(pattern).is_in(text) is expected


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "a*a*a*a*a*a*a*a*b", "(a?){60}a{60}"]
)
def test_a_pattern_that_re_is_too_slow_for_is_answered(pattern: str) -> None:
    assert not NamePattern.of(pattern).is_in("a" * 50 + "!")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("(?=a)", "has `(?=a`, which mmctl does not support"),
        ("(?!a)", "has `(?!a`, which mmctl does not support"),
        (r"(a)\1", r"has `\1`, which mmctl does not support"),
        ("a++", "has `+`, which mmctl does not support"),
        ("((a{100}){100}){100}", f"has more than {STEPS_AT_MOST:,} steps"),
    ],
)
def test_what_is_not_taken_is_said(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as caught:
        NamePattern.of(pattern)
    assert str(caught.value) == reason
