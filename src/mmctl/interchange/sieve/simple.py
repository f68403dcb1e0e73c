"""Tests put together, without what is always or never true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import ALWAYS, NEVER, AllOf, AnyOf, Negated

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
        if isinstance(test, AnyOf):
            kept.extend(test.tests)
        else:
            kept.append(test)
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def negated(test: Test) -> Test:
    """Not this."""
    if test == ALWAYS:
        return NEVER
    if test == NEVER:
        return ALWAYS
    return test.test if isinstance(test, Negated) else Negated(test)
