"""A field that is exactly one of some words: a verdict, a TLS version, a reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.theories.theory import holds, other_than

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.sat.circuit import Circuit


class ChoiceTheory:
    """One word among several."""

    def __init__(self, circuit: Circuit, choices: Sequence[str]) -> None:
        if len(choices) == 2:  # noqa: PLR2004 - a literal and its negation
            one = circuit.variable()
            self._words = dict(zip(choices, (one, -one), strict=True))
            return
        self._words = {word: circuit.variable() for word in choices}
        circuit.require(*self._words.values())
        circuit.at_most_one(tuple(self._words.values()))

    def is_(self, word: str) -> int:
        """The literal that it is this word.

        Raises:
            KeyError: it is not one of the choices.
        """
        return self._words[word]

    def settle(self) -> None:
        """Nothing: all words are known from the start."""

    def value(self, model: frozenset[int]) -> str:
        """The word of a model."""
        return next(word for word, literal in self._words.items() if holds(literal, model))

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another word."""
        return other_than(self._words.values(), model)
