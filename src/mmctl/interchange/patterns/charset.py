"""Sets of characters, as ranges of code points, over texts of one line.

A header that is unfolded, an address, and the name of a server have no line break and no control
character but the tab: the set of all characters here has none either.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points from and to, both included; in order, apart from each other."""

_LAST: Final = 0x10FFFF
_CASED_BELOW: Final = 0x600
"""Letters of larger ranges are paired with their other case only below this code point."""


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same characters in order, each once."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def others(ranges: Ranges) -> Ranges:
    """All characters of a line that are not among some."""
    made, at = [], 0
    for low, high in merged((*ranges, *_NEVER)):
        if at < low:
            made.append((at, low - 1))
        at = high + 1
    if at <= _LAST:
        made.append((at, _LAST))
    return tuple(made)


def without(ranges: Ranges, taken: Ranges) -> Ranges:
    """The characters that are in one set and not in another."""
    return others(merged((*others(ranges), *taken)))


def in_both_cases(ranges: Ranges) -> Ranges:
    """The same characters and their counterparts in the other letter case."""
    made = list(ranges)
    for low, high in ranges:
        for code in range(low, min(high, max(low + 256, _CASED_BELOW)) + 1):
            made += [(ord(each), ord(each)) for each in cases_of(chr(code))]
    return merged(made)


@lru_cache(maxsize=4096)
def cases_of(char: str) -> tuple[str, ...]:
    """A character and its counterparts in the other letter case, of one character each."""
    found = {char, *(each for each in (char.lower(), char.upper()) if len(each) == 1)}
    return tuple(sorted(each for each in found if each.lower() == char.lower()))


def size(ranges: Ranges) -> int:
    """How many characters there are."""
    return sum(high - low + 1 for low, high in ranges)


def characters(ranges: Ranges) -> list[str]:
    """All of them: ask for the size first."""
    return [chr(code) for low, high in ranges for code in range(low, high + 1)]


def contains(ranges: Ranges, code: int) -> bool:
    """Whether a character is among them."""
    return any(low <= code <= high for low, high in ranges)


def of(text: str) -> Ranges:
    """The characters of a text."""
    return merged((ord(char), ord(char)) for char in text)


_NEVER: Final[Ranges] = ((0x00, 0x08), (0x0A, 0x1F), (0x7F, 0x7F))
ANY: Final[Ranges] = others(())
DIGITS: Final[Ranges] = ((0x30, 0x39),)
UPPER: Final[Ranges] = ((0x41, 0x5A),)
LOWER: Final[Ranges] = ((0x61, 0x7A),)
LETTERS: Final[Ranges] = merged((*UPPER, *LOWER))
WORD: Final[Ranges] = merged((*LETTERS, *DIGITS, (0x5F, 0x5F)))
BLANKS: Final[Ranges] = of(" \t")
SPACES: Final[Ranges] = BLANKS
"""White space within a line."""
PUNCTUATION: Final[Ranges] = ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E))

NAMED: Final[dict[str, Ranges]] = {
    "alnum": merged((*LETTERS, *DIGITS)),
    "alpha": LETTERS,
    "ascii": without(((0, 0x7F),), ()),
    "blank": BLANKS,
    "cntrl": without(((0, 0x1F), (0x7F, 0x7F)), ()),
    "digit": DIGITS,
    "graph": ((0x21, 0x7E),),
    "lower": LOWER,
    "print": ((0x20, 0x7E),),
    "punct": PUNCTUATION,
    "space": SPACES,
    "upper": UPPER,
    "word": WORD,
    "xdigit": merged((*DIGITS, (0x41, 0x46), (0x61, 0x66))),
}
"""Classes that patterns name as `[:alpha:]`; of ASCII, as in the locale of a mail server."""
