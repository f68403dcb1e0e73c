"""A pattern as literal comparisons: exactly, or as close as it gets with the texts that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import AllOf, EitherOf
from mmctl.interchange.patterns.candidates import best_test, found_between
from mmctl.interchange.patterns.compare import Compare
from mmctl.interchange.patterns.parsing import tree_of
from mmctl.interchange.patterns.result import Converted
from mmctl.interchange.patterns.syntax import first_inexact

if TYPE_CHECKING:
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.patterns.candidates import Candidate
    from mmctl.interchange.patterns.result import LookedAt
    from mmctl.interchange.patterns.syntax import Flavor, Inexact, Node


def converted(
    pattern: str,
    *,
    flavor: Flavor,
    looked: LookedAt,
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
    inexact = first_inexact(real)
    best = best_test(either, looked, inexact)
    if best is None:
        why = "no literal text remains that is worth a test" if inexact is None else inexact.why
        at = 0 if inexact is None else inexact.at
        return Converted(pattern=pattern, looked=looked, test=None, exact=False, reason=why, at=at)
    if best.found.same and inexact is None:
        return _by_case(pattern, real, either, looked, best.test)
    return _close(pattern, real, looked, best, inexact)


def _by_case(pattern: str, real: Node, either: Node, looked: LookedAt, test: Test) -> Converted:
    """What is exact in either letter case, compared with the pattern as it is."""
    found = Compare(finished=True)
    if real is not either:
        found = found_between(real, looked, test)
    several = None if looked.is_single else _several(test)
    if several is not None:
        return Converted(pattern=pattern, looked=looked, test=test, exact=False, reason=several)
    if found.same:
        return Converted(pattern=pattern, looked=looked, test=test, exact=True)
    return Converted(
        pattern=pattern,
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
        case EitherOf(inside):
            return next((why for each in inside if (why := _several(each)) is not None), None)
        case _:
            return None


def _close(
    pattern: str, real: Node, looked: LookedAt, best: Candidate, inexact: Inexact | None
) -> Converted:
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
    exact = found_between(real, looked, best.test)
    return Converted(
        pattern=pattern,
        looked=looked,
        test=best.test,
        exact=False,
        reason=reason if inexact is None else inexact.why,
        at=0 if inexact is None else inexact.at,
        taken_here=exact.taken_here or found.taken_here,
        taken_there=None if inexact is not None else exact.taken_there or found.taken_there,
    )
