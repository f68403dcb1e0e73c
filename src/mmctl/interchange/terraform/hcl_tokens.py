"""HCL text → tokens with places. Source: "HCL Native Syntax Specification" (hashicorp/hcl)."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NamedTuple

from mmctl.problem import Position

_SKIPPED: Final = re.compile(r"(?:[ \t\r]+|#[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NAME: Final = re.compile(r"[^\W\d][\w-]*")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_HEREDOC: Final = re.compile(r"<<(-?)([^\W\d][\w-]*)[ \t\r]*\n")
_SIGNS: Final = re.compile(r"==|!=|<=|>=|&&|\|\||=>|\.\.\.|::|[{}\[\]():,.=?!<>+*/%-]")
_IN_QUOTES: Final = re.compile(r'[^"\\$%\n]+')
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEXADECIMAL: Final = {"u": 4, "U": 8}


class HclTemplate(NamedTuple):
    """A text with the source of what is put into it: `${…}` is not evaluated here."""

    parts: tuple[tuple[bool, str], ...]
    """Whether a part is code, and its text."""


class HclToken(NamedTuple):
    """One word, sign, number, text or line end."""

    kind: str
    """`name`, `number`, `text`, `sign`, `line` or `end`."""
    text: str
    at: int
    end: int
    template: HclTemplate | None = None


class HclBroken(Exception):
    """The text cannot be read any further."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


class HclLines:
    """The lines of a text, to find the place of a character."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, at: int, end: int | None = None) -> Position:
        """The place of a character."""
        line = bisect_right(self._starts, at)
        length = max(1, (end or at + 1) - at)
        return Position(self._file, line, at - self._starts[line - 1] + 1, length)


def tokens(text: str) -> list[HclToken]:
    """The tokens of a text.

    Raises:
        HclBroken: something is no token, or has no end.
    """
    found: list[HclToken] = []
    at = 0
    while at < len(text):
        skipped = _SKIPPED.match(text, at)
        if skipped is not None:
            at = skipped.end()
            continue
        token = _token(text, at)
        found.append(token)
        at = token.end
    found.append(HclToken("end", "", len(text), len(text)))
    return found


def _token(text: str, at: int) -> HclToken:
    character = text[at]
    if character == "\n":
        return HclToken("line", "\n", at, at + 1)
    if character == '"':
        return _quoted(text, at)
    heredoc = _HEREDOC.match(text, at)
    if heredoc is not None:
        return _heredoc(text, at, heredoc)
    for kind, pattern in (("name", _NAME), ("number", _NUMBER), ("sign", _SIGNS)):
        matched = pattern.match(text, at)
        if matched is not None:
            return HclToken(kind, matched[0], at, matched.end())
    if text.startswith("/*", at):
        raise HclBroken(at, "a comment that has no end")
    raise HclBroken(at, f"unexpected character `{character}`")


def _quoted(text: str, start: int) -> HclToken:
    parts: list[tuple[bool, str]] = []
    known: list[str] = []
    at = start + 1
    while True:
        plain = _IN_QUOTES.match(text, at)
        if plain is not None:
            known.append(plain[0])
            at = plain.end()
        character = text[at : at + 1]
        if character == '"':
            break
        if character in ("", "\n"):
            raise HclBroken(start, "a text that has no end")
        if character == "\\":
            value, at = _escape(text, at)
            known.append(value)
            continue
        value, code, at = _dollar(text, at)
        known.append(value)
        if code is not None:
            parts += [(False, "".join(known)), (True, code)]
            known = []
    parts.append((False, "".join(known)))
    return _text(parts, start, at + 1)


def _text(parts: list[tuple[bool, str]], start: int, end: int) -> HclToken:
    kept = tuple(part for part in parts if part[0] or part[1])
    known = "".join(value for code, value in kept if not code)
    has_code = any(code for code, _ in kept)
    return HclToken("text", known, start, end, HclTemplate(kept) if has_code else None)


def _escape(text: str, at: int) -> tuple[str, int]:
    sign = text[at + 1 : at + 2]
    if sign in _ESCAPES:
        return _ESCAPES[sign], at + 2
    length = _HEXADECIMAL.get(sign, 0)
    digits = text[at + 2 : at + 2 + length]
    try:
        if length and len(digits) == length:
            return chr(int(digits, 16)), at + 2 + length
    except (ValueError, OverflowError):
        pass
    raise HclBroken(at, f"unknown escape `\\{sign}`")


def _dollar(text: str, at: int) -> tuple[str, str | None, int]:
    """At `$` or `%`: a known text and code, if a template begins here; and where it ends."""
    sign = text[at]
    if text.startswith(f"{sign}{sign}{{", at):
        return f"{sign}{{", None, at + 3
    if not text.startswith(f"{sign}{{", at):
        return sign, None, at + 1
    end = _closing(text, at + 2)
    code = text[at + 2 : end]
    return "", code if sign == "$" else f"%{code}", end + 1


def _closing(text: str, start: int) -> int:
    """Where the brace that closes a template is; texts and braces inside are skipped."""
    depth, at = 0, start
    while at < len(text):
        character = text[at]
        if character == '"':
            at = _quoted_end(text, at)
            continue
        if character == "}":
            if not depth:
                return at
            depth -= 1
        depth += character == "{"
        at += 1
    raise HclBroken(start, "a template that has no end")


def _quoted_end(text: str, start: int) -> int:
    at = start + 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\n":
            break
        at += 2 if text[at] == "\\" else 1
    if text[at : at + 1] != '"':
        raise HclBroken(start, "a text that has no end")
    return at + 1


def _heredoc(text: str, start: int, head: re.Match[str]) -> HclToken:
    end = re.compile(rf"^[ \t]*{re.escape(head[2])}[ \t\r]*$", re.MULTILINE)
    closing = end.search(text, head.end())
    if closing is None:
        raise HclBroken(start, f"a text that has no end: expected a line `{head[2]}`")
    lines = text[head.end() : closing.start()]
    if head[1]:
        lines = _unindented(lines)
    parts: list[tuple[bool, str]] = []
    known: list[str] = []
    at = 0
    for found in re.finditer(r"[$%]", lines):
        if found.start() < at:
            continue
        known.append(lines[at : found.start()])
        value, code, at = _dollar(lines, found.start())
        known.append(value)
        if code is not None:
            parts += [(False, "".join(known)), (True, code)]
            known = []
    known.append(lines[at:])
    parts.append((False, "".join(known)))
    return _text(parts, start, closing.end())


def _unindented(lines: str) -> str:
    each = lines.split("\n")
    filled = [line for line in each if line.strip()]
    least = min((len(line) - len(line.lstrip(" \t")) for line in filled), default=0)
    return "\n".join(line[least:] for line in each)
