"""Where the texts of a set occur in another text: looked up by how they begin.

Hardly anything begins as a text of the set does, so that nearly all is said without looking at each
character. Where much does (`a`, `aa`, `aaa`), the automaton says it in linear time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.theories.automaton import Automaton

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDEST: Final = 8
"""By so many of their first characters texts are looked up, if none is shorter."""
_LOOKS: Final = 2
"""For so many looks a character, the automaton is slower."""


class Occurrences:
    """Texts, none of them empty, to be found in others."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)
        self._shortest = min(map(len, self._texts), default=1)
        self._width = min(self._shortest, _WIDEST)
        self._lengths: dict[str, set[int]] = {}
        """How long the texts are, by how they begin."""
        for text in self._texts:
            self._lengths.setdefault(text[: self._width], set()).add(len(text))
        self._automaton: Automaton | None = None

    def within(self, text: str, *, proper: bool = False) -> list[str]:
        """The texts of the set that occur in a text, each once.

        `proper`: the text itself is not one of them. What occurs only inside an occurrence of
        another is left out.
        """
        width, lengths, size = self._width, self._lengths, len(text)
        places = range(size - self._shortest + 1)
        begin = [at for at in places if text[at : at + width] in lengths]
        if not begin:
            return []
        if sum(len(lengths[text[at : at + width]]) for at in begin) > _LOOKS * size:
            if self._automaton is None:
                self._automaton = Automaton(sorted(self._texts))
            return self._automaton.within(text, proper=proper)
        found: dict[str, None] = {}
        least = size
        for end, at in sorted(self._found(text, begin), key=lambda each: (-each[0], each[1])):
            if at < least and not (proper and end - at == size):
                least = at
                found[text[at:end]] = None
        return list(found)

    def _found(self, text: str, begin: Iterable[int]) -> Iterable[tuple[int, int]]:
        """The ends and the beginnings of all occurrences."""
        for at in begin:
            for length in self._lengths[text[at : at + self._width]]:
                end = at + length
                if end <= len(text) and text[at:end] in self._texts:
                    yield end, at
