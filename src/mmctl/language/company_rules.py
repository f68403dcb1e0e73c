"""Company rules, `lint: {forbid, require}`: values, as a project file states them.

What is described is a set of values: texts, numbers, days, `true` and `false`, and *things*, which
have values by key. An owner is a set of one text or none, the actions of a rule are a set of
things. What a thing of a project says is found by `mmctl.checks.company.said`, and compared by
`mmctl.checks.company.matching`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from mmctl.problem import Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from mmctl.problem import Position

RULES: Final = "rules"
STATEMENTS: Final = "statements"
"""What company rules are about besides the kinds of resources."""


CASELESS: Final = frozenset({"value", "server", "members", "replace_recipient", "sender"})
"""Keys whose texts are compared in lower case, as mail and DNS compare them."""

BARE: Final = "bare"
"""The key for what an action has directly under its word, such as addresses."""


class Demand(StrEnum):
    """Whether what is described must not be there, or something else must be there with it."""

    FORBID = "forbid"
    REQUIRE = "require"


class PartOfText(StrEnum):
    """How a part of a text is compared."""

    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"


Plain: TypeAlias = "str | int | float | bool | date"


@dataclass(frozen=True, slots=True)
class Is:
    """Some value is this one."""

    value: Plain
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class HasPart:
    """Some value is a text with this part."""

    part: PartOfText
    text: str


@dataclass(frozen=True, slots=True)
class Has:
    """Some value is a thing whose values pass all of these tests."""

    keys: Mapping[str, Test] = field(hash=False)
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of these tests passes."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The test does not pass."""

    test: Test


@dataclass(frozen=True, slots=True)
class Only:
    """The test passes for each value by itself."""

    test: Test


@dataclass(frozen=True, slots=True)
class Exists:
    """There is a value, or there is none."""

    there: bool
    position: Position = field(compare=False)


Test: TypeAlias = "Is | HasPart | Has | AnyOf | Not | Only | Exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRule:
    """One entry of `lint: {forbid, require}`."""

    id: str
    demand: Demand
    about: str
    """`rules`, `statements`, or the section of a kind of resource."""
    when: Has
    then: Test | None = None
    """What is required; None where something is forbidden."""
    message: str
    severity: Severity = Severity.ERROR
    written: Mapping[str, Any] = field(hash=False, compare=False)
    """The entry, as the file has it."""
    position: Position = field(compare=False)

    @property
    def tests(self) -> tuple[Test, ...]:
        """All that it describes."""
        return (self.when,) if self.then is None else (self.when, self.then)


def keyed_tests(test: Test, *above: str) -> Iterator[tuple[tuple[str, ...], Test]]:
    """Each test that looks at values, with the keys above them."""
    match test:
        case Is() | HasPart() | Exists():
            yield above, test
        case Has():
            yield above, test
            for key, inner in test.keys.items():
                yield from keyed_tests(inner, *above, key)
        case AnyOf():
            for each in test.tests:
                yield from keyed_tests(each, *above)
        case Not() | Only():
            yield from keyed_tests(test.test, *above)
        case _:
            assert_never(test)
