"""A test as the parts of which one must be true: what `conditions` and `unless` can say.

A rule here is true if all of its conditions match and nothing under `unless` does. So a test
becomes parts, each a list of comparisons with a sign; the rules of a test are its parts. What
Mail Manager cannot see is never true here, whatever its sign: rules take less, never more.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.interchange.migration.tests import (
    AllOf,
    EitherOf,
    Matches,
    Near,
    Negated,
    Unseen,
)
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.interchange.migration.source import Deviation
    from mmctl.interchange.migration.tests import Test

PARTS_AT_MOST: Final = 32
"""More parts of one rule are not written: nobody could review them."""
_MADE_AT_MOST: Final = 4_096
"""More parts on the way are not made."""
_NESTED_AT_MOST: Final = 100
_COMPARED_AT_MOST: Final = 10_000
"""More pairs of values are not compared."""
_OF_TEXTS: Final = frozenset({"equals", "starts_with", "ends_with", "contains"})
_ANY_OF_ITS_VALUES: Final = frozenset(
    {"equals", "starts_with", "ends_with", "contains", "cidr_matches", "verdict_equals"}
)
"""Operators that are true if any of the values is met: several comparisons become one."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A comparison that must be true, or must not be."""

    compared: Matches
    wanted: bool = True

    @property
    def about(self) -> tuple[object, ...]:
        """All but the values."""
        compared = self.compared
        return compared.operand, compared.operator, compared.beside, self.wanted

    @property
    def opposite(self) -> Literal:
        """The same comparison with the other sign."""
        return Literal(self.compared, not self.wanted)

    @property
    def joins(self) -> bool:
        """Whether the values of two such comparisons can be put together."""
        compared = self.compared
        return compared.operator in _ANY_OF_ITS_VALUES and compared.operand != "message_size"

    def excludes(self, other: Literal) -> bool:
        """Whether one of the two is surely not true where the other one is."""
        yes, no = (
            (self.compared, other.compared) if self.wanted else (other.compared, self.compared)
        )
        alike = (yes.operand, yes.beside) == (no.operand, no.beside)
        if self.wanted is other.wanted or not alike:
            return False
        if yes.operator == no.operator and yes.values == no.values:
            return True
        if not self.joins or not other.joins:
            return False
        if yes.operator == no.operator and set(yes.values) <= set(no.values):
            return True
        return len(yes.values) * len(no.values) <= _COMPARED_AT_MOST and all(
            any(_covers((no.operator, wide), (yes.operator, narrow)) for wide in no.values)
            for narrow in yes.values
        )

    def with_values_of(self, other: Literal) -> Literal:
        """The comparison with the values of both, each once, in their order."""
        values = dict.fromkeys((*self.compared.values, *other.compared.values))
        return Literal(replace(self.compared, values=tuple(values)), self.wanted)


def _covers(wide: tuple[str, str], narrow: tuple[str, str]) -> bool:
    """Whether a comparison with one value is true wherever another one is; both of one operand."""
    match wide[0]:
        case "starts_with":
            return narrow[0] in {"equals", "starts_with"} and narrow[1].startswith(wide[1])
        case "ends_with":
            return narrow[0] in {"equals", "ends_with"} and narrow[1].endswith(wide[1])
        case "contains":
            return narrow[0] in _OF_TEXTS and wide[1] in narrow[1]
        case "cidr_matches":
            return narrow[0] == wide[0] and _is_within(narrow[1], wide[1])
        case _:
            return narrow == wide


def _is_within(narrow: str, wide: str) -> bool:
    try:
        return IPv4Network(narrow, strict=False).subnet_of(IPv4Network(wide, strict=False))
    except ValueError:
        return False


Part: TypeAlias = tuple[Literal, ...]
"""All of these; of none: always."""


class TooManyParts(Exception):
    """A test takes more rules than anybody could review."""


def parts_of(test: Test) -> tuple[Part, ...]:
    """The parts of which one must be true, in the order of the test; of none: never.

    Raises:
        TooManyParts: there are more than `PARTS_AT_MOST`.
    """
    parts = _parts(test, wanted=True, depth=0)
    if len(parts) > PARTS_AT_MOST:
        raise TooManyParts
    return parts


def disjoint(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts that are true for the same mail, and no two of them for one.

    Raises:
        TooManyParts: there are more than `PARTS_AT_MOST`.
    """
    made: list[Part] = []
    for index, part in enumerate(parts):
        rest = [part]
        for earlier in parts[:index]:
            rest = [piece for each in rest for piece in _without(each, earlier)]
            if len(made) + len(rest) > PARTS_AT_MOST:
                raise TooManyParts
        made += rest
    return tuple(made)


def differences_in(test: Test, *, wanted: bool = True) -> Iterator[Deviation]:
    """The differences of what is unseen or near in a test, in its order."""
    match test:
        case Matches():
            return
        case Unseen(difference=difference):
            yield difference
        case Near(test=inner, difference=difference):
            yield difference
            yield from differences_in(inner, wanted=wanted)
        case AllOf(tests) | EitherOf(tests):
            for each in tests:
                yield from differences_in(each, wanted=wanted)
        case Negated(inner):
            yield from differences_in(inner, wanted=not wanted)
        case never:
            assert_never(never)


def has_unseen(test: Test) -> bool:
    """Whether something in a test cannot be seen."""
    match test:
        case Matches():
            return False
        case Unseen():
            return True
        case Near(test=inner) | Negated(inner):
            return has_unseen(inner)
        case AllOf(tests) | EitherOf(tests):
            return any(map(has_unseen, tests))
        case never:
            assert_never(never)


def _parts(test: Test, *, wanted: bool, depth: int) -> tuple[Part, ...]:
    if depth > _NESTED_AT_MOST:
        raise TooManyParts
    match test:
        case Matches(values=values):
            if not values:
                return () if wanted else ((),)
            return ((Literal(test, wanted),),)
        case Unseen():
            return ()
        case Near(test=inner):
            return _parts(inner, wanted=wanted, depth=depth + 1)
        case Negated(inner):
            return _parts(inner, wanted=not wanted, depth=depth + 1)
        case AllOf(tests) | EitherOf(tests):
            below = [_parts(each, wanted=wanted, depth=depth + 1) for each in tests]
            return _all_of(below) if isinstance(test, AllOf) is wanted else _any_of(below)
        case never:
            assert_never(never)


def _all_of(below: Iterable[tuple[Part, ...]]) -> tuple[Part, ...]:
    """The parts of a conjunction: one for each choice of a part of each member."""
    made: list[Part] = [()]
    for parts in below:
        if len(made) * len(parts) > _MADE_AT_MOST:
            raise TooManyParts
        made = [both for each in made for part in parts if (both := _both(each, part)) is not None]
    return _without_covered(made)


def _any_of(below: Iterable[tuple[Part, ...]]) -> tuple[Part, ...]:
    """The parts of a disjunction; those that differ in the values of one comparison are one."""
    made = list(dict.fromkeys(part for parts in below for part in parts))
    before = 0
    while before != len(made):
        before = len(made)
        made = _joined(made)
    if len(made) > _MADE_AT_MOST:
        raise TooManyParts
    return _without_covered(made)


def _both(one: Part, other: Part) -> Part | None:
    """A part that is true where two are; None: never.

    Exceptions of one operand and operator are put together: none of them may match.
    """
    made = list(one)
    for literal in other:
        if any(literal.excludes(each) for each in made):
            return None
        if literal in made:
            continue
        place = None
        if literal.joins and not literal.wanted:
            place = next((at for at, each in enumerate(made) if each.about == literal.about), None)
        if place is None:
            made.append(literal)
        else:
            made[place] = made[place].with_values_of(literal)
            if any(made[place].excludes(each) for each in made):
                return None
    return tuple(made)


def _joined(parts: list[Part]) -> list[Part]:
    """Parts of which no two differ only in the values of one positive comparison.

    Every part is looked at once for each of its comparisons.
    """
    widths = max(map(len, parts), default=0)
    for place in range(widths):
        made: dict[object, Part] = {}
        for part in parts:
            key: object = part
            if place < len(part) and part[place].joins and part[place].wanted:
                rest = frozenset((*part[:place], *part[place + 1 :]))
                key = (rest, part[place].about, len(part))
            known = made.get(key)
            if known is None:
                made[key] = part
            else:
                made[key] = _with_union(known, part, place)
        parts = list(made.values())
    return parts


def _with_union(known: Part, part: Part, place: int) -> Part:
    if known == part:
        return known
    united = known[place].with_values_of(part[place])
    return (*known[:place], united, *known[place + 1 :])


def _without_covered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts without those that ask for all that another one asks for."""
    if len(parts) > PARTS_AT_MOST:
        return tuple(parts)
    kept: list[Part] = []
    for index, part in enumerate(parts):
        own = set(part)
        covered = any(
            set(other) < own or (set(other) == own and at < index)
            for at, other in enumerate(parts)
            if at != index
        )
        if not covered:
            kept.append(part)
    return tuple(kept)


def _without(part: Part, earlier: Part) -> Iterator[Part]:
    """The pieces of a part for which an earlier one is not true; no two are true for one mail."""
    kept: Part | None = part
    for literal in sorted(earlier, key=lambda each: each not in part):
        if kept is None:
            return
        piece = _both(kept, (literal.opposite,))
        if piece is not None:
            yield piece
        kept = _both(kept, (literal,))
