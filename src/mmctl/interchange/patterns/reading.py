"""Where the reader of a pattern is in it, and what is true there."""

from __future__ import annotations

from typing import Final

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.syntax import Chars, Flavor

LONGEST: Final = 65_536
"""Characters of a pattern: what PCRE compiles without larger links."""


class Cursor:
    """A place in a pattern."""

    __slots__ = ("at", "flags", "flavor", "text")

    def __init__(self, text: str, flavor: Flavor, *, ignores_case: bool, extended: bool) -> None:
        self.text = text
        self.at = 0
        self.flavor = flavor
        flags = {flag for flag, on in (("i", ignores_case), ("x", extended)) if on}
        self.flags: frozenset[str] = frozenset(flags)

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self.at < len(self.text)

    def peek(self) -> str:
        """The character here; empty at the end."""
        return self.text[self.at : self.at + 1]

    def ahead(self, text: str) -> bool:
        """Whether such a text follows."""
        return self.text.startswith(text, self.at)

    def take(self) -> str:
        """The character here; go on behind it."""
        self.at += 1
        return self.text[self.at - 1]

    def took(self, text: str) -> bool:
        """Whether such a text follows; if so, go on behind it."""
        if not self.ahead(text):
            return False
        self.at += len(text)
        return True

    def repeats(self) -> bool:
        """Whether a sign of repetition follows."""
        return self.peek() in {"*", "+", "?"} and self.more

    def skipped_blanks(self) -> bool:
        """Go on behind white space and comments where they mean nothing; whether there were any."""
        if "x" not in self.flags:
            return False
        start = self.at
        while self.more and (self.peek().isspace() or self.peek() == "#"):
            if self.take() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end + 1
        return self.at > start

    def literal(self, char: str) -> Chars:
        """This character, in both cases where case is ignored."""
        return self.chars(charset.of(char))

    def chars(self, ranges: charset.Ranges) -> Chars:
        """One of these characters, in both cases where case is ignored."""
        return Chars(charset.in_both_cases(ranges) if "i" in self.flags else ranges)
