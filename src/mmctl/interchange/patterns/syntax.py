"""A pattern as a tree, the same for all notations.

`Inexact` stands for what the tree cannot say exactly: what is read from it takes more texts than
the pattern does, never fewer.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.interchange.patterns import charset
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.patterns.charset import Ranges


class Flavor(StrEnum):
    """A notation for patterns."""

    PCRE = "PCRE"
    """Of Postfix `pcre:` tables and of rspamd: searched for in the text."""
    POSIX = "POSIX extended"
    """Of Postfix `regexp:` tables and of the regex extension of Sieve, with what glibc adds."""
    DOTNET = ".NET"
    """Of Exchange."""
    RE2 = "RE2"
    """Of Google Workspace."""
    GLOB = "wildcards"
    """Of `:matches` in Sieve: `*` and `?`, and the whole text must match."""


class Anchor(Enum):
    """Something between two characters that a pattern asks for."""

    START = "start"
    END = "end"
    WORD_EDGE = "word edge"
    NO_WORD_EDGE = "no word edge"
    WORD_START = "word start"
    WORD_END = "word end"


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class At:
    """Nothing, at such a place."""

    place: Anchor


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other; of none: the empty text."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of these."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same thing several times."""

    item: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Inexact:
    """Something that is taken for more than it is: `node`."""

    node: Node
    why: str
    at: int
    """Where in the pattern, from 0."""


Node: TypeAlias = "Chars | At | Chain | Alternatives | Repeat | Inexact"

EMPTY: Final = Chain(())
ANYTHING: Final = Repeat(Chars(charset.ANY), 0, None)


class InvalidPattern(Exception):
    """A pattern that its own system refuses, or that is too large to read."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        """Where in the pattern, from 0."""


def first_inexact(node: Node) -> Inexact | None:
    """The first part of a tree that is not exact."""
    left: list[Node] = [node]
    found: list[Inexact] = []
    while left:
        match left.pop():
            case Inexact() as inexact:
                found.append(inexact)
            case Chain(inside) | Alternatives(inside):
                left += inside
            case Repeat(item=item):
                left.append(item)
            case _:
                pass
    return min(found, key=lambda inexact: inexact.at, default=None)


def weight(node: Node, at_most: int) -> int:
    """How many characters a tree has when its repetitions are written out; stops above a limit."""
    match node:
        case Chars() | At():
            return 1
        case Chain(inside) | Alternatives(inside):
            total = 1
            for each in inside:
                total += weight(each, at_most)
                if total > at_most:
                    break
            return total
        case Repeat(item=item, least=least, most=most):
            return (weight(item, at_most) + 1) * max(1, least, most or 0)
        case Inexact(node=inner):
            return weight(inner, at_most)
