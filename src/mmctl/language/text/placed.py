"""Values that know where they were written: what the reader yields.

Ordinary texts, numbers, lists and dictionaries, so that code which only needs the value need not
care; shapes built out of them can tell where each member came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from mmctl.problem import Path


class Text(str):
    """A text with its place."""

    __slots__ = ("position",)
    position: Position

    @classmethod
    def at(cls, text: str, position: Position) -> Self:
        """Put a text at a place."""
        placed = cls(text)
        placed.position = position
        return placed


class Whole(int):
    """A whole number with its place."""

    position: Position

    @classmethod
    def at(cls, number: int, position: Position) -> Self:
        """Put a number at a place."""
        placed = cls(number)
        placed.position = position
        return placed


class Real(float):
    """A number with its place."""

    __slots__ = ("position",)
    position: Position

    @classmethod
    def at(cls, number: float, position: Position) -> Self:
        """Put a number at a place."""
        placed = cls(number)
        placed.position = position
        return placed


class Items(list[Any]):
    """A list with its place; `whole` unless an item of it could not be read."""

    __slots__ = ("position", "whole")
    position: Position
    whole: bool

    @classmethod
    def at(cls, items: list[Any], position: Position, *, whole: bool = True) -> Self:
        """Put a list at a place."""
        placed = cls(items)
        placed.position = position
        placed.whole = whole
        return placed


class Table(dict[str, Any]):
    """A mapping with its place, and the places of its keys and values.

    `failed` are the keys that could not be read: unknown ones, those whose values do not fit, and
    required ones that are not there.
    """

    __slots__ = ("failed", "keys_at", "position", "values_at")
    failed: set[str]
    position: Position
    keys_at: dict[str, Position]
    values_at: dict[str, Position]

    @classmethod
    def at(cls, position: Position) -> Self:
        """An empty mapping at a place."""
        placed = cls()
        placed.position = position
        placed.failed = set()
        placed.keys_at = {}
        placed.values_at = {}
        return placed

    def put(self, key: str, value: object, *, key_at: Position, value_at: Position) -> None:
        """Add a key with its value and the places of both."""
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at


def complete(value: object) -> bool:
    """Whether all of a value, and of everything in it, could be read."""
    if isinstance(value, Items):
        inside: Iterable[object] = value
        read = value.whole
    elif isinstance(value, Table):
        inside, read = value.values(), not value.failed
    else:
        return True
    if read:
        # All rules pass here, and most of what they hold is texts.
        for each in inside:
            if isinstance(each, list | dict) and not complete(each):
                return False
    return read


def positions_of(
    value: object, *, otherwise: Position, places: Mapping[Path, Position] | None = None
) -> Positions:
    """The places of a value and of everything in it; `otherwise` is the place of the whole.

    `places` are known better than from the value.
    """
    return Positions(_Places(value, otherwise, places or {}))


class _Places(Mapping["Path", Position]):
    """Places that are collected when somebody asks for one: nobody does where nothing is wrong."""

    __slots__ = ("_collected", "_known", "_otherwise", "_value")

    def __init__(self, value: object, otherwise: Position, known: Mapping[Path, Position]) -> None:
        self._value, self._otherwise, self._known = value, otherwise, known
        self._collected: dict[Path, Position] | None = None

    def _all(self) -> dict[Path, Position]:
        if self._collected is None:
            self._collected = {(): self._otherwise}
            _collect(self._value, (), self._collected)
            self._collected |= self._known
        return self._collected

    def __getitem__(self, path: Path) -> Position:
        return self._all()[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _collect(value: object, path: Path, places: dict[Path, Position]) -> None:
    if isinstance(value, (Text, Whole, Real, Items, Table)):
        places[path] = value.position
    if isinstance(value, dict):
        at = value.values_at if isinstance(value, Table) else {}
        for key, member in value.items():
            if key in at:
                places[(*path, key)] = at[key]
            _collect(member, (*path, key), places)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _collect(item, (*path, index), places)
