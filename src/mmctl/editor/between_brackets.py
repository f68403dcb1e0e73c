"""What stands at the end of a text that began with a bracket or brace and is not finished.

Somebody is typing it, so it need not be YAML. Nothing here knows a key of the language.
"""

from __future__ import annotations

import re
from typing import Final

from mmctl.records import dataclass, field

PLAIN: Final = (
    r"(?:\$\{[^}\n]*\}?|[^\s,\[\]{}:\"'#]|(?<=\S)[\"'#]"
    r"|:(?=[^\s,\[\]{}])|[ \t]+(?=[^\s#,\[\]{}:]))+"
)
"""A text without quotes, between brackets."""
_TOKEN: Final = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<double>\"(?:[^\"\\]|\\.)*\"?)"
    r"|(?P<single>'(?:[^']|'')*'?)"
    r"|(?P<mark>[\[\]{},:])"
    rf"|(?P<plain>{PLAIN})"
    r"|(?P<other>.)",
    re.DOTALL,
)
_OPENED: Final = "[{"
_CLOSED: Final = "]}"
_LOOKED_AT: Final = 10_000
"""Characters behind a place in which further keys of its braces are looked for."""


@dataclass(slots=True)
class Bracket:
    """A list or a mapping that is not closed yet."""

    mapping: bool
    key: str | None = None
    """The key whose value comes now."""
    keys: set[str] = field(default_factory=set)
    """The keys so far, and the ones that follow."""
    text: str | None = None
    """The text that was read last, which may turn out to be a key."""


@dataclass(slots=True)
class UnfinishedFlow:
    """The end of an unfinished text."""

    brackets: list[Bracket]
    """The open ones, the outermost first; empty: all of them are closed."""
    start: int
    """Where the word at the end starts; the end if there is none."""
    quote: str = ""
    """The quotation mark that is open at the end."""
    comment: bool = False


def flow_at(text: str, start: int, end: int) -> UnfinishedFlow:
    """What stands at `end` of what begins at `start`."""
    found = UnfinishedFlow(brackets=[], start=end)
    for token in _TOKEN.finditer(text, start, end):
        kind, shown = token.lastgroup, token.group()
        found.start, found.quote, found.comment = end, "", False
        if kind == "mark":
            _marked(found.brackets, shown)
            if not found.brackets:
                return found
        elif kind == "comment":
            found.comment = token.end() == end
        elif kind in {"plain", "double", "single", "other"}:
            quote = "" if kind in {"plain", "other"} else shown[0]
            if token.end() == end and not (len(shown) > 1 and quote and shown.endswith(quote)):
                found.start, found.quote = token.start() + len(quote), quote
            elif found.brackets:
                found.brackets[-1].text = shown.strip(quote) if quote else shown
    if found.brackets and found.brackets[-1].mapping:
        found.brackets[-1].keys |= _keys_behind(text, end)
    return found


def _marked(brackets: list[Bracket], mark: str) -> None:
    """Take in a bracket, a comma or a colon."""
    if mark in _OPENED:
        brackets.append(Bracket(mark == "{"))
    elif not brackets:
        return
    elif mark in _CLOSED:
        brackets.pop()
    elif mark == ",":
        brackets[-1].key = brackets[-1].text = None
    elif brackets[-1].key is None:
        inner = brackets[-1]
        inner.key = inner.text or ""
        inner.keys.add(inner.key)


def _keys_behind(text: str, start: int) -> set[str]:
    """The keys that follow in the braces around a place."""
    keys: set[str] = set()
    depth, last = 0, ""
    for token in _TOKEN.finditer(text, start, start + _LOOKED_AT):
        shown = token.group()
        if token.lastgroup != "mark":
            last = shown.strip("\"'") if token.lastgroup != "space" else last
        elif shown in _OPENED:
            depth += 1
        elif shown in _CLOSED:
            depth -= 1
            if depth < 0:
                break
        elif shown == ":" and not depth:
            keys.add(last)
    return keys
