"""What is left out when messages are read, and why: each is reported once, and counted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Skip: TypeAlias = Callable[["LeftOut"], None]
    """Receives each thing that is left out."""


class Why(StrEnum):
    """Why something is not judged, in the words of the count."""

    EMPTY = "empty"
    NO_MESSAGE = "no message"
    """A picture, a document, a text without the headers of a message."""
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    """Broken, encrypted, or in an unsupported form."""

    @property
    def is_expected(self) -> bool:
        """Whether folders and archives of mail commonly contain such things."""
        return self in {Why.EMPTY, Why.NO_MESSAGE}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that is left out, under the name that reports would give it."""

    name: str
    why: Why
    reason: str
    """What follows its name in a sentence: `is empty`."""
    help: str | None = None


def with_reasons(left_out: Mapping[Why, int]) -> str:
    """How many were left out, and why: `3 (2 empty, 1 no message)`."""
    reasons = ", ".join(f"{left_out[why]:,} {why}" for why in Why if left_out.get(why))
    return f"{sum(left_out.values()):,} ({reasons})"
