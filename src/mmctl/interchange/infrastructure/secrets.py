"""Secrets in files of infrastructure code, masked in what is shown of these files."""

from __future__ import annotations

import re
from typing import Final

_MEMBER: Final = re.compile(
    r"""(?<![A-Za-z0-9_])([A-Za-z0-9_]++)(?:["'][ \t]*+[:=]|[ \t]*+(?:=|:(?=\s)))[ \t]*+"""
)
_VALUE: Final = re.compile(r""""(?:[^"\\\n]|\\.)*+"?|'(?:[^'\n]|'')*+'?|[^\s"'!{\[,}][^\n,}]*+""")
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
    return "".join((*parts, text[end:]))


def is_called_secret(name: str) -> bool:
    """Whether a member, a parameter or a variable is called as what people keep secret."""
    return bool(_SECRET.search(name)) and not name.lower().endswith(_PLACE)
