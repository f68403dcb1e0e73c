"""A pattern as literal comparisons: exactly, or as close as it gets with the texts that differ.

Candidates come from the shapes of a pattern. Each is compared with the pattern over all texts;
only what no text tells apart is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, AllOf, AnyOf, Compared, Negated, Test
from mmctl.interchange.patterns.compare import Compare, compare
from mmctl.interchange.patterns.literals import Field, test_of
from mmctl.interchange.patterns.parsing import tree_of
from mmctl.interchange.patterns.shapes import COARSE, FINE, ONE_SPACE, shapes
from mmctl.interchange.patterns.syntax import first_rough
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.patterns.syntax import Flavor, Node, Rough

_SINGLE: Final = frozenset({"mail_from", "recipient", "helo", "subject", "sender"})
"""Operands of which a message, or a recipient, has one."""
_LEFT_OUT: Final = 8
"""Single texts that a test leaves out to be exact."""
_TELLING: Final = 3
"""Letters and digits that a test needs to be worth anything where it is not exact."""
_MANY: Final = 20
"""More values than this are not written where they are not exact anyway."""
_LONGEST_LEFT_OUT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a pattern is about."""

    operand: str
    """As the language names it."""
    beside: tuple[tuple[str, str], ...] = ()
    """What the operand needs besides: `(("name", "X-Spam"),)`."""
    before: str = ""
    """What the source sees before our text: `Subject: ` where it matches whole headers."""
    single: bool | None = None
    """Whether a message has one such text at most; None: as the operand says."""

    @property
    def is_single(self) -> bool:
        """Whether a message has one such text at most."""
        return self.operand in _SINGLE if self.single is None else self.single

    @property
    def field(self) -> Field:
        """What the tests look at."""
        return Field(self.operand, self.beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What literal comparisons make of a pattern.

    Texts are compared on one line, as Mail Manager has them: unfolded, and in either letter case.
    """

    looked: Looked
    test: Test | None
    """None: nothing literal remains that is worth a test. `NEVER`: no such text has the pattern."""
    exact: bool
    """Whether the test takes the same texts as the pattern: no text tells them apart."""
    reason: str | None = None
    """Why it is not exact, without full stop."""
    at: int = 0
    """Where in the pattern the reason is, from 0."""
    letter_case: bool = False
    """Whether only the letter case of texts tells them apart."""
    taken_here: str | None = None
    """A text that the test takes and the pattern does not."""
    taken_there: str | None = None
    """A text that the pattern takes and the test does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    test: Test
    found: Compare
    """How it differs from the pattern, in either letter case."""


def converted(
    pattern: str,
    *,
    flavor: Flavor,
    looked: Looked,
    ignores_case: bool,
    extended: bool = False,
) -> Converted:
    """Turn a pattern, without delimiters and outer flags, into literal comparisons.

    `ignores_case` and `extended` are what the source says outside of the pattern.

    Raises:
        InvalidPattern: its own system would refuse it, or it is too large to read.
    """
    real = tree_of(pattern, flavor, ignores_case=ignores_case, extended=extended)
    either = real
    if not ignores_case:
        either = tree_of(pattern, flavor, ignores_case=True, extended=extended)
    rough = first_rough(real)
    best = _best(either, looked, rough)
    if best is None:
        why = "no literal text remains that is worth a test" if rough is None else rough.why
        at = 0 if rough is None else rough.at
        return Converted(looked=looked, test=None, exact=False, reason=why, at=at)
    if best.found.same and rough is None:
        return _by_case(real, either, looked, best.test)
    return _close(real, looked, best, rough)


def _by_case(real: Node, either: Node, looked: Looked, test: Test) -> Converted:
    """What is exact in either letter case, compared with the pattern as it is."""
    found = Compare(finished=True)
    if real is not either:
        found = compare(real, test, before=looked.before)
    several = None if looked.is_single else _several(test)
    if several is not None:
        return Converted(looked=looked, test=test, exact=False, reason=several)
    if found.same:
        return Converted(looked=looked, test=test, exact=True)
    return Converted(
        looked=looked,
        test=test,
        exact=False,
        reason="the pattern tells capitals from small letters, Mail Manager is read as not",
        letter_case=True,
        taken_here=found.taken_here,
        taken_there=found.taken_there,
    )


def _several(test: Test) -> str | None:
    """Why a test that is exact for one text is not for several; None if it is."""
    match test:
        case AllOf(inside) if len(inside) > 1:
            return "two of the texts of one message may meet one part each"
        case AnyOf(inside):
            return next((why for each in inside if (why := _several(each)) is not None), None)
        case _:
            return None


def _close(real: Node, looked: Looked, best: _Candidate, rough: Rough | None) -> Converted:
    """What is not exact, with the texts that show it if they are known to."""
    found = best.found
    if not found.finished:
        reason = "the pattern is too large to be compared with the values"
    elif found.taken_here is not None and found.taken_there is not None:
        reason = "the values take other texts than the pattern"
    elif found.taken_there is not None:
        reason = "the values take fewer texts than the pattern"
    else:
        reason = "the values take more texts than the pattern"
    exact = compare(real, best.test, before=looked.before)
    return Converted(
        looked=looked,
        test=best.test,
        exact=False,
        reason=reason if rough is None else rough.why,
        at=0 if rough is None else rough.at,
        taken_here=exact.taken_here or found.taken_here,
        taken_there=None if rough is not None else exact.taken_there or found.taken_there,
    )


# -- candidates


def _best(node: Node, looked: Looked, rough: Rough | None) -> _Candidate | None:
    """The test that is exact, or the closest that is worth anything."""
    fine = _candidate(node, looked, test_of(shapes(node, FINE, before=looked.before), looked.field))
    if fine.found.same:
        return fine
    if looked.is_single and rough is None:
        refined = _without_single_texts(node, looked, fine)
        if refined is not None:
            return refined
    narrow = _candidate(
        node, looked, test_of(shapes(node, ONE_SPACE, before=looked.before), looked.field)
    )
    if narrow.test != fine.test and narrow.found.finished and narrow.found.taken_here is None:
        return narrow if _worth(narrow.test) else None
    if _worth(fine.test) and _count(fine.test) <= _MANY:
        return fine
    coarse = _candidate(
        node, looked, test_of(shapes(node, COARSE, before=looked.before), looked.field)
    )
    return next((each for each in (coarse, fine) if _worth(each.test)), None)


def _candidate(node: Node, looked: Looked, test: Test) -> _Candidate:
    return _Candidate(test=test, found=compare(node, test, before=looked.before))


def _without_single_texts(node: Node, looked: Looked, wide: _Candidate) -> _Candidate | None:
    """A test that leaves out the few texts that it takes and the pattern does not.

    `^ab.*ba$` is a text that starts with `ab`, ends with `ba`, and is not `aba`.
    """
    left_out: list[str] = []
    found = wide.found
    while found.finished and len(left_out) < _LEFT_OUT:
        text = found.taken_here
        if not text or found.taken_there is not None or len(text) > _LONGEST_LEFT_OUT:
            return None
        left_out.append(text.lower())
        narrower = Negated(looked.field.compared("equals", left_out))
        parts = wide.test.tests if isinstance(wide.test, AllOf) else (wide.test,)
        test = AllOf((*parts, narrower))
        found = compare(node, test, before=looked.before)
        if found.same:
            return _Candidate(test=test, found=found)
    return None


def _worth(test: Test) -> bool:
    """Whether a test that is not exact says enough to be written."""
    if test == ALWAYS:
        return False
    match test:
        case Compared(values=values):
            return all(_telling(value) >= _TELLING for value in values)
        case AllOf(inside):
            return any(_worth(each) for each in inside)
        case AnyOf(inside):
            return bool(inside) and all(_worth(each) for each in inside)
        case _:
            return False


def _telling(value: str) -> int:
    return sum(char.isalnum() for char in value)


def _count(test: Test) -> int:
    match test:
        case Compared(values=values):
            return len(values)
        case AllOf(inside) | AnyOf(inside):
            return sum(map(_count, inside))
        case _:
            return 1
