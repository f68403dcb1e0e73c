"""The text of a Sieve script → its tokens (RFC 5228, section 8.1).

One regular expression for each kind of token, without backtracking: the time is linear.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.problem import Position
from mmctl.records import dataclass
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.sieve.wrong import ScriptProblems

LONGEST_STRING: Final = 1 << 20
"""Bytes of one string, as in Pigeonhole; it refuses more."""
LONGEST_WORD: Final = 32
"""Characters of an identifier, as in Pigeonhole."""
LARGEST_NUMBER: Final = (1 << 64) - 1

_UNIT: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\n]+)
    |(?P<comment>\#[^\n]*(?:\n|$))
    |(?P<open_comment>/\*)
    |(?P<multiline>text:[ \t]*(?:\#[^\n]*)?(?:\n|\Z))
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<tag>:[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>(?P<digits>[0-9]+)(?P<unit>[KkMmGg]?))
    |(?P<quote>")
    |(?P<mark>[][(){},;])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN: Final = re.compile(r'[^"\\]*')
_LINE: Final = re.compile(r"([^\n]*)(\n|\Z)")


class SieveTokenKind(StrEnum):
    """What a token is."""

    WORD = "word"
    TAG = "tag"
    NUMBER = "number"
    STRING = "string"
    MARK = "mark"
    BROKEN = "broken"
    END = "end of file"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptToken:
    """A token; `text` is the word, the mark, or the string with escapes undone."""

    kind: SieveTokenKind
    text: str
    place: Position
    number: int = 0
    comment: str | None = None
    """The comments right before it, one line each."""


class Lexer:
    """Yields the tokens of one file, and puts what is broken into `wrong`."""

    def __init__(self, file: str, text: str, wrong: ScriptProblems) -> None:
        self._file, self._text, self._wrong = file, text, wrong
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._at = 0
        self._comments: list[str] = []
        self.cut = False
        """The file ends inside a string or a comment: what follows from that is no problem."""

    def tokens(self) -> Iterator[ScriptToken]:
        """Every token, then the end of the file."""
        while self._at < len(self._text):
            start = self._at
            found = _TOKEN.match(self._text, start)
            if found is None:
                yield self._stray(start)
                continue
            self._at = found.end()
            if found.lastgroup in {"space", "comment"}:
                self._between(found)
            elif found.lastgroup == "open_comment":
                self._skip_comment(start)
            else:
                yield self._token(found, start)
                self._comments = []
        yield ScriptToken(kind=SieveTokenKind.END, text="", place=self.place(len(self._text)))

    def place(self, offset: int, length: int = 1) -> Position:
        """Where a character is."""
        line = bisect_right(self._starts, offset) - 1
        return Position(self._file, line + 1, offset - self._starts[line] + 1, length)

    def _between(self, found: re.Match[str]) -> None:
        text = found[0]
        if found.lastgroup == "comment":
            self._comments.append(text[1:].strip())
        elif text.count("\n") > 1:
            self._comments = []

    def _token(self, found: re.Match[str], start: int) -> ScriptToken:
        place = self.place(start, found.end() - start)
        comment = "\n".join(self._comments) or None
        match found.lastgroup:
            case "word" | "tag":
                word = found[0].lower().removeprefix(":")
                if len(word) > LONGEST_WORD:
                    return self._broken(place, f"word of more than {LONGEST_WORD} characters")
                kind = SieveTokenKind.TAG if found.lastgroup == "tag" else SieveTokenKind.WORD
                return ScriptToken(kind=kind, text=word, place=place, comment=comment)
            case "number":
                return self._number(found, place)
            case "quote":
                return self._quoted(start)
            case "multiline":
                return self._lines(start)
            case _:
                return ScriptToken(
                    kind=SieveTokenKind.MARK, text=found[0], place=place, comment=comment
                )

    def _number(self, found: re.Match[str], place: Position) -> ScriptToken:
        digits = found["digits"].lstrip("0") or "0"
        value = LARGEST_NUMBER + 1
        if len(digits) <= len(str(LARGEST_NUMBER)):
            value = int(digits) * _UNIT[found["unit"].lower()]
        if value > LARGEST_NUMBER:
            return self._broken(place, f"number above {LARGEST_NUMBER}")
        return ScriptToken(kind=SieveTokenKind.NUMBER, text=found[0], place=place, number=value)

    def _quoted(self, start: int) -> ScriptToken:
        parts: list[str] = []
        at, text = self._at, self._text
        while True:
            found = _PLAIN.match(text, at)
            at = found.end() if found else at
            parts.append(found[0] if found else "")
            if at >= len(text):
                self._at, self.cut = len(text), True
                message = 'string without an end, expected `"`'
                return self._broken(self.place(start), message)
            if text[at] == '"':
                self._at = at + 1
                return self._string("".join(parts), start)
            parts.append(text[at + 1 : at + 2])
            at += 2

    def _lines(self, start: int) -> ScriptToken:
        lines: list[str] = []
        while self._at < len(self._text):
            found = _LINE.match(self._text, self._at)
            line, self._at = (found[1], found.end()) if found else ("", len(self._text))
            if line == ".":
                return self._string("".join(lines), start)
            lines.append(line.removeprefix(".") if line.startswith("..") else line)
            lines.append("\n")
        self.cut = True
        message = "text without an end, expected a line with `.` alone"
        return self._broken(self.place(start), message)

    def _string(self, value: str, start: int) -> ScriptToken:
        place = self.place(start, min(self._at - start, 80))
        if len(value) > LONGEST_STRING // 4 and len(value.encode()) > LONGEST_STRING:
            return self._broken(place, f"string of more than {LONGEST_STRING:,} bytes")
        return ScriptToken(kind=SieveTokenKind.STRING, text=value, place=place)

    def _skip_comment(self, start: int) -> None:
        end = self._text.find("*/", self._at)
        if end < 0:
            self.cut = True
            self._wrong.at(self.place(start, 2), "comment without an end, expected `*/`")
        else:
            self._comments.append(" ".join(self._text[self._at : end].split()))
        self._at = len(self._text) if end < 0 else end + 2

    def _stray(self, start: int) -> ScriptToken:
        self._at += 1
        character = visible(self._text[start])
        return self._broken(self.place(start), f"unexpected character `{character}`")

    def _broken(self, place: Position, message: str) -> ScriptToken:
        self._wrong.at(place, message)
        return ScriptToken(kind=SieveTokenKind.BROKEN, text="", place=place)
