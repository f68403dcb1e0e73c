"""Three answers: true, false, unknown; an unknown one says which facts it lacks.

Kleene's logic lives here, and what a missing fact is. No condition may be asked here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Truth(StrEnum):
    """The three answers."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFact:
    """Something that nobody stated: its name, how to state it, and what it could be."""

    fact: str
    """As people name it: `spf`, `vade.isPassed`, `source_ip`."""
    about: str = ""
    """The comparison, where the fact could be too many things to list them."""
    states: str = field(compare=False)
    """The option, or the member of a case, that states it: `--spf`."""
    choices: tuple[str, ...] = field(compare=False)
    """Everything it could be; never empty."""
    passing: str | None = field(default=None, compare=False)
    """What `--assume pass` takes it to be, where that means something."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something holds; where that is unknown, for lack of which facts."""

    truth: Truth
    missing: tuple[MissingFact, ...] = ()

    def __invert__(self) -> Answer:
        """The opposite; unknown stays unknown."""
        match self.truth:
            case Truth.TRUE:
                return FALSE
            case Truth.FALSE:
                return TRUE
            case Truth.UNKNOWN:
                return self

    @property
    def is_true(self) -> bool:
        """Whether it is known to hold."""
        return self.truth is Truth.TRUE

    @property
    def is_false(self) -> bool:
        """Whether it is known not to hold."""
        return self.truth is Truth.FALSE

    @property
    def is_unknown(self) -> bool:
        """Whether a fact is missing."""
        return self.truth is Truth.UNKNOWN


TRUE: Final = Answer(Truth.TRUE)
FALSE: Final = Answer(Truth.FALSE)


def known(holds: bool) -> Answer:
    """The answer where nothing is missing."""
    return TRUE if holds else FALSE


def unknown(*missing: MissingFact) -> Answer:
    """The answer for lack of facts."""
    return Answer(Truth.UNKNOWN, missing)


def all_of(answers: Iterable[Answer]) -> Answer:
    """False where one is false, else unknown where one is unknown, else true."""
    missing: dict[MissingFact, None] = {}
    some_unknown = False
    for answer in answers:
        if answer.is_false:
            return FALSE
        some_unknown = some_unknown or answer.is_unknown
        missing.update(dict.fromkeys(answer.missing))
    return unknown(*missing) if some_unknown else TRUE


def any_of(answers: Iterable[Answer]) -> Answer:
    """True where one is true, else unknown where one is unknown, else false."""
    return ~all_of(~answer for answer in answers)
