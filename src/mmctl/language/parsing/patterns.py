"""Path patterns: `*` within a folder, `**` across folders, `**/` over any number of folders.

A pattern is matched character by character, tracking all reachable places at once: the time grows
only with the lengths of the pattern and the path. As a regular expression, thirty stars would take
years.
"""

from __future__ import annotations

from typing import Final

from mmctl.patterns import Pattern

_PARTS: Final = Pattern(r"\*\*/|\*\*|\*|\?|[^*?]")


class PathPattern:
    """A pattern that must match a whole path."""

    def __init__(self, pattern: str) -> None:
        """Places are bits: at place n, the first n parts of the pattern are matched."""
        self._literal: dict[str, int] = {}
        self._one = self._inside = self._across = self._folders = 0
        self._end = 1
        before = ""
        for part in _PARTS.findall(pattern):
            if part == before and part.startswith("*"):
                continue  # repeating it changes nothing
            match part:
                case "**/":
                    self._folders |= self._end
                case "**":
                    self._across |= self._end
                case "*":
                    self._inside |= self._end
                case "?":
                    self._one |= self._end
                case _:
                    self._literal[part] = self._literal.get(part, 0) | self._end
            self._end <<= 1
            before = part

    def fullmatch(self, path: str) -> bool:
        """Whether the pattern matches the whole path."""
        places, in_folder = self._skipping(1), 0
        for character in path:
            stay = places & self._across
            go = places & self._literal.get(character, 0)
            if character == "/":
                begun, in_folder = in_folder, 0
            else:
                stay |= places & self._inside
                go |= places & self._one
                begun, in_folder = 0, in_folder | places & self._folders
            places = self._skipping(stay | go << 1 | begun)
            if not places | in_folder:
                return False
        return bool(places & self._end)

    def _skipping(self, places: int) -> int:
        """The places, and those after parts that can match an empty text."""
        optional = self._inside | self._across | self._folders
        while further := (places & optional) << 1 & ~places:
            places |= further
        return places
