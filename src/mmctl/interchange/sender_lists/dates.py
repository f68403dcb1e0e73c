"""The last day of an entry, as exports of several countries write it."""

from __future__ import annotations

from typing import Final

from mmctl.patterns import Pattern

_YEAR_FIRST: Final = Pattern(r"(\d{4})[-/.年](\d\d?)[-/.月](\d\d?)日?(?:[T ].*)?")
_YEAR_LAST: Final = Pattern(r"(\d\d?)([-/.])(\d\d?)[-/.](\d{4})(?:[,T ].*)?")
_MONTHS: Final = 12


def is_over(text: str, today: str) -> bool | None:
    """Whether a day is before `today` (2026-11-29); None: nobody can tell.

    `03/04/2026` is the third of April or the fourth of March, by the country of the export; it is
    over if both are. A text without digits, such as `never`, is no day.
    """
    days = _days(text.strip())
    if days:
        over = {day < today for day in days}
        return over.pop() if len(over) == 1 else None
    return None if any(char.isdigit() for char in text) else False


def _days(text: str) -> list[str]:
    """The days that a text can mean."""
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _existing(int(found[1]), [(int(found[2]), int(found[3]))])
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return []
    first, second = int(found[1]), int(found[3])
    orders = [(second, first)] if found[2] == "." else [(second, first), (first, second)]
    return _existing(int(found[4]), orders)


def _existing(year: int, days: list[tuple[int, int]]) -> list[str]:
    return [f"{year:04}-{month:02}-{day:02}" for month, day in days if 0 < month <= _MONTHS]
