"""A pattern as rows of literal texts with gaps between them, if there are not too many.

What does not become literal becomes a gap, which may hold any text: the shapes together take all
texts that the pattern takes, and perhaps more. Whether more is found out by comparing.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.syntax import (
    Alternatives,
    Anchor,
    At,
    Chain,
    Chars,
    Inexact,
    Node,
    Repeat,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GAP: Final = None
"""Any text, also none."""
Shape: TypeAlias = tuple[str | None, ...]
"""Texts and gaps that make up a whole text: `("ab", GAP)` is a text that starts with `ab`."""
_Piece: TypeAlias = str | Anchor | None
_Pieces: TypeAlias = tuple[_Piece, ...]

_MOST: Final = 2000
"""Texts that alternatives may become."""
_COMBINED: Final = 100
"""Texts that a row of things may become, unless one of them alone has more."""
_LONGEST: Final = 4096
"""Characters of a value that the service takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanding:
    """How far repetitions and sets of characters are written out."""

    characters: int
    """Characters that a set may have; a larger one becomes a gap."""
    one_space: bool = False
    """White space is one space: this takes fewer texts."""


FINE: Final = Expanding(characters=16)
ONE_SPACE: Final = Expanding(characters=16, one_space=True)
COARSE: Final = Expanding(characters=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """The shapes of a pattern."""

    shapes: tuple[Shape, ...]
    faithful: bool
    """Whether they are the pattern and no more: each gap is any text in the pattern, too."""


def shapes_of(node: Node, expanding: Expanding, *, before: str = "") -> Shapes:
    """The shapes of the texts that have a pattern, in lower case, each once.

    The pattern sees `before` and then the text.
    """
    expander = _Expander(expanding)
    found: dict[Shape, None] = {}
    for pieces in expander.rows(node):
        shape = _whole(pieces)
        if shape is None:
            continue
        if any(len(piece) > _LONGEST for piece in shape if piece is not GAP):
            expander.faithful, shape = False, (GAP,)
        for each in _residues(shape, before.lower()) if before else (shape,):
            found[each] = None
    return Shapes(shapes=tuple(found), faithful=expander.faithful and () not in found)


class _Expander:
    """Writes a tree out as rows of texts, places and gaps."""

    __slots__ = ("_expanding", "faithful")

    def __init__(self, expanding: Expanding) -> None:
        self._expanding = expanding
        self.faithful = True

    def rows(self, node: Node, *, leading: bool = True) -> list[_Pieces]:
        """All rows of a tree; a gap instead where there are too many.

        `leading`: nothing of the pattern is before it, so that what it repeats may also be before.
        """
        match node:
            case Chars(ranges):
                return self._of_set(ranges)
            case At(place) if place in {Anchor.START, Anchor.END}:
                return [(place,)]
            case At():
                self.faithful = False
                return [()]
            case Chain(items):
                firsts = (leading, *[False] * len(items))
                rows_of = (
                    self.rows(item, leading=first)
                    for item, first in zip(items, firsts, strict=False)
                )
                return self._of_row(list(rows_of))
            case Alternatives(options):
                rows = [each for option in options for each in self.rows(option, leading=leading)]
                unique = list(dict.fromkeys(rows))
                return unique if len(unique) <= _MOST else self._gap()
            case Repeat(item=item, least=least, most=most):
                return self._of_repeat(item, least, most, leading=leading)
            case Inexact(node=inner):
                self.faithful = False
                return self.rows(inner, leading=leading)

    def _gap(self) -> list[_Pieces]:
        self.faithful = False
        return [(GAP,)]

    def _of_set(self, ranges: charset.Ranges) -> list[_Pieces]:
        if self._expanding.one_space and ranges and not charset.without(ranges, charset.SPACES):
            self.faithful = False
            return [(" ",)]
        if charset.size(ranges) > 2 * self._expanding.characters:
            return self._gap()
        found = {char.lower() for char in charset.characters(ranges)}
        if len(found) > self._expanding.characters:
            return self._gap()
        return [(char,) for char in sorted(found)]

    def _of_row(self, parts: list[list[_Pieces]]) -> list[_Pieces]:
        """All combinations; while there are too many, the most varied part becomes a gap."""
        sizes = [len(each) for each in parts]
        limit = max(_COMBINED, *sizes, 0)
        while _product(sizes) > limit:
            widest = max(range(len(sizes)), key=sizes.__getitem__)
            parts[widest], sizes[widest] = self._gap(), 1
        rows = (_joined(piece for pieces in row for piece in pieces) for row in product(*parts))
        return list(dict.fromkeys(rows))

    def _of_repeat(
        self, item: Node, least: int, most: int | None, *, leading: bool
    ) -> list[_Pieces]:
        if item == Chars(charset.ANY) and not least and most is None:
            return [(GAP,)]
        inside = self.rows(item, leading=False)
        if self._expanding.one_space and inside == [(" ",)]:
            return [(" ",)] if least else [(), (" ",)]
        if inside == [(GAP,)]:
            return self._gap()
        longest = _longest(inside)
        if most is not None and most - least < _COMBINED and most * longest <= _LONGEST:
            times = range(least, most + 1)
            if sum(len(inside) ** min(each, 7) for each in times) <= _COMBINED:
                return [row for each in times for row in self._of_row([inside] * each)]
        few = len(inside) ** min(least, 7) <= _COMBINED
        if least and few and least * longest <= _LONGEST:
            written = [inside] * least
            return self._of_row([self._gap(), *written] if leading else [*written, self._gap()])
        return self._gap()


def _product(sizes: list[int]) -> int:
    count = 1
    for each in sizes:
        count *= each
    return count


def _longest(rows: list[_Pieces]) -> int:
    return max((sum(len(p) if isinstance(p, str) else 1 for p in row) for row in rows), default=0)


def _joined(pieces: Iterable[_Piece]) -> _Pieces:
    """The same with texts and gaps joined."""
    made: list[_Piece] = []
    for piece in pieces:
        if made and piece is GAP and made[-1] is GAP:
            continue
        if made and isinstance(piece, str) and isinstance(made[-1], str):
            made[-1] += piece
        elif piece != "":
            made.append(piece)
    return tuple(made)


def _whole(pieces: _Pieces) -> Shape | None:
    """The shape of the whole text; None: no text has it, with something outside of its ends."""
    starts = [place for place, piece in enumerate(pieces) if piece is Anchor.START]
    ends = [place for place, piece in enumerate(pieces) if piece is Anchor.END]
    first = starts[-1] + 1 if starts else 0
    last = ends[0] if ends else len(pieces)
    outside = (*pieces[:first], *pieces[last:])
    if any(isinstance(piece, str) for piece in outside):
        return None
    inside = [piece for piece in pieces[first:last] if piece is GAP or isinstance(piece, str)]
    texts = _joined((*([] if starts else [GAP]), *inside, *([] if ends else [GAP])))
    return tuple(piece for piece in texts if piece is GAP or isinstance(piece, str))


def _residues(shape: Shape, before: str) -> Iterator[Shape]:
    """What is left of a shape for the text that follows a known beginning."""
    places = {(0, 0)}
    for char in before:
        places = {after for place in _opened(places, shape) for after in _read(place, shape, char)}
    for piece, offset in sorted(_opened(places, shape)):
        if piece == len(shape):
            yield ()
            continue
        text = shape[piece]
        rest = shape[piece:] if text is GAP else (text[offset:], *shape[piece + 1 :])
        if text is GAP or offset or piece == 0 or shape[piece - 1] is not GAP:
            yield rest


def _opened(places: set[tuple[int, int]], shape: Shape) -> set[tuple[int, int]]:
    """The same places, and those behind gaps that stay empty."""
    return places | {
        (piece + 1, 0) for piece, _ in places if piece < len(shape) and shape[piece] is GAP
    }


def _read(place: tuple[int, int], shape: Shape, char: str) -> Iterator[tuple[int, int]]:
    piece, offset = place
    if piece == len(shape):
        return
    text = shape[piece]
    if text is GAP:
        yield place
    elif text[offset] == char:
        yield (piece, offset + 1) if offset + 1 < len(text) else (piece + 1, 0)
