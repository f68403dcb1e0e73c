"""A pattern as rows of literal texts with gaps between them, if there are not too many.

What does not become literal becomes a gap, which may hold any text: the shapes together take all
texts that the pattern takes, and perhaps more. Whether more is found out by comparing.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.syntax import (
    At,
    Chars,
    Choice,
    Node,
    Place,
    Repeat,
    Rough,
    Row,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GAP: Final = None
"""Any text, also none."""
Shape: TypeAlias = tuple[str | None, ...]
"""Texts and gaps that make up a whole text: `("ab", GAP)` is a text that starts with `ab`."""
_Piece: TypeAlias = str | Place | None
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


FINE: Final = Expanding(characters=40)
ONE_SPACE: Final = Expanding(characters=40, one_space=True)
COARSE: Final = Expanding(characters=1)


def shapes(node: Node, expanding: Expanding, *, before: str = "") -> tuple[Shape, ...]:
    """The shapes of the texts that have a pattern, in lower case, those only once.

    The pattern sees `before` and then the text.
    """
    found: dict[Shape, None] = {}
    for pieces in _expanded(node, expanding):
        shape = _whole(pieces)
        if shape is not None:
            for each in _residues(shape, before.lower()) if before else (shape,):
                found[each] = None
    return tuple(found)


def _expanded(node: Node, expanding: Expanding) -> list[_Pieces]:
    match node:
        case Chars(ranges):
            return _of_set(ranges, expanding)
        case At(place):
            return [(place,)] if place in {Place.START, Place.END} else [()]
        case Row(items):
            return _of_row([_expanded(item, expanding) for item in items])
        case Choice(options):
            found = [each for option in options for each in _expanded(option, expanding)]
            unique = list(dict.fromkeys(found))
            return unique if len(unique) <= _MOST else [(GAP,)]
        case Repeat(item=item, least=least, most=most):
            return _of_repeat(item, least, most, expanding)
        case Rough(node=inner):
            return _expanded(inner, expanding)


def _of_set(ranges: charset.Ranges, expanding: Expanding) -> list[_Pieces]:
    if expanding.one_space and ranges and not charset.without(ranges, charset.SPACES):
        return [(" ",)]
    if charset.size(ranges) > 2 * expanding.characters:
        return [(GAP,)]
    found = {char.lower() for char in charset.characters(ranges)}
    return [(char,) for char in sorted(found)] if len(found) <= expanding.characters else [(GAP,)]


def _of_row(parts: list[list[_Pieces]]) -> list[_Pieces]:
    """All combinations; while there are too many, the most varied part becomes a gap."""
    parts = list(parts)
    sizes = [len(each) for each in parts]
    limit = max(_COMBINED, *sizes, 0)
    while _product(sizes) > limit:
        widest = max(range(len(sizes)), key=sizes.__getitem__)
        parts[widest], sizes[widest] = [(GAP,)], 1
    rows = (_joined(piece for pieces in row for piece in pieces) for row in product(*parts))
    return list(dict.fromkeys(rows))


def _product(sizes: list[int]) -> int:
    count = 1
    for each in sizes:
        count *= each
    return count


def _of_repeat(
    item: Node, least: int, most: int | None, expanding: Expanding
) -> list[_Pieces]:
    inside = _expanded(item, expanding)
    if expanding.one_space and inside == [(" ",)]:
        return [(" ",)] if least else [(), (" ",)]
    gap: list[_Pieces] = [(GAP,)]
    if inside == gap:
        return gap
    if most is not None and most - least < _COMBINED and most * _longest(inside) <= _LONGEST:
        count = sum(len(inside) ** min(times, 7) for times in range(least, most + 1))
        if count <= _COMBINED:
            times = range(least, most + 1)
            return [row for each in times for row in _of_row([inside] * each)]
    few = len(inside) ** min(least, 7) <= _COMBINED
    if least and few and least * _longest(inside) <= _LONGEST:
        return _of_row([*[inside] * least, gap])
    return gap


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
    starts = [place for place, piece in enumerate(pieces) if piece is Place.START]
    ends = [place for place, piece in enumerate(pieces) if piece is Place.END]
    first = starts[-1] + 1 if starts else 0
    last = ends[0] if ends else len(pieces)
    outside = (*pieces[:first], *pieces[last:])
    if any(isinstance(piece, str) for piece in outside):
        return None
    inside = [piece for piece in pieces[first:last] if piece is GAP or isinstance(piece, str)]
    texts = _joined((*([] if starts else [GAP]), *inside, *([] if ends else [GAP])))
    shape = tuple(piece for piece in texts if piece is GAP or isinstance(piece, str))
    if any(len(piece) > _LONGEST for piece in shape if piece is not None):
        return (GAP,)
    return shape


def _residues(shape: Shape, before: str) -> Iterator[Shape]:
    """What is left of a shape for the text that follows a known beginning."""
    places = {(0, 0)}
    for char in before:
        places = {
            after for place in _opened(places, shape) for after in _read(place, shape, char)
        }
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
        (piece + 1, 0)
        for piece, _ in places
        if piece < len(shape) and shape[piece] is GAP
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
