"""Foreign text in Markdown: names, values and messages are code, in which nothing is markup.

In code GitHub and GitLab make no links, no mentions (`@team`) and no references (`#12`) either.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TICKS: Final = re.compile(r"`+")
_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]()#+!|~:@/.\-]")
"""What may be markup, besides the characters that HTML escapes."""
_TAME: Final = re.compile(r"(?:(?!www\.|://)[A-Za-z0-9 .,;:?'()/%=+-])*", re.IGNORECASE)
"""A text in which nothing is markup within a line."""
_BESIDE_A_VALUE: Final = re.compile(r"^\^[ ),.;:'/-].*[ (/]\$$")
"""What a sentence of ours has between two values in backticks."""
_WORD: Final = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_SHORTEST_FENCE: Final = 3


def code(text: str) -> str:
    """One value, as inline code; empty if there is none."""
    shown = visible(text)
    if not shown.strip():
        return ""
    if "|" in shown or "\\" in shown:
        # In a table a bar ends a cell even in code, and the effect of a backslash there varies.
        return f"<code>{_entities(shown)}</code>"
    ticks = "`" * (1 + max(map(len, _TICKS.findall(shown)), default=0))
    room = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{room}{shown}{room}{ticks}"


def word(text: str) -> str:
    """A name, unchanged if it is a plain word, else as code."""
    return text if _WORD.fullmatch(text) else code(text)


def prose(text: str) -> str:
    """A sentence of ours with foreign values in backticks: these are code, the rest is text.

    If anything outside of backticks could be markup, all of it is code.
    """
    pieces = text.split("`")
    if len(pieces) % 2 == 0 or not all(map(_TAME.fullmatch, pieces[::2])):
        return code(text)
    if any(not _BESIDE_A_VALUE.search(f"^{each}$") for each in pieces[2:-1:2]):
        return code(text)
    return "".join(code(each) if at % 2 else each for at, each in enumerate(pieces))


def _entities(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", escape(text))


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Lines as a block of code, between fences longer than any inside."""
    text = "\n".join(map(visible, lines))
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def details(summary: str, body: str) -> str:
    """A section that opens on a click; both arguments are Markdown already."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"
