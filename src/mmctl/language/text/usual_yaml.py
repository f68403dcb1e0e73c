"""YAML as nearly all rule files write it → nodes, in half the time that the events of libyaml take.

It reads mappings, lists and texts on one line each, without escapes: what it cannot read beyond
doubt it does not read at all, and `composing` reads the whole text instead. For what is read here,
both say the same, place by place; tests compare them. Written for speed: every rule passes here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.problem import Position

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node

_LINE: Final = re.compile(
    r"( *)(?:#[^\n]*|(- +)?(?:([A-Za-z_][\w.@+-]{0,99}):(?= |\n) *)?([^\n]*))\n"
)
"""Indentation, dash, key, and what follows; or a comment."""
_WORDS: Final = r"[\w/$.(<+^~;\\=](?:[^][{},:#?\n]*[^][{},:#?\n ])?"
"""A plain text between brackets."""
_TOKEN: Final = re.compile(rf""" *(?:"([^"\\\n]*)"|([][{{}},])|({_WORDS})(:(?= ))?|'([^'\n]*)')""")
"""In brackets: a text in quotes, a sign, a plain text (as a key, with its colon), a quoted text."""
_IN_QUOTES, _SIGN, _BARE, _KEY, _IN_SINGLE_QUOTES = range(1, 6)
"""What a token is: the last group of it that is there."""
_QUOTED: Final = re.compile(r'\["([^"\\\n]*"(?:, "[^"\\\n]*")*)\]')
_PLAIN: Final = re.compile(rf"\[({_WORDS}(?:, {_WORDS})*)\]")
"""Lists of such texts with one space after each comma, which is what most of a project is."""
_BEGINS_PLAIN: Final = frozenset("_/$.(<+^~;\\=")
"""Besides letters and digits; other signs mean something, or may."""
_QUOTES: Final = "\"'"
_DEEPEST: Final = 20
"""How deep lines may nest, and brackets on one of them; together that is less than is allowed."""

_tuple: Final = tuple.__new__
_Row = tuple[int, Scalar | None, "Node | None"]
"""A column, a key (None: the dash of an item), and the value on the same line."""


class _Unusual(Exception):
    """Something that is not read here."""


def usual(text: str, file: str) -> Node | None:
    """The nodes of a text; None if anything in it is unusual, or wrong."""
    if not text.replace("\n", "").isprintable():
        return None
    if not text.endswith("\n"):
        text += "\n"
    try:
        lines = _Lines(text, file)
        if not lines.rows:
            return None
        node, end = lines.block(0, 0)
    except _Unusual:
        return None
    return node if end == len(lines.rows) else None


class _Lines:
    """The lines of a text that say something, and how they are nested."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.rows: list[_Row] = []
        self.lines: list[int] = []
        """The line of each row."""
        self._read()

    def _read(self) -> None:
        text, file, value_at = self.text, self.file, self._value
        add, add_line = self.rows.append, self.lines.append
        for line, found in enumerate(_LINE.finditer(text), 1):
            at, rest, key = found.start(), found[4], found[3]
            if rest is None or not (rest or key):
                if found[2] is not None:
                    raise _Unusual
                continue
            if found[2] is None:
                if key is None:
                    raise _Unusual
            else:
                value = None if key is not None else value_at(found.start(4), line, at)
                if key is None and value is None:
                    raise _Unusual
                add((found.end(1) - at, None, value))
                add_line(line)
            if key is not None:
                column = found.start(3) - at
                named = Scalar(
                    _tuple(Position, (file, line, column + 1, len(key))), key, True, False
                )
                add((column, named, value_at(found.start(4), line, at)))
                add_line(line)

    def block(self, first: int, depth: int) -> tuple[Node, int]:
        """The list or mapping that begins in a row, and the row after it."""
        if depth > _DEEPEST:
            raise _Unusual
        column, key, _ = self.rows[first]
        position = _tuple(Position, (self.file, self.lines[first], column + 1, 1))
        if key is None:
            return self._items(first, column, position, depth)
        return self._entries(first, column, position, depth)

    def _items(self, at: int, column: int, position: Position, depth: int) -> tuple[Node, int]:
        rows, lines, end = self.rows, self.lines, len(self.rows)
        items: list[Node] = []
        while at < end:
            indent, key, value = rows[at]
            if indent != column or key is not None:
                break
            at += 1
            if value is None:
                if lines[at] != lines[at - 1]:
                    raise _Unusual
                value, at = self.block(at, depth + 1)
            items.append(value)
        return Sequence(position, tuple(items)), at

    def _entries(self, at: int, column: int, position: Position, depth: int) -> tuple[Node, int]:
        rows, end = self.rows, len(self.rows)
        entries: dict[str, tuple[Scalar, Node]] = {}
        while at < end:
            indent, key, value = rows[at]
            if indent != column or key is None:
                break
            at += 1
            if value is None:
                # A list below a key may begin in the column of the key.
                if at == end or not (
                    rows[at][0] > column or (rows[at][0] == column and rows[at][1] is None)
                ):
                    raise _Unusual
                value, at = self.block(at, depth + 1)
            if key.text in entries:
                raise _Unusual
            entries[key.text] = (key, value)
        return Mapping(position, tuple(entries.values())), at

    def _value(self, at: int, line: int, start: int) -> Node | None:
        """What begins at a place and ends on the same line; None if there is nothing."""
        text = self.text
        sign = text[at]
        if sign in "\n#":
            return None
        end = text.find("\n", at)
        if sign in "[{":
            found, after = self._flow(at, line, start, 0)
            self._is_commented(after, end)
            return found
        if sign in _QUOTES:
            after = text.find(sign, at + 1, end) + 1
            content = text[at + 1 : after - 1]
            if not after or "\\" in content:
                raise _Unusual
        elif sign.isalnum() or sign in _BEGINS_PLAIN:
            after = text.find(" #", at, end)
            content = text[at : after if after >= 0 else end].rstrip(" ")
            if ": " in content or content[-1] == ":":
                raise _Unusual
            after = at + len(content)
        else:
            raise _Unusual
        return Scalar(
            _tuple(Position, (self.file, line, at - start + 1, after - at)),
            content,
            sign not in _QUOTES,
            self._is_commented(after, end),
        )

    def _is_commented(self, after: int, end: int) -> bool:
        """Whether a comment follows, as far as anything does."""
        if after == end:
            return False
        rest = self.text[after:end].lstrip(" ")
        if rest and (rest[0] != "#" or self.text[after] != " "):
            raise _Unusual
        return bool(rest)

    def _flow(self, at: int, line: int, start: int, depth: int) -> tuple[Node, int]:
        """What a bracket opens, and where it ends."""
        if depth > _DEEPEST:
            raise _Unusual
        position = _tuple(Position, (self.file, line, at - start + 1, 1))
        if self.text[at] == "{":
            return self._flow_entries(at + 1, position, line, start, depth)
        text, file, token = self.text, self.file, _TOKEN.match
        items: list[Node] = []
        if (found := _QUOTED.match(text, at)) is not None:
            end, at = found.end(), at + 2 - start
            for content in found[1][:-1].split('", "'):
                where = _tuple(Position, (file, line, at, len(content) + 2))
                items.append(Scalar(where, content, False, False))
                at += len(content) + 4
            return Sequence(position, tuple(items)), end
        if (found := _PLAIN.match(text, at)) is not None:
            end, at = found.end(), at + 2 - start
            for content in found[1].split(", "):
                where = _tuple(Position, (file, line, at, len(content)))
                items.append(Scalar(where, content, True, False))
                at += len(content) + 2
            return Sequence(position, tuple(items)), end
        at += 1
        start -= 1
        while (found := token(text, at)) is not None:
            kind = found.lastindex
            if kind == _IN_QUOTES:
                begin, at = found.start(1) - 1, found.end()
                where = _tuple(Position, (file, line, begin - start, at - begin))
                items.append(Scalar(where, found[1], False, False))
            elif kind == _BARE:
                begin, at = found.span(3)
                where = _tuple(Position, (file, line, begin - start, at - begin))
                items.append(Scalar(where, found[3], True, False))
            elif kind == _SIGN and found[2] == "]" and not items:
                return Sequence(position, ()), found.end()
            elif kind == _KEY:
                item, at = self._pair(found, line, start + 1, depth)
                items.append(item)
            else:
                item, at = self._flow_value(found, line, start + 1, depth)
                items.append(item)
            sign = token(text, at)
            if sign is None or sign.lastindex != _SIGN:
                break
            at = sign.end()
            if sign[2] == "]":
                return Sequence(position, tuple(items)), at
            if sign[2] != ",":
                break
        raise _Unusual

    def _flow_entries(
        self, at: int, position: Position, line: int, start: int, depth: int
    ) -> tuple[Node, int]:
        text, token = self.text, _TOKEN.match
        entries: dict[str, tuple[Scalar, Node]] = {}
        while (found := token(text, at)) is not None:
            if found.lastindex != _KEY:
                if found[2] == "}" and not entries:
                    return Mapping(position, ()), found.end()
                break
            key, value, at = self._flow_entry(found, line, start, depth)
            if key.text in entries:
                break
            entries[key.text] = (key, value)
            sign = token(text, at)
            if sign is None or sign.lastindex != _SIGN:
                break
            at = sign.end()
            if sign[2] == "}":
                return Mapping(position, tuple(entries.values())), at
            if sign[2] != ",":
                break
        raise _Unusual

    def _pair(self, found: re.Match[str], line: int, start: int, depth: int) -> tuple[Node, int]:
        """An item that is a mapping without braces."""
        key, value, at = self._flow_entry(found, line, start, depth + 1)
        position = _tuple(Position, (self.file, line, key.position.column, 1))
        return Mapping(position, ((key, value),)), at

    def _flow_entry(
        self, found: re.Match[str], line: int, start: int, depth: int
    ) -> tuple[Scalar, Node, int]:
        """A key, the value after it, and where that ends."""
        name, begin = found[3], found.start(3)
        first = _TOKEN.match(self.text, found.end())
        if first is None or len(name) > _LONGEST_KEY:
            raise _Unusual
        where = _tuple(Position, (self.file, line, begin - start + 1, len(name)))
        value, at = self._flow_value(first, line, start, depth)
        return Scalar(where, name, True, False), value, at

    def _flow_value(
        self, found: re.Match[str], line: int, start: int, depth: int
    ) -> tuple[Node, int]:
        """What a token is or opens, and where that ends."""
        kind = found.lastindex
        if kind == _SIGN and found[2] in "[{":
            return self._flow(found.start(2), line, start, depth + 1)
        if kind is None or kind in {_SIGN, _KEY}:
            raise _Unusual
        begin, end = found.start(kind) - (kind != _BARE), found.end()
        where = _tuple(Position, (self.file, line, begin - start + 1, end - begin))
        return Scalar(where, found[kind], kind == _BARE, False), end


_LONGEST_KEY: Final = 100
"""Keys have an end; the library gives up on them after a thousand characters."""
