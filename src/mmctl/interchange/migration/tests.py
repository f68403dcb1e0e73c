"""What a rule of another gateway asks of a message, before it is in the form that rules have here.

A tree over conditions of the language. Its leaves say what Mail Manager can see; `Unseen` stands
for what it cannot, `Near` for what it sees almost as the source does. Nothing here knows a gateway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.migration.differences import Deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """A condition of the language: one operand, one operator, any of the values.

    `operand` and `operator` are words of the language (`subject`, `contains`); a flag has the
    operator `is` and the value `true` or `false`. Without values nothing matches.
    """

    operand: str
    operator: str
    values: tuple[str, ...]
    beside: tuple[tuple[str, str], ...] = ()
    """What the operand needs besides, in words of the language: `(("name", "X-Spam"),)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A test of something that Mail Manager cannot see: it may be true or false of any message."""

    difference: Deviation


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A test that is almost what the source asks; `difference` says for which mail it is not."""

    test: Test
    difference: Deviation


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these are true; of none: always."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class EitherOf:
    """At least one of these is true; of none: never."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """This is not true."""

    test: Test


Test: TypeAlias = Matches | Unseen | Near | AllOf | EitherOf | Negated

ALWAYS: Final = AllOf(())
NEVER: Final = EitherOf(())
