"""Which of many texts a text contains: by an Aho-Corasick if there is one, else one by one.

The package ahocorasick_rs is imported here alone; without it the results are the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_REPAYS: Final = 4
"""Fewer texts are found faster one by one."""
_CHUNK: Final = 16 * 1024
"""Characters of a long text that are looked through at once: each place found takes memory."""
_DENSE: Final = 8
"""So many places found for each text that is looked for cost as much as to compile the texts."""


class _Automaton(Protocol):
    def find_matches_as_indexes(
        self, haystack: str, *, overlapping: bool
    ) -> list[tuple[int, int, int]]: ...


class Contained:
    """Masks of texts, joined for those that another text contains."""

    def __init__(self, masks: Mapping[str, int], automaton: _Automaton) -> None:
        self._masks = masks
        self._by_number = tuple(masks.values())
        self._automaton = automaton
        self._longest = max(map(len, masks))

    @classmethod
    def of(cls, masks: Mapping[str, int]) -> Contained | None:
        """Compile texts, none of them empty; None: looking for them one by one is all there is."""
        automaton = None if len(masks) < _REPAYS else _automaton(tuple(masks))
        return None if automaton is None else cls(masks, automaton)

    def within(self, text: str) -> int | None:
        """The masks of the texts that a text contains; None: it is none for an automaton."""
        try:
            if len(text) > _CHUNK:
                return self._within_long(text)
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # bytes that are no text, kept as lone surrogates
            return None
        mask = 0
        for number, _, _ in found:
            mask |= self._by_number[number]
        return mask

    def within_both(self, text: str, middle: int) -> tuple[int, int] | None:
        """The same for what is before and after a place; no text goes beyond the character there.

        None: they are to be looked for one after the other.
        """
        if len(text) > _CHUNK:
            return None
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            return None
        before = after = 0
        for number, start, _ in found:
            if start < middle:
                before |= self._by_number[number]
            else:
                after |= self._by_number[number]
        return before, after

    def _within_long(self, text: str) -> int:
        """The same in bounded memory; what is found at every place is not looked for any longer."""
        automaton, masks, by_number = self._automaton, self._masks, self._by_number
        places = mask = 0
        numbers: set[int] = set()
        for start in range(0, len(text), _CHUNK):
            chunk = text[start : start + _CHUNK + self._longest - 1]
            found = automaton.find_matches_as_indexes(chunk, overlapping=True)
            places += len(found)
            numbers.update([number for number, _, _ in found])
            if places <= _DENSE * len(by_number):
                continue
            mask |= _joined(by_number, numbers)
            masks = {
                wanted: of_wanted
                for number, (wanted, of_wanted) in enumerate(masks.items())
                if number not in numbers
            }
            rest = _automaton(tuple(masks)) if masks else None
            if rest is None:
                return mask
            automaton, by_number, places, numbers = rest, tuple(masks.values()), 0, set()
        return mask | _joined(by_number, numbers)


def _joined(masks: Sequence[int], numbers: Iterable[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= masks[number]
    return mask


def contained_one_by_one(masks: Mapping[str, int], text: str) -> int:
    """The masks of the texts that a text contains, without an automaton."""
    mask = 0
    for wanted, of_wanted in masks.items():
        if wanted in text:
            mask |= of_wanted
    return mask


def _automaton(texts: Sequence[str]) -> _Automaton | None:
    """An automaton; None: the package is not installed, or a text is none for it.

    Of its forms the one that is made quickly and is small: a table for each field would be looked
    through faster, if it stayed in the processor's cache.
    """
    try:
        package = import_module("ahocorasick_rs")
    except ImportError:
        return None
    form = package.Implementation.ContiguousNFA
    try:
        return cast("_Automaton", package.AhoCorasick(list(texts), implementation=form))
    except UnicodeEncodeError:
        return None
