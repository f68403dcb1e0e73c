"""JSON of other systems, with the place of every value.

Reads what `json.loads` reads, in linear time and without recursion in Python's stack, and knows
line and column of each member, so that a report can name them. Nothing here opens files.
"""

from __future__ import annotations

import bisect
import json
import re
from json.decoder import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mmctl.errors import ProblemsFound
from mmctl.inputs import DEEPEST
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

Scalar: TypeAlias = "str | int | float | bool | None"

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SCALAR: Final = re.compile(
    r"(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])"
)
_STRINGS: Final = JSONDecoder()
_LONGEST_NUMBER: Final = 400
"""Characters of a number; more is no number that a rule has, and slow to convert."""


class Node:
    """A value of a JSON text: an object, a list, or a scalar.

    Made by hand, because a text may have millions; places are worked out when they are asked for.
    """

    __slots__ = ("_at", "_lines", "items", "members", "repeated", "scalar")

    def __init__(self, at: int, lines: JsonLines) -> None:
        self._at, self._lines = at, lines
        self.scalar: Scalar = None
        self.members: dict[str, Node] | None = None
        """Of an object, in order; of two members with one name, the last."""
        self.items: list[Node] | None = None
        self.repeated: list[tuple[str, Position]] | None = None
        """Members of an object that came before, with the same name."""

    @property
    def place(self) -> Position:
        """Where the value begins."""
        return self._lines.place(self._at)

    @property
    def plain(self) -> Any:
        """The value as `json.loads` returns it."""
        if self.members is not None:
            return {name: node.plain for name, node in self.members.items()}
        if self.items is not None:
            return [node.plain for node in self.items]
        return self.scalar

    def each(self) -> Iterator[tuple[str, Node]]:
        """The members of an object; of anything else: none."""
        yield from (self.members or {}).items()


class JsonLines:
    """The lines of a text, to find the place of a character."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, at: int) -> Position:
        """The place of the character with this index."""
        line = bisect.bisect_right(self._starts, at)
        return Position(file=self._file, line=line, column=at - self._starts[line - 1] + 1)


def placed(file: str, text: str) -> Node:
    """The value of a JSON text.

    Raises:
        ProblemsFound: it is not JSON, or is nested deeper than any real document; at the place.
    """
    return _JsonReading(file, text).whole()


class _JsonReading:
    """One pass over a text. `_open` has the objects and lists that are not closed yet."""

    def __init__(self, file: str, text: str) -> None:
        self._file, self._text = file, text
        self._lines = JsonLines(file, text)

    def whole(self) -> Node:
        at = self._space(0)
        opened: list[Node] = []
        while True:
            node, at = self._value(at)
            self._put(opened, node)
            if node.members is not None or node.items is not None:
                if len(opened) >= DEEPEST:
                    raise self._wrong(at - 1, f"it is nested deeper than {DEEPEST} levels")
                opened.append(node)
                at = self._space(at)
                if not self._text.startswith("}" if node.members is not None else "]", at):
                    at = self._key(node, at)
                    continue
            at = self._closed(opened, at)
            if not opened:
                at = self._space(at)
                if at < len(self._text):
                    raise self._wrong(at, "there is text after the end of the JSON value")
                return self._root
            at = self._key(opened[-1], at)

    def _put(self, opened: list[Node], node: Node) -> None:
        if not opened:
            self._root = node
        elif (items := opened[-1].items) is not None:
            items.append(node)
        else:
            members = opened[-1].members
            assert members is not None  # noqa: S101 - what is open is an object or a list
            if (before := members.pop(self._name, None)) is not None:
                if opened[-1].repeated is None:
                    opened[-1].repeated = []
                opened[-1].repeated.append((self._name, before.place))
            members[self._name] = node

    def _closed(self, opened: list[Node], at: int) -> int:
        """After a value: past all that ends here, and past the comma before what follows."""
        while opened:
            at = self._space(at)
            mark = self._text[at : at + 1]
            if mark == ",":
                return self._space(at + 1)
            end = "}" if opened[-1].members is not None else "]"
            if mark != end:
                found = f"found `{mark}`" if mark else "the file ends"
                raise self._wrong(at, f"{found}, expected `,` or `{end}`")
            opened.pop()
            at += 1
        return at

    def _key(self, node: Node, at: int) -> int:
        """In an object: past the name of the next member."""
        if node.members is None:
            return at
        if not self._text.startswith('"', at):
            raise self._wrong(at, "expected the name of a member in double quotes")
        self._name, at = self._string(at)
        at = self._space(at)
        if not self._text.startswith(":", at):
            raise self._wrong(at, "expected `:` after the name of a member")
        return self._space(at + 1)

    def _value(self, at: int) -> tuple[Node, int]:
        node = Node(at, self._lines)
        mark = self._text[at : at + 1]
        if mark == '"':
            node.scalar, at = self._string(at)
            return node, at
        if mark == "{":
            node.members = {}
            return node, at + 1
        if mark == "[":
            node.items = []
            return node, at + 1
        found = _SCALAR.match(self._text, at)
        if found is None or found.end() - at > _LONGEST_NUMBER:
            raise self._wrong(at, "expected a value" if mark else "the file ends inside a value")
        node.scalar = json.loads(found[0])
        return node, found.end()

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = _STRINGS.raw_decode(self._text, at)
        except JSONDecodeError as error:
            raise self._wrong(error.pos, error.msg[0].lower() + error.msg[1:]) from None
        return str(text), end

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()

    def _wrong(self, at: int, message: str) -> ProblemsFound:
        problem = Problem(
            check="broken-export",
            severity=Severity.ERROR,
            position=self._lines.place(at),
            message=message,
            help="export it again: a file that was cut off, or edited by hand, cannot be read",
        )
        return ProblemsFound(f"cannot read `{self._file}`", (problem,))
