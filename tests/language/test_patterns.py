"""Path patterns, against the regular expressions that say the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.language.parsing.patterns import PathPattern

PARTS = re.compile(r"(\*\*/|\*\*|\*|\?)")
MEANING = {"**/": r"(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def expression(pattern: str) -> re.Pattern[str]:
    parts = PARTS.split(pattern)
    return re.compile("".join(MEANING.get(part, re.escape(part)) for part in parts), re.DOTALL)


@given(st.text("ab./*?\n", max_size=9), st.text("ab./\n", max_size=9))
def test_a_pattern_matches_what_its_regular_expression_does(pattern: str, path: str) -> None:
    assert PathPattern(pattern).fullmatch(path) == bool(expression(pattern).fullmatch(path))


@given(st.lists(st.sampled_from(["a", "b", "/", "*", "**", "**/", "?"]), max_size=8).map("".join))
def test_so_do_patterns_of_many_stars(pattern: str) -> None:
    for path in ("", "a", "ab", "a/b", "a/", "/a", "a/b/a", "b/ab/a.b", "a//b"):
        assert PathPattern(pattern).fullmatch(path) == bool(expression(pattern).fullmatch(path))


@pytest.mark.parametrize("pattern", ["*a" * 40 + "b", "**/a" * 40 + "b", "**a" * 40 + "b"])
def test_a_pattern_of_many_stars_is_soon_done(pattern: str) -> None:
    assert not PathPattern(pattern).fullmatch("a/" * 500 + "a" * 250)
