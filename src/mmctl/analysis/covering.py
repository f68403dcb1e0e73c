"""Which of many values matches all that another value matches. No check lives here.

Values are looked up, not compared one by one: lists of values may be long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")

COVERED: Final = {
    "equals": ("equals",),
    "starts_with": ("equals", "starts_with"),
    "ends_with": ("equals", "ends_with"),
    "contains": ("equals", "starts_with", "ends_with", "contains"),
}
"""For the operator of one condition, the operators whose values it may cover."""


class Covering(Generic[Item]):
    """Values of one operator, each with something that is known about it."""

    def __init__(self, operator: str) -> None:
        self._operator = operator
        self._items: dict[str, Item] = {}
        self._lengths: set[int] = set()

    @classmethod
    def of(cls, operator: str, values: Iterable[str], item: Item) -> Covering[Item]:
        """Values about which the same is known."""
        covering = cls(operator)
        for value in values:
            covering.setdefault(value, item)
        return covering

    def setdefault(self, value: str, item: Item) -> Item:
        """Return what is known about a value; set it to `item` if nothing is."""
        self._lengths.add(len(value))
        return self._items.setdefault(value, item)

    def values(self, value: str) -> Iterator[tuple[str, Item]]:
        """The values, the shortest first, that are a part of `value` as the operator has it.

        Every text that equals, starts with, ends with or contains `value` then meets them too.
        """
        for part in self._parts(value):
            if part in self._items:
                yield part, self._items[part]

    def covers(self, value: str) -> bool:
        """Whether there is such a value."""
        return next(self.values(value), None) is not None

    def _parts(self, value: str) -> Iterator[str]:
        size = len(value)
        if self._operator == "equals":
            yield value
            return
        for length in sorted(length for length in self._lengths if 0 < length <= size):
            match self._operator:
                case "starts_with":
                    yield value[:length]
                case "ends_with":
                    yield value[size - length :]
                case "contains":
                    yield from (value[at : at + length] for at in range(size - length + 1))
                case _:
                    return
