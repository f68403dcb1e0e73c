"""Where the texts of a set occur in another text, without those that are inside another occurrence.

In linear time, also for sets like `a`, `aa`, `aaa` (Aho and Corasick, 1975).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Automaton:
    """Texts, none of them empty, arranged for finding them in others."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._steps: list[dict[str, int]] = [{}]
        self._back = [0]
        """For each state, that of the longest other text with the same end."""
        self._longest = [0]
        """For each state, the length of the longest text of the set that ends there."""
        for text in texts:
            self._longest[self._state_of(text)] = len(text)
        self._link()

    def _state_of(self, text: str) -> int:
        state = 0
        for character in text:
            following = self._steps[state].get(character)
            if following is None:
                following = self._steps[state][character] = len(self._steps)
                self._steps.append({})
                self._back.append(0)
                self._longest.append(0)
            state = following
        return state

    def _link(self) -> None:
        waiting = deque(self._steps[0].values())
        while waiting:
            state = waiting.popleft()
            if not self._longest[state]:
                self._longest[state] = self._longest[self._back[state]]
            for character, following in self._steps[state].items():
                self._back[following] = self._following(self._back[state], character)
                waiting.append(following)

    def _following(self, state: int, character: str) -> int:
        while True:
            following = self._steps[state].get(character)
            if following is not None:
                return following
            if not state:
                return 0
            state = self._back[state]

    def within(self, text: str, *, proper: bool = False) -> list[str]:
        """The texts of the set that occur in a text, each once.

        `proper`: the text itself is not one of them. What occurs only inside an occurrence of
        another is left out.
        """
        ends = self._ends(text, proper=proper)
        found: dict[str, None] = {}
        least = len(text)
        for end in range(len(text), 0, -1):
            length = ends[end - 1]
            if length and end - length < least:
                least = end - length
                found[text[least:end]] = None
        return list(found)

    def _ends(self, text: str, *, proper: bool) -> list[int]:
        """For each character, the length of the longest text that ends with it."""
        state = 0
        ends = []
        for character in text:
            state = self._following(state, character)
            ends.append(self._longest[state])
        if proper and ends and ends[-1] == len(text):
            ends[-1] = self._longest[self._back[state]]
        return ends
