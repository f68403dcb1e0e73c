"""Rules looked up by what they ask for: those that may apply to all mail that others are for.

Each rule is kept under the rarest of its conditions, so that few of thousands need comparing, even
where all of them share a condition. No check lives here.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from mmctl.analysis.covering import COVERED, Covering
from mmctl.model.conditions import evaluated_by
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from mmctl.model.rules import RuleCondition

T = TypeVar("T")

_OPERATORS: Final = tuple(COVERED)
_OUTER: Final = {
    inner.upper(): (
        inner,
        _OPERATORS.index(inner),
        tuple(place for place, inside in enumerate(COVERED.values()) if inner in inside),
    )
    for inner in COVERED
}
"""For an operator of the API: its name here, its place, the places of those that may cover it."""
_EXCLUDED: Final = len(_OPERATORS)
"""The place of conditions that exclude texts."""
_NUMBERS: Final = count(step=_EXCLUDED + 1)


@cache
def _number(_: Hashable) -> int:
    """A number for what is evaluated: numbers are compared faster than members of enums."""
    return next(_NUMBERS)


@dataclass(slots=True)
class ConditionQuestion:
    """What a condition asks, as it is looked up: found once, then looked up in many places."""

    operator: str | None
    """Of a text; None for a condition that asks for no text, or excludes texts."""
    values: Sequence[str]
    """The texts, folded where letter case is ignored."""
    place: Hashable
    """What is compared and how; the same for conditions on the same."""
    outer: Sequence[int]
    """The places of conditions on the same text that may cover these texts."""
    beside: Hashable
    """The place of conditions on the same that ask for no text."""

    @classmethod
    def of(cls, condition: RuleCondition, *, folds: bool) -> ConditionQuestion:
        """What a condition asks; `folds` is the result of `case_folds`."""
        text = condition.string_expression
        if text is None:
            place = condition.kind, evaluated_by(condition)
            return cls(None, (), place, (), place)
        evaluated = text.evaluate.value
        first = _number((type(evaluated), evaluated))
        beside = first + _EXCLUDED
        known = _OUTER.get(text.operator)
        if known is None:
            return cls(None, (), beside, (), beside)
        operator, own, outer = known
        values = [value.lower() for value in text.values] if folds else text.values
        return cls(operator, values, first + own, [first + each for each in outer], beside)


@dataclass(slots=True)
class ByQuestion(Generic[T]):
    """Something for each value of each condition on a text, and for each other condition."""

    texts: dict[Hashable, Covering[T]] = field(default_factory=dict)
    others: dict[Hashable, T] = field(default_factory=dict)

    def at(self, place: Hashable, operator: str) -> Covering[T]:
        """The values of conditions that ask for a text in the same way."""
        found = self.texts.get(place)
        if found is None:
            found = self.texts[place] = Covering(operator)
        return found

    def around(self, question: ConditionQuestion) -> Iterator[T]:
        """What is known about conditions that may follow from one."""
        for place in question.outer:
            if place in self.texts:
                # All values must be covered, so looking up the first is enough.
                for _, found in self.texts[place].values(question.values[0]):
                    yield found
        if question.beside in self.others:
            yield self.others[question.beside]

    def covered(self, question: ConditionQuestion) -> Iterator[int]:
        """The values of a condition that some condition covers, by index."""
        for place in question.outer:
            if place in self.texts:
                yield from self.texts[place].covered(question.values)


@dataclass(slots=True)
class Wider:
    """Rules by number, each under one of its conditions."""

    known: ByQuestion[list[int]] = field(default_factory=ByQuestion)
    _everywhere: list[int] = field(default_factory=list)

    def add(self, number: int, questions: Sequence[ConditionQuestion]) -> None:
        """Add a rule, by what its conditions ask."""
        if not questions:
            self._everywhere.append(number)
            return
        rarest = min(questions, key=self._most) if len(questions) > 1 else questions[0]
        if rarest.operator is None:
            self.known.others.setdefault(rarest.place, []).append(number)
            return
        values = self.known.at(rarest.place, rarest.operator)
        for value in rarest.values:
            values.setdefault(value, []).append(number)

    def may_apply(self, questions: Iterable[ConditionQuestion]) -> list[int]:
        """The rules whose conditions may all follow from those that ask this, in order."""
        found = set(self._everywhere)
        for question in questions:
            for rules in self.known.around(question):
                found.update(rules)
        return sorted(found)

    def _most(self, question: ConditionQuestion) -> int:
        """How many rules are kept at most where a condition would keep one more."""
        if question.operator is None:
            return len(self.known.others.get(question.place, ()))
        values = self.known.texts.get(question.place)
        return 0 if values is None else max(len(values.get(each, ())) for each in question.values)


def questions_of(conditions: Iterable[RuleCondition], *, folds: bool) -> list[ConditionQuestion]:
    """What conditions ask; `folds` is the result of `case_folds`."""
    return [ConditionQuestion.of(condition, folds=folds) for condition in conditions]
