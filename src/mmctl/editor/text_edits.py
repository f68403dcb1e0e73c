"""One text → another, as the smallest change of whole lines: the cursor stays where it was."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from mmctl.editor.lines import TextLines


def edits(lines: TextLines, after: str) -> list[types.TextEdit]:
    """The change of a text to another one; none if they are the same."""
    before = lines.text
    if before == after:
        return []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    start = sum(map(len, old[:head]))
    end = len(before) - sum(map(len, old[len(old) - tail :]))
    text = "".join(new[head : len(new) - tail])
    return [types.TextEdit(lines.range(start, end), text)]


def _alike(old: list[str], new: list[str]) -> int:
    """How many lines are the same from the start."""
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
