"""What UCL holds: texts, lists, and sections of entries whose keys may repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.problem import Position

_TRUE: Final = frozenset({"true", "yes", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UclValue:
    """A text, a list or a section."""

    place: Position
    text: str | None = None
    items: tuple[UclValue, ...] | None = None
    entries: tuple[UclEntry, ...] | None = None

    @property
    def is_true(self) -> bool:
        """Whether it is a word for yes."""
        return self.text is not None and self.text.lower() in _TRUE

    def all_of(self, key: str) -> list[UclValue]:
        """The values of a key in a section, in order; of a list its items."""
        found: list[UclValue] = []
        for entry in self.entries or ():
            if entry.key == key:
                found += entry.value.items if entry.value.items is not None else (entry.value,)
        return found

    def value(self, key: str) -> UclValue | None:
        """The last value of a key in a section; None: it has none."""
        return next((each.value for each in reversed(self.entries or ()) if each.key == key), None)

    def said(self, key: str) -> str | None:
        """The text of a key; None: there is none."""
        value = self.value(key)
        return None if value is None else value.text

    def texts(self, key: str) -> list[str]:
        """The texts of a key, which may be one, a list, or repeated."""
        return [each.text for each in self.all_of(key) if each.text is not None]

    def sections(self) -> Iterator[UclEntry]:
        """The entries that are sections themselves."""
        yield from (each for each in self.entries or () if each.value.entries is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class UclEntry:
    """A key and its value; a macro has a key with a dot: `.include`."""

    key: str
    place: Position
    value: UclValue
