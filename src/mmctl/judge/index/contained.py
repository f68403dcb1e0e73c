"""Which of many texts a text contains: by an Aho-Corasick if there is one, else one by one.

The package ahocorasick_rs is imported here alone; without it the results are the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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

    def __init__(self, masks: Mapping[str, int], *, plainly: bool = False) -> None:
        """With `plainly`, the texts are looked for one by one."""
        self._always = masks.get("", 0)
        self._masks = {text: mask for text, mask in masks.items() if text}
        self._by_number = tuple(self._masks.values())
        few = len(self._masks) < _REPAYS
        self._automaton = None if plainly or few else _automaton(tuple(self._masks))

    def within(self, text: str) -> int:
        """The masks of the texts that a text contains."""
        if self._automaton is None:
            return self._one_by_one(text)
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # bytes that are no text, kept as lone surrogates
            return self._one_by_one(text)
        mask, by_number = self._always, self._by_number
        for number, _, _ in found:
            mask |= by_number[number]
        return mask

    def _one_by_one(self, text: str) -> int:
        return _joined(
            (mask for wanted, mask in self._masks.items() if wanted in text), self._always
        )


def _joined(masks: Iterable[int], mask: int) -> int:
    for each in masks:
        mask |= each
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
