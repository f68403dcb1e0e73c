"""Match types (`:is`, `:contains`, `:matches`, `:regex`) → conditions with literal values.

Exact where a condition says the same; else the nearest condition with a `Near`, or `Unseen`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import EitherOf, Matches, Near, Unseen
from mmctl.interchange.patterns import Flavor, LookedAt, converted
from mmctl.interchange.sieve import differing
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Deviation
    from mmctl.interchange.migration.tests import Test

EQUALS: Final = "equals"
STARTS: Final = "starts_with"
ENDS: Final = "ends_with"
CONTAINS: Final = "contains"
ANY: Final = "any"


class AddressPart(StrEnum):
    """The part of an address that is compared."""

    ALL = "all"
    LOCAL = "localpart"
    DOMAIN = "domain"
    USER = "user"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysCompared:
    """How keys are compared."""

    match: str
    """is, contains, matches, regex"""
    folded: bool
    """Without letter case: `i;ascii-casemap`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysLookedUp:
    """What keys are compared with."""

    operand: str
    header: str
    """Its name, as in the script."""

    @property
    def beside(self) -> tuple[tuple[str, str], ...]:
        """What the operand needs besides."""
        return (("name", x_name(self.header)),) if self.operand == "header" else ()


Shape = tuple[str, str]
"""How a literal is found: the operator, or `any`; the literal."""


def x_name(name: str) -> str:
    """The name of an X- header as the language takes it."""
    return f"X{name[1:]}" if name[:1] == "x" else name


def shape_of(key: str, match: str) -> Shape | None:
    """The literal that a key looks for, and where; None: it is more than one literal."""
    match match:
        case "is":
            return EQUALS, key
        case "contains":
            return (CONTAINS, key) if key else (ANY, "")
        case "matches":
            return _glob(key)
        case _:
            return None


def _glob(key: str) -> Shape | None:
    """`*` at the start or the end, and literals otherwise."""
    literal, stars = unescaped(key)
    if literal is None:
        return None
    if not literal:
        return (ANY, "") if stars else (EQUALS, "")
    inner = [place for place in stars if 0 < place < len(literal)]
    if inner:
        return None
    at_start, at_end = 0 in stars, len(literal) in stars
    if at_start and at_end:
        return CONTAINS, literal
    if at_start:
        return ENDS, literal
    return (STARTS if at_end else EQUALS), literal


def unescaped(key: str) -> tuple[str | None, list[int]]:
    """A pattern without its stars, and where they were; None: it has a `?`."""
    literal: list[str] = []
    stars: list[int] = []
    at = 0
    while at < len(key):
        character = key[at]
        if character == "?":
            return None, []
        if character == "*":
            stars.append(len(literal))
        else:
            at += character == "\\" and at + 1 < len(key)
            literal.append(key[at])
        at += 1
    return "".join(literal), stars


def glob_of(key: str, match: str) -> str:
    """The key as a pattern of `:matches`."""
    if match == "matches":
        return key
    escaped = "".join(f"\\{c}" if c in "*?\\" else c for c in key)
    return f"*{escaped}*" if match == "contains" else escaped


class Gathered:
    """Conditions on one operand, with the values of all keys that are found in the same way."""

    def __init__(self, where: KeysLookedUp, how: KeysCompared) -> None:
        self._where, self._how = where, how
        self._values: dict[tuple[str, str], list[str]] = {}
        self._differences: dict[str, Deviation] = {}
        self._others: list[Test] = []

    def add(self, operator: str, value: str, difference: Deviation | None = None) -> None:
        """Add a value; those with a difference of the same code share it."""
        code = difference.code if difference else ""
        if difference:
            self._differences.setdefault(code, difference)
        values = self._values.setdefault((operator, code), [])
        values.append(value)

    def add_test(self, test: Test) -> None:
        """Add what is no plain condition."""
        self._others.append(test)

    def pattern(self, key: str, *, flavor: Flavor) -> None:
        """Add a pattern that is more than one literal."""
        looked = LookedAt(operand=self._where.operand, beside=self._where.beside)
        self._others.append(
            converted(key, flavor=flavor, looked=looked, ignores_case=self._how.folded).as_test()
        )

    def test(self) -> Test:
        """Any of them."""
        tests: list[Test] = []
        for (operator, code), values in self._values.items():
            distinct = tuple(dict.fromkeys(values))
            test: Test = Matches(
                operand=self._where.operand,
                operator=operator,
                values=distinct,
                beside=self._where.beside,
            )
            if code:
                test = Near(test=test, difference=self._differences[code])
            tests.append(self._with_case(test, distinct))
        tests.extend(self._others)
        return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))

    def _with_case(self, test: Test, values: tuple[str, ...]) -> Test:
        cased = next((value for value in values if _has_case(value, self._how)), None)
        if cased is None:
            return test
        where = self._where
        sample = cased if "@" in cased or where.operand in {"subject", "header"} else f"{cased}"
        difference = differing.letter_case(where.operand, cased, sample, where.header)
        return Near(test=test, difference=difference)


def _has_case(value: str, how: KeysCompared) -> bool:
    """Whether letter case counts in a value; `i;ascii-casemap` folds the letters of ASCII alone."""
    return any(
        character.lower() != character.upper() and not (how.folded and character.isascii())
        for character in value
    )


def in_text(where: KeysLookedUp, keys: tuple[str, ...], how: KeysCompared) -> Test:
    """Keys in the Subject, or in an X- header."""
    gathered = Gathered(where, how)
    for key in keys:
        shape = shape_of(key, how.match)
        if shape is None:
            flavor = Flavor.POSIX if how.match == "regex" else Flavor.GLOB
            gathered.pattern(key, flavor=flavor)
        elif shape[0] == ANY:
            gathered.add_test(present(where))
        elif not shape[1]:
            gathered.add_test(Unseen(difference=EMPTY))
        else:
            gathered.add(*shape)
    return gathered.test()


EMPTY: Final = differing.not_visible("empty-header", "whether a header is empty")


def present(where: KeysLookedUp) -> Test:
    """Whether a header is there, as nearly as conditions say."""
    values: tuple[str, ...] = ("@",)
    difference = differing.addresses_present(where.header, where.operand)
    if where.operand in {"subject", "header"}:
        values = differing.PRESENT
        difference = differing.header_present(where.header, where.operand)
    compared = Matches(operand=where.operand, operator=CONTAINS, values=values, beside=where.beside)
    return Near(test=compared, difference=difference)
