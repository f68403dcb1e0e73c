"""Which of many values matches all that another value matches. No check lives here.

Values are looked up, not compared one by one: lists of values may be long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Item = TypeVar("Item")
Other = TypeVar("Other")

COVERED: Final = {
    "equals": ("equals",),
    "starts_with": ("equals", "starts_with"),
    "ends_with": ("equals", "ends_with"),
    "contains": ("equals", "starts_with", "ends_with", "contains"),
}
"""For the operator of one condition, the operators whose values it may cover."""


_BEGINNINGS: Final = (8, 3, 2, 1)
"""What may be anywhere in a text is looked up by so many of its first characters."""


class Covering(Generic[Item]):
    """Values of one operator, each with something that is known about it."""

    def __init__(self, operator: str) -> None:
        self._operator = operator
        self._items: dict[str, Item] = {}
        self._lengths: dict[str, set[int]] = {}
        """How long values are, by how they begin where they are looked for anywhere."""
        self._widths: dict[int, int] = {}
        """How many characters such a beginning has, and how short the shortest of the values is."""

    @classmethod
    def of(cls, operator: str, values: Iterable[str], item: Item) -> Covering[Item]:
        """Values about which the same is known."""
        covering = cls(operator)
        covering.note(values, item)
        return covering

    def note(self, values: Iterable[str], item: Item) -> None:
        """Set what is known about several values to `item` where nothing is."""
        for value in values:
            self.setdefault(value, item)

    def setdefault(self, value: str, item: Item) -> Item:
        """Return what is known about a value; set it to `item` if nothing is."""
        if self._operator == "equals":
            return self._items.setdefault(value, item)
        start = ""
        if value and self._operator == "contains":
            width = next(width for width in _BEGINNINGS if width <= len(value))
            start = value[:width]
            self._widths[width] = min(len(value), self._widths.get(width, len(value)))
        self._lengths.setdefault(start, set()).add(len(value))
        return self._items.setdefault(value, item)

    def get(self, value: str, otherwise: Item | Other) -> Item | Other:
        """What is known about a value, or something else."""
        return self._items.get(value, otherwise)

    def values(self, value: str) -> Iterator[tuple[str, Item]]:
        """The values, the shortest first, that are a part of `value` as the operator has it.

        Every text that equals, starts with, ends with or contains `value` then meets them too.
        """
        return ((part, self._items[part]) for part in self._parts(value))

    def covers(self, value: str) -> bool:
        """Whether there is such a value."""
        return bool(self._parts(value))

    def covered(self, values: Sequence[str]) -> list[int]:
        """Which of many values are covered, by index."""
        if self._operator == "equals" and self._items.keys().isdisjoint(values):
            return []
        return [index for index, value in enumerate(values) if self._parts(value)]

    def _parts(self, value: str) -> list[str]:
        """The known values that are parts of a value, the shortest first, then from the left."""
        known = self._items
        match self._operator:
            case "equals":
                return [value] if value in known else []
            case "starts_with":
                parts = (value[:length] for length in self._shorter(value))
            case "ends_with":
                parts = (value[-length:] for length in self._shorter(value))
            case "contains":
                return self._inside(value)
            case _:
                return []
        return [part for part in parts if part in known]

    def _shorter(self, value: str) -> Iterator[int]:
        lengths = self._lengths.get("", ())
        return (length for length in sorted(lengths) if 0 < length <= len(value))

    def _inside(self, value: str) -> list[str]:
        found: list[tuple[int, int, str]] = []
        size, known, lengths = len(value), self._items, self._lengths
        for width, shortest in self._widths.items():
            # Hardly anything begins as a known value does: look for that in the quickest way.
            places = range(size - shortest + 1)
            for at in [at for at in places if value[at : at + width] in lengths]:
                for length in lengths[value[at : at + width]]:
                    part = value[at : at + length]
                    if len(part) == length and part in known:
                        found.append((length, at, part))
        return [part for _, _, part in sorted(found)]
