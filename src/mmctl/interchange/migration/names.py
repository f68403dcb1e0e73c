"""Names of rules and lists: from what people call them there, as the language takes them.

A name does not depend on what comes later: a rule that is added at the end renames nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 32
"""Characters of the name of a rule."""
_OF_WINDOWS: Final = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789"}
)
"""Devices: Windows makes no file whose name is one of these up to its first dot."""
_OTHERS: Final = re.compile(r"[^a-z0-9_.]+")
_WHOLE: Final = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"}
"""Letters that Unicode does not take apart."""


class FreeNames:
    """The names that are taken."""

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        """FreeNames that no rule gets."""
        self._taken = {name.casefold() for name in taken}
        self._next: dict[str, int] = {}

    def named(self, text: str, otherwise: str) -> str:
        """A free name for what people call `text`; `otherwise`, if nothing of it can be kept."""
        wanted = spelled(text) or otherwise
        if wanted.casefold() not in self._taken:
            return self._take(wanted)
        number = self._next.get(wanted, 2)
        while (name := _numbered(wanted, number)).casefold() in self._taken:
            number += 1
        self._next[wanted] = number + 1
        return self._take(name)

    def _take(self, name: str) -> str:
        self._taken.add(name.casefold())
        return name


def spelled(text: str) -> str:
    """A text in the characters of names: small letters, digits, `_`, `.`; `-` for all else.

    It is cut at the end of a word where that keeps half of it; empty if nothing is left.
    """
    plain = "".join(_WHOLE.get(each, each) for each in text.lower())
    apart = unicodedata.normalize("NFKD", plain)
    kept = "".join(each for each in apart if not unicodedata.combining(each)).lower()
    name = _OTHERS.sub("-", kept).strip("-.")
    if len(name) <= LONGEST:
        return name
    words = name[: LONGEST + 1].rpartition("-")[0]
    return (words if len(words) * 2 > LONGEST else name[:LONGEST]).strip("-.")


def file_name(name: str) -> str:
    """A name as the stem of a file that every system can make."""
    stem, dot, rest = name.partition(".")
    return f"{stem}-{dot}{rest}" if stem.casefold() in _OF_WINDOWS else name


def _numbered(name: str, number: int) -> str:
    ending = f"-{number}"
    return name[: LONGEST - len(ending)].rstrip("-.") + ending
