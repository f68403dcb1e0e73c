"""The three answers true, false and unknown; an unknown one says which facts it lacks.

Kleene's logic lives here, and what a missing fact is. No condition may be evaluated here.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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
    """The comparison, if the fact could be too many things to list."""
    states: str = field(compare=False)
    """The option, or the member of a case or of the project, that states it: `--spf`."""
    in_case: str = field(compare=False)
    """The member that states it in a case: `verdicts: {spf: …}`."""
    option: str | None = field(default=None, compare=False)
    """The option without a value; None: no option states it."""
    argument: str = field(default="", compare=False)
    """What could follow the option: `PASS`, `vade.isPassed=true`."""
    answer: tuple[str, str] | None = field(default=None, compare=False)
    """The add-on and the field, if it is an add-on's answer."""
    choices: tuple[str, ...] = field(compare=False)
    """Everything it could be; never empty."""
    passing: str | None = field(default=None, compare=False)
    """What `--assume pass` takes it to be, if that has a meaning."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A question that only a missing fact could answer, and the values for which it is true."""

    fact: MissingFact
    true_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something holds; if that is unknown, which facts are missing."""

    truth: Truth
    lacks: tuple[Lack, ...] = ()
    supposed: str | None = field(default=None, compare=False)
    """What a fact that nobody stated is assumed to be; empty: one of several things."""

    def __invert__(self) -> Answer:
        """The opposite; unknown stays unknown."""
        match self.truth:
            case Truth.TRUE:
                return _answer(Truth.FALSE, self.supposed)
            case Truth.FALSE:
                return _answer(Truth.TRUE, self.supposed)
            case Truth.UNKNOWN:
                return self
            case _:
                assert_never(self.truth)

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

    @property
    def missing(self) -> tuple[MissingFact, ...]:
        """The missing facts that make it unknown."""
        if len(self.lacks) <= 1:
            return tuple(lack.fact for lack in self.lacks)
        return tuple(dict.fromkeys(lack.fact for lack in self.lacks))


TRUE: Final = Answer(Truth.TRUE)
FALSE: Final = Answer(Truth.FALSE)


def known(holds: bool) -> Answer:
    """The answer if nothing is missing."""
    return TRUE if holds else FALSE


@lru_cache(maxsize=64)
def _answer(truth: Truth, supposed: str | None) -> Answer:
    return Answer(truth, supposed=supposed)


def depending(
    fact: MissingFact, could_be: Iterable[str], holds: Callable[[str], bool], supposed: str = ""
) -> Answer:
    """The answer if a fact could be several things: unknown only if that makes a difference.

    `supposed` is the one thing that it is assumed to be, if any.
    """
    values = tuple(could_be)
    true_for = frozenset(value for value in values if holds(value))
    if not true_for:
        return _answer(Truth.FALSE, supposed)
    if len(true_for) == len(values):
        return _answer(Truth.TRUE, supposed)
    return Answer(Truth.UNKNOWN, (Lack(fact, true_for),))


def all_of(answers: Iterable[Answer]) -> Answer:
    """False if one is false, else unknown if one is unknown, else true."""
    return _unless_one_is(FALSE, answers, TRUE)


def any_of(answers: Iterable[Answer]) -> Answer:
    """True if one is true, else unknown if one is unknown, else false."""
    return _unless_one_is(TRUE, answers, FALSE)


def _unless_one_is(decisive: Answer, answers: Iterable[Answer], otherwise: Answer) -> Answer:
    lacks: dict[Lack, None] = {}
    for answer in answers:
        if answer.truth is decisive.truth:
            return decisive
        if answer.truth is Truth.UNKNOWN:
            lacks.update(dict.fromkeys(answer.lacks))
    return Answer(Truth.UNKNOWN, tuple(lacks)) if lacks else otherwise
