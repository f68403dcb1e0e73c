"""Places in a text: ours count characters from 1, editors count UTF-16 units from 0.

An editor ends a line at LF, CR LF and CR (Language Server Protocol 3.17, "Text Documents"), a
reader of YAML at three more characters: both ways go through the offset in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from mmctl.problem import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_EDITORS: Final = re.compile(r"\r\n|[\n\r]")
_OF_YAML: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_MARK: Final = "\ufeff"
_BEYOND_16_BITS: Final = 0xFFFF


class TextLines:
    """The lines of one text; any place in it, in both ways of counting. It never raises."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._mark = len(_MARK) if text.startswith(_MARK) else 0
        self._theirs = list(_starts(_OF_EDITORS, text))
        self._ours = list(_starts(_OF_YAML, text))
        self._wide = not text.isascii()

    def offset(self, at: Position) -> int:
        """Where a place of ours is, in characters from the start of the text."""
        line = min(max(at.line, 1), len(self._ours))
        mark = self._mark if line == 1 else 0
        end = self._ours[line] if line < len(self._ours) else len(self.text)
        return min(self._ours[line - 1] + mark + max(at.column, 1) - 1, end)

    def position(self, offset: int, file: str, *, length: int = 1) -> Position:
        """A place of ours, from its characters from the start of the text."""
        line = bisect_right(self._ours, offset)
        mark = self._mark if line == 1 else 0
        column = max(offset - self._ours[line - 1] - mark, 0) + 1
        return Position(file, line, column, length)

    def offset_of(self, place: types.Position) -> int:
        """Where a place of the editor is, in characters from the start of the text."""
        if place.line >= len(self._theirs):
            return len(self.text)
        start, end = self._bounds(place.line)
        if not self._wide:
            return min(start + place.character, end)
        left, offset = place.character, start
        while left > 0 and offset < end:
            left -= _units(self.text[offset])
            offset += 1
        return offset

    def place(self, offset: int) -> types.Position:
        """A place of the editor, from its characters from the start of the text."""
        line = bisect_right(self._theirs, offset) - 1
        start = self._theirs[line]
        units = offset - start
        if self._wide:
            units = len(self.text[start:offset].encode("utf-16-le", "surrogatepass")) // 2
        return types.Position(line, units)

    def range(self, start: int, end: int) -> types.Range:
        """What an editor marks between two offsets."""
        return types.Range(self.place(start), self.place(end))

    def marked(self, at: Position) -> types.Range:
        """What an editor marks for a place of ours: as many characters, up to the end of a line."""
        start = self.offset(at)
        _, end = self._bounds(self.place(start).line)
        return self.range(start, max(start, min(start + at.length, end)))

    def whole(self) -> types.Range:
        """All of the text."""
        return self.range(0, len(self.text))

    def _bounds(self, line: int) -> tuple[int, int]:
        """Where a line of the editor begins, and where it ends without its line break."""
        start = self._theirs[line]
        if line + 1 == len(self._theirs):
            return start, len(self.text)
        end = self._theirs[line + 1]
        return start, end - (2 if self.text[end - 2 : end] == "\r\n" else 1)


def _starts(breaks: re.Pattern[str], text: str) -> Iterator[int]:
    yield 0
    yield from (found.end() for found in breaks.finditer(text))


def _units(character: str) -> int:
    return 2 if ord(character) > _BEYOND_16_BITS else 1
