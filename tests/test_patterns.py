"""Expressions that are compiled when they are first needed do what compiled ones do."""

from __future__ import annotations

import copy
import re

import pytest

from mmctl.patterns import Pattern

TEXTS = ("", "a", "ab-b a", "xab, B")


def test_a_pattern_finds_what_the_compiled_expression_finds() -> None:
    different = []
    for form, flags in (("(a)b?", 0), ("b|(?P<a>a)", re.IGNORECASE), ("^-?", re.MULTILINE)):
        ours, theirs = Pattern(form, flags), re.compile(form, flags)
        for text in TEXTS:
            pairs = [
                (str(ours.search(text)), str(theirs.search(text))),
                (str(ours.match(text, 1)), str(theirs.match(text, 1))),
                (str(ours.fullmatch(text)), str(theirs.fullmatch(text))),
                ([*map(str, ours.finditer(text, 1, 3))], [*map(str, theirs.finditer(text, 1, 3))]),
                (ours.findall(text), theirs.findall(text)),
                (ours.split(text), theirs.split(text)),
                (ours.sub("_", text), theirs.sub("_", text)),
            ]
            different += [(form, text, *pair) for pair in pairs if pair[0] != pair[1]]

    assert different == []


def test_a_pattern_is_compiled_when_it_is_first_asked_and_once() -> None:
    asked = Pattern("[a")
    copied = copy.copy(Pattern("a"))

    with pytest.raises(re.error):
        asked.search("a")
    assert copied.search("a") is not None
    assert copied.search is copied.search
