"""Regular expressions that are compiled when they are first needed: most of them never are.

Compiling those of all checks took as long as reading a hundred rules. Where every message is
looked at, compile at once instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, Generic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Found = re.Match[AnyStr]


class Pattern(Generic[AnyStr]):
    """What `re.compile` makes, with those of its methods that are used."""

    def __init__(self, text: AnyStr, flags: int = 0) -> None:
        self.pattern: AnyStr = text
        self.flags = flags

    if TYPE_CHECKING:

        def search(self, text: AnyStr, start: int = 0) -> Found[AnyStr] | None:
            """As that of `re.Pattern`."""

        def match(self, text: AnyStr, start: int = 0) -> Found[AnyStr] | None:
            """As that of `re.Pattern`."""

        def fullmatch(self, text: AnyStr, start: int = 0) -> Found[AnyStr] | None:
            """As that of `re.Pattern`."""

        def finditer(self, text: AnyStr, start: int = 0, end: int = 0) -> Iterator[Found[AnyStr]]:
            """As that of `re.Pattern`."""

        def findall(self, text: AnyStr) -> list[AnyStr]:
            """As that of `re.Pattern`."""

        def split(self, text: AnyStr) -> list[AnyStr]:
            """As that of `re.Pattern`."""

        def sub(self, by: AnyStr | Callable[[Found[AnyStr]], AnyStr], text: AnyStr) -> AnyStr:
            """As that of `re.Pattern`."""

    else:

        def __getattr__(self, name: str) -> object:
            """A method that nobody has asked for before: compile, and keep all of them."""
            if name.startswith("__"):
                raise AttributeError(name)
            made = re.compile(self.pattern, self.flags)
            self.search, self.match, self.fullmatch = made.search, made.match, made.fullmatch
            self.finditer, self.findall = made.finditer, made.findall
            self.split, self.sub = made.split, made.sub
            return object.__getattribute__(self, name)
