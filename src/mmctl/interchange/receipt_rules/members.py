"""Members of an object of an export, taken one by one; what is wrong or unknown is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.receipt_rules.open_texts import TextToFill
from mmctl.problem import Path, Position, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.receipt_rules.documents import Document

_LONGEST: Final = 60
"""How many characters of a value are shown."""
_STATE_IT: Final = "state it: `--parameter NAME=VALUE`"
_FLAGS: Final = {True: True, False: False, "true": True, "false": False}
"""What a flag may be; templates write texts."""


@dataclass(slots=True)
class Remarks:
    """What is wrong in the files, and what in them does not come along."""

    problems: list[Problem] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


class ExportedObject:
    """An object at a place of a document."""

    def __init__(
        self, value: dict[str, Any], path: Path, document: Document, found: Remarks
    ) -> None:
        """An object; `found` gets its problems and its unknown members."""
        self._value = value
        self._path = path
        self._document = document
        self._found = found
        self._taken: set[str] = set()

    @property
    def place(self) -> Position:
        """Where it begins."""
        return self._document.places.at(self._path)

    def has(self, key: str) -> bool:
        """Whether it has the member, and not null."""
        return self._value.get(key) is not None

    def place_of(self, key: str) -> Position:
        """The place of a member; without it, that of the object."""
        return self._document.places.at((*self._path, key))

    def only(self) -> str | None:
        """The key of its only member that is not null."""
        keys = [key for key, value in self._value.items() if value is not None]
        return keys[0] if len(keys) == 1 else None

    def text(self, key: str, *, known: bool = True) -> str | None:
        """A text, without the space around it; None: absent, empty, or a problem.

        One that the file does not know is a problem if it must be `known`.
        """
        value = self._take(key)
        if isinstance(value, TextToFill):
            if not known:
                return value
            self._problem(self.place_of(key), f"`{key}` is unknown: {value.why}", _STATE_IT)
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is None or isinstance(value, str):
            return (value or "").strip() or None
        self._wrong(key, value, "a text")
        return None

    def needed(self, key: str, *, known: bool = True) -> str | None:
        """A text that must be there; None: it is not, which is a problem."""
        text = self.text(key, known=known)
        if text is None and not self._value.get(key):
            self._problem(self.place, f"`{key}` is missing", None)
        return text

    def flag(self, key: str) -> bool:
        """A flag, false where it is absent."""
        value = self._take(key)
        if value is None:
            return False
        flag = (
            _FLAGS.get(value.lower() if isinstance(value, str) else value)
            if (isinstance(value, str | bool))
            else None
        )
        if flag is None:
            self._wrong(key, value, "true or false")
            return False
        return flag

    def word(self, key: str, *words: str) -> str | None:
        """One of some words, as they are written here, in any letter case; None: absent."""
        text = self.text(key)
        if text is None:
            return None
        for word in words:
            if word.lower() == text.lower():
                return word
        self._wrong(key, text, " or ".join(f"`{word}`" for word in words))
        return None

    def texts(self, key: str) -> Iterator[tuple[str, Position]]:
        """The texts of a list, each with its place."""
        for index, item in enumerate(self._list(key)):
            place = self._document.places.at((*self._path, key, index))
            if isinstance(item, TextToFill):
                self._problem(place, f"`{item}` is unknown: {item.why}", _STATE_IT)
            elif isinstance(item, str) and item.strip():
                yield item.strip(), place
            else:
                self._problem(place, f"got {_shown(item)}, expected a text", None)

    def object(self, key: str) -> ExportedObject | None:
        """An object inside; None: absent, or a problem."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return ExportedObject(value, (*self._path, key), self._document, self._found)
        self._wrong(key, value, "an object")
        return None

    def objects(self, key: str) -> Iterator[ExportedObject]:
        """The objects of a list."""
        yield from objects_in(self._list(key), (*self._path, key), self._document, self._found)

    def ignore(self, *keys: str) -> None:
        """ExportedObject that say nothing about mail."""
        self._taken.update(keys)

    def list_unknown(self, noun: str) -> None:
        """Note the members that nobody took."""
        for key, value in self._value.items():
            if key not in self._taken and value is not None:
                self._found.unread.append(
                    Unread(
                        place=self.place_of(key),
                        text=f"`{key}` of {noun}: {_shown(value)}",
                        why="this member is unknown",
                        instead="look it up in the API reference of SES",
                    )
                )

    def _take(self, key: str) -> Any:
        self._taken.add(key)
        return self._value.get(key)

    def _list(self, key: str) -> list[Any]:
        value = self._take(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self._wrong(key, value, "a list")
        return []

    def _wrong(self, key: str, value: Any, expected: str) -> None:
        message = f"`{key}`: got {_shown(value)}, expected {expected}"
        self._problem(self.place_of(key), message, None)

    def _problem(self, place: Position, message: str, help: str | None) -> None:
        add_problem(self._found, place, message, help)


def objects_in(
    items: list[Any], path: Path, document: Document, found: Remarks
) -> Iterator[ExportedObject]:
    """The objects of a list; anything else in it is a problem."""
    for index, item in enumerate(items):
        if isinstance(item, dict):
            yield ExportedObject(item, (*path, index), document, found)
        else:
            place = document.places.at((*path, index))
            add_problem(found, place, f"got {_shown(item)}, expected an object", None)


def add_problem(found: Remarks, place: Position, message: str, help: str | None) -> None:
    """Note what is wrong at a place."""
    problem = Problem(
        check="wrong-text",
        severity=Severity.ERROR,
        position=place,
        message=message,
        help=help,
    )
    found.problems.append(problem)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return "`" + (text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…") + "`"
