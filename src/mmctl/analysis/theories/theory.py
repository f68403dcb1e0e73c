"""What every theory has: clauses that grow, and a value for a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrealised:
    """There is no value for a model."""

    clause: tuple[int, ...] | None
    """A clause that the model breaks and every real value meets; None: the search was given up."""


class Theory(Protocol[Value_co]):
    """The tests of one field, as literals, and what they obey.

    Tests may be asked for at any time, and settled again.
    """

    def settle(self) -> None:
        """Give the solver the clauses of the tests asked for since the last time."""

    def value(self, model: frozenset[int]) -> Value_co | Unrealised:
        """The field's part of a model in which all tests are settled."""

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests than this model gives."""


def holds(literal: int, model: frozenset[int]) -> bool:
    """Whether a literal is true in a model."""
    return literal in model if literal > 0 else -literal not in model


def other_than(literals: Iterable[int], model: frozenset[int]) -> tuple[int, ...]:
    """The clause that one of some literals is not what it is in a model."""
    distinct = dict.fromkeys(map(abs, literals))
    return tuple(-each if each in model else each for each in distinct)
