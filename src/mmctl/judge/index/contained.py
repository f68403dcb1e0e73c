"""Which of many texts a text contains: by an Aho-Corasick if there is one, else one by one.

The package ahocorasick_rs is imported here alone; without it the results are the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TABLE_AT_MOST: Final = 2_000
"""So many texts are compiled into a table with a row for each state, which is the fastest form."""
_REPAYS: Final = 4
"""Fewer texts are found faster one by one."""


class _Automaton(Protocol):
    def find_matches_as_indexes(
        self, haystack: str, *, overlapping: bool
    ) -> list[tuple[int, int, int]]: ...


class Contained:
    """Masks of texts, joined for those that another text contains."""

    def __init__(self, masks: Mapping[str, int], automaton: _Automaton) -> None:
        self._by_number = tuple(masks.values())
        self._automaton = automaton

    @classmethod
    def of(cls, masks: Mapping[str, int]) -> Contained | None:
        """Compile texts, none of them empty; None: looking for them one by one is all there is."""
        automaton = None if len(masks) < _REPAYS else _automaton(tuple(masks))
        return None if automaton is None else cls(masks, automaton)

    def within(self, text: str) -> int | None:
        """The masks of the texts that a text contains; None: it is none for an automaton."""
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # bytes that are no text, kept as lone surrogates
            return None
        mask = 0
        for number, _, _ in found:
            mask |= self._by_number[number]
        return mask


def contained_one_by_one(masks: Mapping[str, int], text: str) -> int:
    """The masks of the texts that a text contains, without an automaton."""
    mask = 0
    for wanted, of_wanted in masks.items():
        if wanted in text:
            mask |= of_wanted
    return mask


def _automaton(texts: Sequence[str]) -> _Automaton | None:
    """An automaton; None: the package is not installed, or a text is none for it."""
    try:
        package = import_module("ahocorasick_rs")
    except ImportError:
        return None
    kinds = package.Implementation
    form = kinds.DFA if len(texts) <= _TABLE_AT_MOST else kinds.ContiguousNFA
    try:
        return cast("_Automaton", package.AhoCorasick(list(texts), implementation=form))
    except UnicodeEncodeError:
        return None
