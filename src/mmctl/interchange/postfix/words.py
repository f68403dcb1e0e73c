"""Lists of main.cf: words between commas and space, in which braces keep together."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.postfix.expansion import closing

SPACE: Final = " \t\n\v\f\r"
"""What Postfix takes as space: that of ASCII alone."""
_BETWEEN: Final = frozenset(f",{SPACE}")


def words_of(text: str) -> list[str]:
    """The words of a list: `a, b  {c d} inline:{ {k=v} }` are four."""
    found: list[str] = []
    at, length = 0, len(text)
    while at < length:
        if text[at] in _BETWEEN:
            at += 1
            continue
        start = at
        while at < length and text[at] not in _BETWEEN:
            if text[at] == "{":
                end = closing(text, at)
                at = length if end is None else end + 1
            else:
                at += 1
        found.append(text[start:at])
    return found


def without_braces(word: str) -> str:
    """What is in the braces of a word that has them."""
    return word[1:-1].strip() if word.startswith("{") and word.endswith("}") else word


def first_word(text: str) -> tuple[str, str]:
    """The text before the first space, and what comes behind it."""
    whole = text.strip(SPACE)
    end = next((at for at, each in enumerate(whole) if each in SPACE), len(whole))
    return whole[:end], whole[end:].strip(SPACE)
