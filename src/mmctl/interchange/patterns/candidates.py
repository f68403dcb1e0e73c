"""The test by literals that is a pattern, or the closest one that is worth anything.

Candidates come from the shapes of a pattern. Each is compared with the pattern over all texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, AllOf, EitherOf, Matches, Negated, Test
from mmctl.interchange.patterns.compare import Compare, compare
from mmctl.interchange.patterns.literals import test_of
from mmctl.interchange.patterns.ordinary_texts import texts_of
from mmctl.interchange.patterns.shapes import COARSE, FINE, ONE_SPACE, shapes_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.patterns.result import LookedAt
    from mmctl.interchange.patterns.shapes import Expanding
    from mmctl.interchange.patterns.syntax import Inexact, Node

_LEFT_OUT: Final = 8
"""Single texts that a test leaves out to be exact."""
_TELLING: Final = 3
"""Letters and digits that a test needs to be worth anything where it is not exact."""
_MANY: Final = 20
"""More values than this are not written where they are not exact anyway."""
_LIGHT: Final = 60_000
"""Steps of a comparison that is worth repeating."""
_TRIALS: Final = 12
"""How often an exact test is made simpler."""
_FEW: Final = 4
"""Values with spaces and tabs that are still read as one."""
_LONGEST_LEFT_OUT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A test, and how it differs from the pattern in either letter case."""

    test: Test
    found: Compare
    """How it differs from the pattern, in either letter case."""


def best_test(node: Node, looked: LookedAt, inexact: Inexact | None) -> Candidate | None:
    """The test that is exact, or the closest that is worth anything.

    `node` ignores letter case, as the tests do; `inexact` is its first part that is not exact.
    """
    if (narrow := _with_one_space(node, looked)) is not None:
        return narrow
    fine = _expanded(node, looked, FINE)
    if fine.found.same:
        return _simpler(node, looked, fine)
    if not fine.found.finished:
        return fine if _worth(fine.test) else None
    if looked.is_single and inexact is None:
        refined = _without_single_texts(node, looked, fine)
        if refined is not None:
            return refined
    if _worth(fine.test) and _count(fine.test) <= _MANY:
        return fine
    coarse = _expanded(node, looked, COARSE)
    return next((each for each in (coarse, fine) if _worth(each.test)), None)


def _with_one_space(node: Node, looked: LookedAt) -> Candidate | None:
    """The test in which white space is one space, where writing it out makes many values or none.

    It takes no text that the pattern does not.
    """
    shapes = shapes_of(node, ONE_SPACE, before=looked.before).shapes
    written_out = shapes_of(node, FINE, before=looked.before)
    if shapes == written_out.shapes:
        return None
    if written_out.faithful and len(written_out.shapes) <= _FEW:
        return None
    narrow = _candidate(node, looked, test_of(shapes, looked.field))
    right = narrow.found.finished and narrow.found.taken_here is None
    return narrow if right and _worth(narrow.test) else None


def found_between(node: Node, looked: LookedAt, test: Test) -> Compare:
    """How a pattern and a test differ for the texts that are looked at."""
    return compare(node, test, before=looked.before, among=texts_of(looked.operand))


def _expanded(node: Node, looked: LookedAt, expanding: Expanding) -> Candidate:
    found = shapes_of(node, expanding, before=looked.before)
    test = test_of(found.shapes, looked.field)
    if found.faithful and _plain(test):
        return Candidate(test=test, found=Compare(finished=True))
    return _candidate(node, looked, test)


def _plain(test: Test) -> bool:
    """Whether a test is what its shapes are: one text each, so that none can be in another."""
    match test:
        case Matches():
            return True
        case EitherOf(inside):
            return all(map(_plain, inside))
        case _:
            return False


def _candidate(node: Node, looked: LookedAt, test: Test) -> Candidate:
    return Candidate(test=test, found=found_between(node, looked, test))


def _without_single_texts(node: Node, looked: LookedAt, wide: Candidate) -> Candidate | None:
    """A test that leaves out the few texts that it takes and the pattern does not.

    `^ab.*ba$` is a text that starts with `ab`, ends with `ba`, and is not `aba`.
    """
    left_out: list[str] = []
    found = wide.found
    while found.finished and found.steps < _LIGHT and len(left_out) < _LEFT_OUT:
        text = found.taken_here
        if not text or found.taken_there is not None or len(text) > _LONGEST_LEFT_OUT:
            return None
        left_out.append(text.lower())
        narrower = Negated(looked.field.compared("equals", left_out))
        parts = wide.test.tests if isinstance(wide.test, AllOf) else (wide.test,)
        test = AllOf((*parts, narrower))
        found = found_between(node, looked, test)
        if found.same:
            return _simpler(node, looked, Candidate(test=test, found=found))
    return None


def _simpler(node: Node, looked: LookedAt, exact: Candidate) -> Candidate:
    """The same without parts that add nothing: every address contains `@`."""
    trials = _TRIALS
    best, left = exact, list(_without_a_part(exact.test))
    while left and trials:
        trials -= 1
        candidate = _candidate(node, looked, left.pop(0))
        if candidate.found.same:
            best, left = candidate, list(_without_a_part(candidate.test))
    return best


def _without_a_part(test: Test) -> Iterator[Test]:
    """The same test with one part of one `AllOf` left out."""
    match test:
        case AllOf(inside) if len(inside) > 1:
            for place in range(len(inside)):
                rest = (*inside[:place], *inside[place + 1 :])
                yield rest[0] if len(rest) == 1 else AllOf(rest)
        case EitherOf(inside):
            for place, each in enumerate(inside):
                for less in _without_a_part(each):
                    yield EitherOf((*inside[:place], less, *inside[place + 1 :]))
        case _:
            pass


def _worth(test: Test) -> bool:
    """Whether a test that is not exact says enough to be written."""
    if test == ALWAYS:
        return False
    match test:
        case Matches(values=values):
            return all(_telling(value) >= _TELLING for value in values)
        case AllOf(inside):
            return any(_worth(each) for each in inside)
        case EitherOf(inside):
            return bool(inside) and all(_worth(each) for each in inside)
        case _:
            return False


def _telling(value: str) -> int:
    return sum(char.isalnum() for char in value)


def _count(test: Test) -> int:
    match test:
        case Matches(values=values):
            return len(values)
        case AllOf(inside) | EitherOf(inside):
            return sum(map(_count, inside))
        case _:
            return 1
