"""Numbers and the words that agree with them: every message that counts uses these."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts: `1 case`, `2 cases`, `1,204 messages`, `2 cases fail`."""
    return f"{number:,} {plural(number, one, many)}"


def plural(number: int, one: str, many: str = "") -> str:
    """The form of a word for a number: `has` or `have`; the plural defaults to `one` + `s`."""
    return one if number == 1 else many or f"{one}s"
