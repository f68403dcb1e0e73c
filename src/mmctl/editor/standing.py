"""What stands at a place of a file that somebody is typing: the keys around it, and the word.

The file need not be YAML at the moment: only indentation, dashes, keys and open brackets around
the place are looked at. Nothing here knows a key of the language.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Final

from mmctl.editor.between_brackets import PLAIN, flow_at
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.editor.between_brackets import UnfinishedFlow

_KEY: Final = re.compile(
    r"(?P<key>\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^\n:#]|:(?=\S)|(?<=\S)#)*?)"
    r"[ \t]*:(?=\s|$)"
)
_TOP: Final = re.compile(r"^([A-Za-z_]+)[ \t]*:", re.MULTILINE)
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#")
_IN_QUOTES: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_REST_PLAIN: Final = re.compile(r"(?:[^\s:#]|:(?=\S)|(?<=\S)#|[ \t]+(?=[^\s#]))*")
_REST_FLOW: Final = re.compile(PLAIN)
_REST_QUOTED: Final = {'"': re.compile(r"(?:[^\"\\\n]|\\.)*"), "'": re.compile(r"[^'\n]*")}
_LINES_BELOW: Final = 500
"""Lines below a place in which further keys beside it are looked for."""


class WordRole(StrEnum):
    """What a word is, or would be if one were written."""

    KEY = "key"
    VALUE = "value"
    COMMENT = "comment"
    TEXT = "text"
    """In a text of several lines."""


@dataclass(slots=True)
class KeyStep:
    """One level around a place: a key, or an item of a list."""

    key: str | None
    """None: an item."""
    beside: frozenset[str] = frozenset()
    """The keys of the mapping that the key is in, itself included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordInFile:
    """What stands at a place."""

    steps: tuple[KeyStep, ...]
    """The keys and items around it, the outermost first."""
    part: WordRole
    keys: frozenset[str] = frozenset()
    """Of a key: those that its mapping has besides."""
    start: int
    """Where the word begins, without its quotation mark."""
    end: int
    word: str
    quote: str = ""
    flow: bool = False
    """Whether it is between brackets or braces."""
    below: bool = False
    """Of a value: keys or dashes may begin here, on a line or behind a dash of its own."""


@dataclass(slots=True)
class _DashOrKey:
    """A dash or a key on a line."""

    column: int
    key: str | None
    rest: int
    """Where its value begins, in the text; the end of the line if it is not on it."""


@dataclass(slots=True)
class _Level:
    entry: _DashOrKey
    beside: set[str] = field(default_factory=set)


def standing(text: str, offset: int) -> WordInFile:
    """What stands at a place, in characters from the start of the text."""
    begin = text.rfind("\n", 0, offset) + 1
    entries = _entries(text, begin)
    column = offset - begin
    before = text[begin:offset]
    # What the line says up to the place: the last dash or key that begins before it.
    own = [each for each in entries if each.column < column or (each.key and each.column == column)]
    part = WordRole.VALUE
    word_at = _start_of_word(text, begin, offset)
    if (
        own
        and own[-1].key is not None
        and offset
        <= begin
        + own[-1].column
        + len(own[-1].key)
        + (2 if text[begin + own[-1].column] in "\"'" else 0)
    ):
        part = WordRole.KEY
        word_at = begin + own[-1].column
        at_column, above = own[-1].column, own[:-1]
    elif own:
        at_column, above = -1, own
    else:
        at_column, above = word_at - begin, []
    levels, siblings, is_key = _levels(text, begin, above, at_column, part)
    if is_key:
        part = WordRole.KEY
    levels.reverse()
    for depth, level in enumerate(levels):
        first = text[level.entry.rest : level.entry.rest + 1]
        if first in {"{", "["} and level.entry.rest < offset:
            flow = flow_at(text, level.entry.rest, offset)
            if flow.brackets:
                return _in_flow(text, offset, levels[: depth + 1], flow)
        if first in {"|", ">"} and level.entry.rest < offset:
            return WordInFile(
                steps=_steps(text, levels[: depth + 1]),
                part=WordRole.TEXT,
                start=offset,
                end=offset,
                word="",
            )
    if _in_comment(before):
        return WordInFile(
            steps=_steps(text, levels), part=WordRole.COMMENT, start=offset, end=offset, word=""
        )
    return _in_block(text, offset, word_at, levels, part, frozenset(siblings), bool(own))


def _in_block(
    text: str,
    offset: int,
    start: int,
    levels: list[_Level],
    part: WordRole,
    siblings: frozenset[str],
    on_line: bool,
) -> WordInFile:
    quote = text[start : start + 1] if text[start : start + 1] in {'"', "'"} else ""
    start += len(quote)
    end = _end_of_word(text, min(start, offset) if start > offset else start, quote, flow=False)
    if start > offset:
        start, end, quote = offset, offset, ""
    word = text[start:end]
    below = part is WordRole.VALUE and (not on_line or levels[-1].entry.key is None)
    keys = siblings - {word}
    if part is WordRole.KEY and not levels:
        keys = frozenset(_TOP.findall(text)) - {word}
    return WordInFile(
        steps=_steps(text, levels),
        part=part,
        keys=keys,
        start=start,
        end=end,
        word=word,
        quote=quote,
        below=below,
    )


def _in_flow(text: str, offset: int, levels: list[_Level], flow: UnfinishedFlow) -> WordInFile:
    steps = list(_steps(text, levels))
    for bracket in flow.brackets[:-1]:
        steps += _step_of(bracket.mapping, bracket.key, bracket.keys)
    inner = flow.brackets[-1]
    part = WordRole.COMMENT if flow.comment else WordRole.VALUE
    if inner.mapping and inner.key is None and not flow.comment:
        part = WordRole.KEY
    else:
        steps += _step_of(inner.mapping, inner.key, inner.keys)
    end = _end_of_word(text, flow.start, flow.quote, flow=True)
    word = text[flow.start : end]
    return WordInFile(
        steps=tuple(steps),
        part=part,
        keys=frozenset(inner.keys - {word}) if part is WordRole.KEY else frozenset(),
        start=flow.start,
        end=max(end, offset),
        word=word,
        quote=flow.quote,
        flow=True,
    )


def _step_of(mapping: bool, key: str | None, keys: set[str]) -> Iterator[KeyStep]:
    if not mapping:
        yield KeyStep(None)
    if key is not None:
        yield KeyStep(key, frozenset(keys))


def _steps(text: str, levels: list[_Level]) -> tuple[KeyStep, ...]:
    top = frozenset(_TOP.findall(text)) if levels else frozenset()
    return tuple(
        KeyStep(level.entry.key, frozenset(level.beside) if number else top | level.beside)
        for number, level in enumerate(levels)
    )


def _entries(text: str, begin: int) -> list[_DashOrKey]:
    """The dashes and the key of a line, from left to right."""
    end = text.find("\n", begin)
    end = len(text) if end < 0 else end
    at = _skip_spaces(text, begin, end)
    found: list[_DashOrKey] = []
    while text[at : at + 1] == "-" and text[at + 1 : at + 2].strip() == "":
        rest = _skip_spaces(text, at + 1, end)
        found.append(_DashOrKey(at - begin, None, rest))
        if rest >= end:
            return found
        at = rest
    key = _KEY.match(text, at, end)
    if key is not None:
        shown = key["key"]
        plain = shown.strip("\"'") if shown[0] in "\"'" else shown
        found.append(_DashOrKey(at - begin, plain, _skip_spaces(text, key.end(), end)))
    return found


def _levels(
    text: str, begin: int, own: list[_DashOrKey], column: int, part: WordRole
) -> tuple[list[_Level], set[str], bool]:
    """The levels around a place, the innermost first; the keys beside it; whether it is a key."""
    levels: list[_Level] = []
    siblings: set[str] = set()
    is_key = part is WordRole.KEY
    is_item = False
    limit = column if column >= 0 else len(text)
    for entries in chain((own,) if own else (), _upward(text, begin)):
        if not own and limit <= 0 and levels and levels[-1].entry.key is not None:
            break
        for entry in reversed(entries):
            inner = levels[-1].entry if levels else None
            under_item = is_item if inner is None else inner.key is None
            if entry.column < limit or (
                under_item and entry.key is not None and entry.column == limit
            ):
                levels.append(_Level(entry, {entry.key} if entry.key is not None else set()))
                limit, is_item = entry.column, False
            elif entry.column == limit and entry.key is None and inner is None and not is_key:
                is_item = True
            elif entry.column == limit and entry.key is not None and not under_item:
                if inner is None:
                    siblings.add(entry.key)
                    is_key = True
                else:
                    levels[-1].beside.add(entry.key)
        if limit <= 0 and levels and levels[-1].entry.key is not None:
            break
    alone = is_key or not own
    _look_below(text, begin, levels, siblings, column if alone else None)
    return levels, siblings, is_key or (alone and bool(siblings))


def _upward(text: str, begin: int) -> Iterator[list[_DashOrKey]]:
    """The lines above a line that have dashes or keys, the nearest first."""
    end = begin - 1
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        if text[start:end].lstrip()[:1] not in {"", "#"}:
            found = _entries(text, start)
            if found:
                yield found
        end = start - 1


def _look_below(
    text: str, begin: int, levels: list[_Level], siblings: set[str], column: int | None
) -> None:
    """Add the keys that follow beside those around a place."""
    open_: list[tuple[int, set[str], bool]] = [
        (level.entry.column, level.beside, level.entry.key is None) for level in reversed(levels)
    ]
    if column is not None:
        open_.append((column, siblings, False))
    at = text.find("\n", begin) + 1
    for _ in range(_LINES_BELOW):
        if not at or not open_:
            return
        stop = text.find("\n", at)
        line = text[at : stop if stop >= 0 else len(text)]
        if line.lstrip()[:1] not in {"", "#"}:
            entries = _entries(text, at)
            first = entries[0].column if entries else len(line) - len(line.lstrip(" "))
            while open_ and (open_[-1][0] > first or (open_[-1][2] and open_[-1][0] == first)):
                open_.pop()
            if entries and open_ and entries[0].key is not None and open_[-1][0] == first:
                open_[-1][1].add(entries[0].key)
        at = stop + 1


def _start_of_word(text: str, begin: int, offset: int) -> int:
    """Where the value or word on a line begins that a place is in; the place, if there is none."""
    entries = [each for each in _entries(text, begin) if begin + each.column < offset]
    start = entries[-1].rest if entries else _skip_spaces(text, begin, offset)
    return min(start, offset)


def _end_of_word(text: str, start: int, quote: str, *, flow: bool) -> int:
    pattern = _REST_QUOTED.get(quote) or (_REST_FLOW if flow else _REST_PLAIN)
    found = pattern.match(text, start)
    return found.end() if found is not None else start


def _skip_spaces(text: str, start: int, end: int) -> int:
    while start < end and text[start] in " \t\r":
        start += 1
    return start


def _in_comment(before: str) -> bool:
    """Whether the end of a line's beginning is in a comment."""
    return _COMMENT.search(_IN_QUOTES.sub(lambda found: "x" * len(found[0]), before)) is not None
