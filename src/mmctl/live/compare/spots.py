"""Where a condition looks, and the values that it compares with: rules as forms in the API's words.

A list that the compiler made holds `*@example.com` for `ends_with "@example.com"`, and an address
for `equals`.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = dict[str, Any]

CONDITIONS: Final = ("Conditions", "Unless")
"""The members of a rule that hold conditions."""
_VALUES: Final = "Values"
_EQUALS: Final = "EQUALS"
_ENDS_WITH: Final = "ENDS_WITH"
_DOMAIN: Final = "*@"
_IN_LIST: Final = "IsInAddressList"


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a condition, which may be changed in place, and what else it says."""

    key: str
    values: list[str]

    def add(self, value: str) -> None:
        """Compare with one value more."""
        if value not in self.values:
            self.values.append(value)

    def remove(self, value: str) -> None:
        """Compare with one value less."""
        self.values.remove(value)


def spot_of(condition: Form) -> Values | None:
    """The values of a condition; None: it compares with none."""
    for name, expression in condition.items():
        values = expression.get(_VALUES) if isinstance(expression, dict) else None
        if isinstance(values, list):
            rest = {member: inner for member, inner in expression.items() if member != _VALUES}
            return Values(json.dumps([name, rest], sort_keys=True), values)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A condition of a live rule that looks in a list of the compiler."""

    part: str
    index: int
    attribute: str

    def is_in(self, rule: Form) -> bool:
        """Whether a written rule compares the same attribute with addresses or domains."""
        return any(True for _ in self._texts(rule))

    def written(self, rule: Form, member: str, *, having: bool) -> Iterator[Form]:
        """The conditions of a written rule that a member of the list can be a value of.

        `having`: those that have it.
        """
        for condition, operator, values in self._texts(rule):
            if operator == (_ENDS_WITH if member.startswith(_DOMAIN) else _EQUALS) and (
                not having or self.value_of(condition, member) in values
            ):
                yield condition

    def value_of(self, condition: Form, member: str) -> str:
        """A member as the value of a written condition, in its letters where it has it."""
        value = member.removeprefix("*") if member.startswith(_DOMAIN) else member
        spot = spot_of(condition)
        known = spot.values if spot is not None else []
        return next((each for each in known if each.lower() == value.lower()), value)

    def with_list(self, live: Form, name: str) -> Form:
        """The live rule, looking in another list."""
        form = deepcopy(live)
        lookup = form[self.part][self.index]["BooleanExpression"]["Evaluate"][_IN_LIST]
        lookup["AddressLists"] = [name]
        return form

    def _texts(self, rule: Form) -> Iterator[tuple[Form, str, list[str]]]:
        for condition in rule.get(self.part, ()):
            text = condition.get("StringExpression")
            if text is None or text["Evaluate"].get("Attribute") != self.attribute:
                continue
            if text["Operator"] in {_EQUALS, _ENDS_WITH}:
                yield condition, text["Operator"], text[_VALUES]


def spots_of_list(rule: Form, name: str) -> Iterator[Spot]:
    """The conditions of a live rule that look in a list."""
    for part in CONDITIONS:
        for index, condition in enumerate(rule.get(part, ())):
            asked = condition.get("BooleanExpression", {}).get("Evaluate", {}).get(_IN_LIST)
            if asked is not None and name in asked["AddressLists"]:
                yield Spot(part=part, index=index, attribute=asked["Attribute"])


def same_spot(one: Form, other: Form) -> bool:
    """Whether two conditions differ in nothing but their values."""
    here, there = spot_of(one), spot_of(other)
    return here is not None and there is not None and here.key == there.key


def covers(live: Form, written: Form) -> bool:
    """Whether a condition of a live rule has a written one in it."""
    return live == written or same_spot(live, written)


def alone(condition: Form, value: str) -> Form:
    """The condition with one value in place of its own."""
    found = deepcopy(condition)
    spot = spot_of(found)
    if spot is not None:
        spot.values[:] = [value]
    return found


def says_the_same(one: Form, other: Form) -> bool:
    """Whether two conditions are equal but for the order of their values."""
    here, there = spot_of(one), spot_of(other)
    if here is None or there is None:
        return one == other
    return here.key == there.key and set(here.values) == set(there.values)
