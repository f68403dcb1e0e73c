"""Which values of a condition stand or fall together, so that one question answers for them all.

Two values of one operator do if all other tests of their field treat them alike, and nothing above
has asked about either: a message that meets one of them could have the other instead. The theories
of texts are exact, so this is no guess. Where more is in play, each value is asked about.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.analysis.covering import COVERED, Covering
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.judge.compare import folded
from mmctl.model.enums import RuleStringOperator
from mmctl.model.rules import RuleStringExpression

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from mmctl.analysis.encoding.fields import FreeFields
    from mmctl.analysis.encoding.proof import Proof
    from mmctl.analysis.encoding.views import FieldView, Test
    from mmctl.language.readings import Case
    from mmctl.model.rules import RuleCondition

_EQUALS: Final = RuleStringOperator.EQUALS
_SEARCHED: Final = tuple(map(RuleStringOperator, ("STARTS_WITH", "ENDS_WITH", "CONTAINS")))
_WIDER: Final = {
    operator: tuple(wide for wide in _SEARCHED if operator.lower() in COVERED[wide.lower()])
    for operator in (_EQUALS, *_SEARCHED)
}
"""For an operator those of other tests that its values may meet whenever they are met."""


class ValueClasses:
    """What the tests of a proof's fields have to do with each other; found once a field."""

    def __init__(self, proof: Proof, gateway: int = 0) -> None:
        self._proof = proof
        self._gateway = gateway
        self._known: dict[int, dict[Test, Hashable]] = {}

    def classes(
        self, conditions: Sequence[RuleCondition], place: int
    ) -> list[list[Hashable] | None]:
        """For each condition of a rule, for each value: equal ones stand or fall together.

        None: the condition's values are asked about one by one.
        """
        unknown: list[list[Hashable] | None] = [None] * len(conditions)
        seen: list[tuple[FieldView, list[Test]] | None] = []
        for condition in conditions:
            expression = condition.value
            if not isinstance(expression, RuleStringExpression):
                seen.append(None)
                continue
            view = self._proof.view_of(condition, place, self._gateway)
            if view is None:
                return unknown
            seen.append((view, _tests(expression, view)))
        used = Counter((id(view), test) for view, tests in filter(None, seen) for test in tests)
        above = abs(self._proof.paths[self._gateway].rules[place].reached)

        def standing(view: FieldView, test: Test, number: int) -> Hashable:
            literal = view.tests.get(test)
            if literal is None or abs(literal) <= above or used[id(view), test] > 1:
                return number
            return self._of(view).get(test, number)

        return [
            None
            if each is None or len(each[1]) <= 1
            else [standing(each[0], test, number) for number, test in enumerate(each[1])]
            for each in seen
        ]

    def _of(self, view: FieldView) -> dict[Test, Hashable]:
        known = self._known.get(id(view))
        if known is None:
            known = self._known[id(view)] = dict(_standing(self._proof.fields, view))
        return known


def _tests(expression: RuleStringExpression, view: FieldView) -> list[Test]:
    operator = expression.operator
    if operator is RuleStringOperator.NOT_EQUALS:
        operator = _EQUALS
    return [(operator, folded(value, view.look.case)) for value in expression.values]


def _standing(fields: FreeFields, view: FieldView) -> Iterator[tuple[Test, Hashable]]:
    """For each test how all others of the field treat it, if that is all that there is to it."""
    case = view.look.case
    other: Case = "sensitive" if case == "insensitive" else "insensitive"
    written = any(assumed.address is not None for assumed in fields.assumed)
    if written or view.look._replace(case=other) in fields.views:
        return
    only_equal = bool(view.listings) or _is_divided(view)
    searched = {operator: Covering[int](operator.lower()) for operator in _SEARCHED}
    for (operator, value), literal in view.tests.items():
        if operator is not _EQUALS:
            searched[operator].setdefault(value, literal)
    used = {operator for operator, _ in view.tests}
    wider = {
        operator: [searched[wide] for wide in wides if wide in used]
        for operator, wides in _WIDER.items()
    }
    implied = {
        test: _implied(test, literal, wider[test[0]]) for test, literal in view.tests.items()
    }
    implying = {literal for met in implied.values() for literal in met}
    for test, met in implied.items():
        operator, value = test
        if operator is _EQUALS:
            listed = [
                each.literal for each in view.listings.values() if each.includes((value,), case)
            ]
            yield test, (operator, met.union(listed))
        elif not only_equal and view.tests[test] not in implying:
            yield test, (operator, met)


def _implied(test: Test, literal: int, wider: Iterable[Covering[int]]) -> frozenset[int]:
    """The other tests that a text meets if it meets this one, as the judge compares."""
    value = test[1]
    return frozenset(
        [other for wide in wider for _, other in wide.values(value) if other != literal]
    )


def _is_divided(view: FieldView) -> bool:
    """Whether tests speak of both sides of an envelope address at once."""
    return isinstance(view.theory, AddressTheory) and any(
        "@" in (value[1:] if operator is RuleStringOperator.ENDS_WITH else value)
        for operator, value in view.tests
        if operator is not _EQUALS
    )
