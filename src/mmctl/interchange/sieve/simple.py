"""Tests put together, without what is always or never true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.parts import has_unseen
from mmctl.interchange.migration.tests import (
    ALWAYS,
    NEVER,
    AllOf,
    EitherOf,
    Near,
    Negated,
    Unseen,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.migration.tests import Test


def all_of(tests: Iterable[Test]) -> Test:
    """All of these."""
    kept: list[Test] = []
    for test in tests:
        if test == NEVER:
            return NEVER
        if isinstance(test, AllOf):
            kept.extend(test.tests)
        else:
            kept.append(test)
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def any_of(tests: Iterable[Test]) -> Test:
    """Any of these."""
    kept: list[Test] = []
    for test in tests:
        if test == ALWAYS:
            return ALWAYS
        if isinstance(test, EitherOf):
            kept.extend(test.tests)
        else:
            kept.append(test)
    return kept[0] if len(kept) == 1 else EitherOf(tuple(kept))


def negated(test: Test) -> Test:
    """Not this."""
    if test == ALWAYS:
        return NEVER
    if test == NEVER:
        return ALWAYS
    return test.test if isinstance(test, Negated) else Negated(test)


def without_unseen(test: Test) -> Test:
    """A test in which what nobody sees is taken as false; the same one, if all of it is seen."""
    match test:
        case Unseen():
            return NEVER
        case Near(test=inner, difference=difference):
            seen = without_unseen(inner)
            return test if seen is inner else Near(test=seen, difference=difference)
        case Negated(inner):
            # Where a test is negated, what is not seen is false all the same.
            return NEVER if has_unseen(inner) else test
        case AllOf(tests) | EitherOf(tests):
            made = tuple(map(without_unseen, tests))
            if all(one is other for one, other in zip(made, tests, strict=True)):
                return test
            return all_of(made) if isinstance(test, AllOf) else any_of(made)
        case _:
            return test
