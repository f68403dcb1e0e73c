"""Texts that occur in another one: looked up, they are those that the automaton finds."""

from __future__ import annotations

from random import Random

from mmctl.analysis.theories.automaton import Automaton
from mmctl.analysis.theories.occurrences import Occurrences


def occurring(texts: frozenset[str], text: str, *, proper: bool) -> list[str]:
    """By definition, from the right: occurrences that are in no other one."""
    spans = [
        (at, at + len(each))
        for each in texts
        for at in range(len(text))
        if text.startswith(each, at) and not (proper and each == text)
    ]
    outermost = [
        (end, at)
        for at, end in spans
        if not any(low <= at and end <= high and (low, high) != (at, end) for low, high in spans)
    ]
    return list(dict.fromkeys(text[at:end] for end, at in sorted(outermost, reverse=True)))


def test_texts_are_found_as_the_definition_says_whichever_way() -> None:
    """In texts of few letters, where much begins alike, and of many, where hardly anything does."""
    wrong: list[tuple[frozenset[str], str, bool]] = []
    for seed in range(3000):
        random = Random(seed)  # noqa: S311 - no secret
        letters = "ab" if seed % 2 else "abcdefghij"
        longest = random.choice((3, 6, 14))

        def made(letters: str = letters, longest: int = longest, random: Random = random) -> str:
            return "".join(random.choice(letters) for _ in range(random.randint(1, longest)))

        texts = frozenset(made() for _ in range(random.randint(1, 8)))
        text = random.choice((made() + made(), made() + random.choice(sorted(texts)), made()))
        for asked in (text, random.choice(sorted(texts))):
            for proper in (False, True):
                expected = occurring(texts, asked, proper=proper)
                found = [
                    of(sorted(texts)).within(asked, proper=proper)
                    for of in (Occurrences, Automaton)
                ]
                if found != [expected, expected]:
                    wrong.append((texts, asked, proper))
    assert not wrong
