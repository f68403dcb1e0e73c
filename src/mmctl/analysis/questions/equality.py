"""When two versions of rules count as alike."""

from __future__ import annotations

from enum import StrEnum


class Equality(StrEnum):
    """When two ways to treat a message count as alike."""

    TRACE = "trace"
    """The same is done, as often, in the same order."""
    MULTISET = "multiset"
    """The same is done, as often, in any order."""
    SET = "set"
    """The same is done, once or more."""
