"""Shapes as tests by literals: `equals`, `starts_with`, `ends_with`, `contains`.

Each shape is at least as wide as what it came from, and each test as its shape.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, NEVER, AllOf, EitherOf, Matches
from mmctl.interchange.patterns.shapes import GAP
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.patterns.shapes import Shape

_LOOKED_THROUGH: Final = 300
"""So many contained texts are looked for in the others, to leave out what they take anyway."""
_ROWS: Final = 40
"""Alternatives with several texts each that are written one by one."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a test looks at: an operand of the language, and what it needs besides."""

    operand: str
    beside: tuple[tuple[str, str], ...] = ()

    def compared(self, operator: str, values: Iterable[str]) -> Matches:
        """A condition on it."""
        unique = tuple(dict.fromkeys(values))
        return Matches(operand=self.operand, operator=operator, values=unique, beside=self.beside)


def test_of(shapes: Sequence[Shape], field: Field) -> Test:
    """The test that takes the texts of all shapes; the empty text has no words and is left out."""
    if (GAP,) in shapes:
        return ALWAYS
    kept = _needed([shape for shape in shapes if shape])
    tests: list[Test] = []
    by_form: dict[tuple[bool, ...], list[Shape]] = {}
    for shape in kept:
        by_form.setdefault(tuple(piece is GAP for piece in shape), []).append(shape)
    for form, of in by_form.items():
        tests += _of_form(form, of, field)
    if not tests:
        return NEVER
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def _needed(shapes: list[Shape]) -> list[Shape]:
    """The shapes without those that another takes anyway, by a text that it contains."""
    inside = sorted(
        (piece for shape in shapes if len(shape) == 3 and (piece := shape[1])),  # noqa: PLR2004 - gap, text, gap
        key=len,
    )
    if len(inside) > _LOOKED_THROUGH:
        return shapes
    shortest: list[str] = []
    for text in inside:
        if not any(each in text for each in shortest):
            shortest.append(text)
    among = set(shortest)
    return [
        shape
        for shape in shapes
        if (len(shape) == 3 and shape[0] is GAP and shape[1] in among)  # noqa: PLR2004 - as above
        or not any(each in piece for piece in shape if piece for each in shortest)
    ]


def _of_form(form: tuple[bool, ...], shapes: list[Shape], field: Field) -> list[Test]:
    """The tests of shapes that have gaps at the same places."""
    places = [place for place, gap in enumerate(form) if not gap]
    columns = [list(dict.fromkeys(str(shape[place]) for shape in shapes)) for place in places]
    operators = [_operator(form, place) for place in places]
    count = 1
    for column in columns:
        count *= len(column)
    if len(columns) == 1:
        return [field.compared(operators[0], columns[0])]
    whole = len(shapes) > _ROWS or (
        count == len(shapes) and set(product(*columns)) == set(_texts(shapes))
    )
    if whole:
        return [_all(field.compared(*each) for each in zip(operators, columns, strict=True))]
    return [
        _all(
            field.compared(operator, [text])
            for operator, text in zip(operators, texts, strict=True)
        )
        for texts in _texts(shapes)
    ]


def _all(tests: Iterable[Matches]) -> Test:
    return AllOf(tuple(dict.fromkeys(tests)))


def _texts(shapes: Iterable[Shape]) -> list[tuple[str, ...]]:
    return [tuple(piece for piece in shape if piece is not None) for shape in shapes]


def _operator(form: tuple[bool, ...], place: int) -> str:
    before, behind = place > 0, place < len(form) - 1
    return {
        (False, False): "equals",
        (False, True): "starts_with",
        (True, False): "ends_with",
        (True, True): "contains",
    }[before, behind]
