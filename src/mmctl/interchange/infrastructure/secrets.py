"""Secrets in files of infrastructure code, masked in what is shown of these files."""

from __future__ import annotations

import re
from typing import Final

_MEMBER: Final = re.compile(
    r"""(?<![A-Za-z0-9_])([A-Za-z0-9_]++)(?:["'][ \t]*+[:=]|[ \t]*+(?:=|:(?=\s)))[ \t]*+"""
)
_VALUE: Final = re.compile(r""""(?:[^"\\\n]|\\.)*+"?|'(?:[^'\n]|'')*+'?|[^\s"'!{\[,}][^\n,}]*+""")
_BLOCKS: Final = ("|", ">")
_SECRET: Final = re.compile(r"password|passwd|passphrase|secret|token", re.IGNORECASE)
_PLACE: Final = ("arn", "id")
"""How members end that say where a secret is, and not what it is."""


def masked(text: str) -> str:
    """A text with the values of members that are called secret masked, to show to people."""
    parts: list[str] = []
    end = 0
    for found in _MEMBER.finditer(text):
        if found.start() < end or not is_called_secret(found[1]):
            continue
        value = _VALUE.match(text, found.end())
        if value is not None:
            parts += [text[end : found.end()], '"…"']
            end = value.end()
            if value[0].startswith(_BLOCKS):
                hidden, end = _block(text, end, found.start())
                parts.append(hidden)
    return "".join((*parts, text[end:]))


def _block(text: str, end: int, key: int) -> tuple[str, int]:
    """The lines of a block scalar below its key, masked, and where they end."""
    start = text.rfind("\n", 0, key) + 1
    column = key - start - (text[key - 1 : key] in {'"', "'"})
    lines = []
    while end < len(text):
        after = text.find("\n", end + 1)
        line = text[end + 1 : len(text) if after < 0 else after]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= column:
            break
        lines.append("\n" + (" " * (column + 2) + "…" if line.strip() else ""))
        end += 1 + len(line)
    return "".join(lines), end


def is_called_secret(name: str) -> bool:
    """Whether a member, a parameter or a variable is called as what people keep secret."""
    return bool(_SECRET.search(name)) and not name.lower().endswith(_PLACE)
