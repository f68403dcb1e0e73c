"""Fields that hold free text: one text or none, or any number of texts.

The clauses speak of two tests at a time, with few exceptions, and that is enough: any tests that
agree so far are met by the longest beginning, the contained texts and the longest end, with a
character between them that no test mentions. Values come folded, if letter case is ignored.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.sat.circuit import TRUE
from mmctl.analysis.theories.containment import Containment
from mmctl.analysis.theories.families import Family
from mmctl.analysis.theories.order import Order
from mmctl.analysis.theories.styles import FREE_TEXT, last_resort
from mmctl.analysis.theories.theory import Unrealised, holds, other_than
from mmctl.judge.compare import text_matches, values_met
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.analysis.theories.styles import Style

Test = tuple[RuleStringOperator, str]

_LAST: str = chr(0x10FFFF)


class TextTheory:
    """One free text, or none."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        optional: bool = False,
        present: int | None = None,
        style: Style = FREE_TEXT,
    ) -> None:
        if present is None:
            present = circuit.variable() if optional else TRUE
        self.present = present
        """The literal that there is a text."""
        self._circuit = circuit
        self._style = style
        self._tests: dict[Test, int] = {}
        self._starts: Order[str] = Order(circuit, "")
        self._ends: Order[str] = Order(circuit, "")
        """Texts from their ends."""
        self._containment = Containment(circuit)
        self._has_ends = False
        self._equal: list[tuple[str, int]] = []
        """Tests on equality that are not among the ends yet."""

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """The literal that the text meets a value; not for `NOT_EQUALS`."""
        literal = self._tests.get((operator, value))
        if literal is None:
            literal = self._tests[operator, value] = self._new(operator, value)
        return literal

    def _new(self, operator: RuleStringOperator, value: str) -> int:
        match operator:
            case RuleStringOperator.EQUALS:
                literal = self._all(self._starts.between(value, f"{value}\0"))
                self._containment.equals(value, literal, alone=True)
                self._equal.append((value, literal))
                return literal
            case _ if not value:
                return self.present
            case RuleStringOperator.STARTS_WITH:
                literal = self._all(self._starts.between(value, _after(value)))
                self._containment.holds_at_least(value, literal)
                return literal
            case RuleStringOperator.ENDS_WITH:
                self._has_ends = True
                backwards = value[::-1]
                literal = self._all(self._ends.between(backwards, _after(backwards)))
                self._containment.holds_at_least(value, literal)
                return literal
            case RuleStringOperator.CONTAINS:
                literal = self._circuit.variable()
                self._circuit.implies(literal, self.present)
                self._containment.contains(value, literal)
                return literal
            case RuleStringOperator.NOT_EQUALS:
                raise ValueError(operator)
            case _:
                assert_never(operator)

    def _all(self, literals: Iterable[int]) -> int:
        return self._circuit.all_of((self.present, *literals))

    def settle(self) -> None:
        """Give the solver the clauses of the tests asked for since the last time."""
        if self._has_ends:
            for value, literal in self._equal:
                for end in self._ends.between(value[::-1], f"{value[::-1]}\0"):
                    self._circuit.implies(literal, end)
            self._equal.clear()
        self._starts.settle()
        self._ends.settle()
        self._containment.settle()

    def value(self, model: frozenset[int]) -> str | Unrealised | None:
        """A text of a model; None: there is none."""
        if not holds(self.present, model):
            return None
        met, unmet = sorted_tests(self._tests, model)
        equal = [value for operator, value in met if operator is RuleStringOperator.EQUALS]
        for text in equal or made_up(self._style, met, untouched(self._tests)):
            if _meets(text, met, unmet):
                return text
        return Unrealised(clause=None)

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests."""
        return other_than((self.present, *self._tests.values()), model)


class TextsTheory:
    """Any number of free texts, of which each test is met by some."""

    def __init__(self, circuit: Circuit, *, style: Style = FREE_TEXT) -> None:
        self.present = circuit.variable()
        """The literal that there is a text."""
        self._circuit = circuit
        self._style = style
        self._tests: dict[Test, int] = {}
        self._starts = Family(circuit)
        self._ends = Family(circuit)
        self._containment = Containment(circuit)

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """The literal that one of the texts meets a value; not for `NOT_EQUALS`."""
        literal = self._tests.get((operator, value))
        if literal is None:
            literal = self._tests[operator, value] = self._new(operator, value)
        return literal

    def _new(self, operator: RuleStringOperator, value: str) -> int:
        if operator is not RuleStringOperator.EQUALS and not value:
            return self.present
        literal = self._circuit.variable()
        self._circuit.implies(literal, self.present)
        match operator:
            case RuleStringOperator.EQUALS:
                self._starts.begins_at_least(value, literal)
                self._ends.begins_at_least(value[::-1], literal)
                self._containment.equals(value, literal, alone=False)
            case RuleStringOperator.STARTS_WITH:
                self._starts.begins(value, literal)
                self._containment.holds_at_least(value, literal)
            case RuleStringOperator.ENDS_WITH:
                self._ends.begins(value[::-1], literal)
                self._containment.holds_at_least(value, literal)
            case RuleStringOperator.CONTAINS:
                self._containment.contains(value, literal)
            case RuleStringOperator.NOT_EQUALS:
                raise ValueError(operator)
            case _:
                assert_never(operator)
        return literal

    def settle(self) -> None:
        """Give the solver the clauses of the tests asked for since the last time."""
        self._starts.settle()
        self._ends.settle()
        self._containment.settle()

    def value(self, model: frozenset[int]) -> tuple[str, ...] | Unrealised:
        """The texts of a model: as few as show it."""
        if not holds(self.present, model):
            return ()
        met, unmet = sorted_tests(self._tests, model)
        texts = [value for operator, value in met if operator is RuleStringOperator.EQUALS]
        resort = untouched(self._tests)
        for wanted in self._shares(met, texts):
            for text in made_up(self._style, wanted, resort):
                if _meets(text, wanted, unmet):
                    texts.append(text)
                    break
            else:
                return Unrealised(clause=None)
        return tuple(texts)

    def _shares(self, met: Iterable[Test], texts: Sequence[str]) -> list[list[Test]]:
        """What further texts have to meet, shared out; at least one text is needed."""
        wanted: dict[RuleStringOperator, list[str]] = {}
        for operator, value in met:
            wanted.setdefault(operator, []).append(value)
        left = []
        for operator, values in wanted.items():
            done = set(values_met(operator, texts, values, "sensitive"))
            left += [(operator, value) for value in values if value not in done]
        return _shared_out(left) or ([] if texts else [[]])

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests."""
        return other_than((self.present, *self._tests.values()), model)


def _after(beginning: str) -> str | None:
    """The first text, in their order, after all that begin so; None: there is none."""
    beginning = beginning.rstrip(_LAST)
    return beginning[:-1] + chr(ord(beginning[-1]) + 1) if beginning else None


def sorted_tests(tests: dict[Test, int], model: frozenset[int]) -> tuple[list[Test], list[Test]]:
    """The tests that are met in a model, and those that are not."""
    met: list[Test] = []
    unmet: list[Test] = []
    for test, literal in tests.items():
        (met if holds(literal, model) else unmet).append(test)
    return met, unmet


def _meets(text: str, met: Iterable[Test], unmet: Iterable[Test]) -> bool:
    """Whether a text meets exactly what it should, as the judge compares."""
    return all(text_matches(operator, text, value) for operator, value in met) and not any(
        text_matches(operator, text, value) for operator, value in unmet
    )


def _shared_out(met: Sequence[Test]) -> list[list[Test]]:
    """Tests shared out so that one text can meet each share."""
    starts = _outermost(met, RuleStringOperator.STARTS_WITH)
    ends = _outermost(met, RuleStringOperator.ENDS_WITH)
    contained = [test for test in met if test[0] is RuleStringOperator.CONTAINS]
    shares = [[test for test in pair if test is not None] for pair in zip_longest(starts, ends)]
    if contained:
        shares[:1] = [[*(shares[0] if shares else ()), *contained]]
    return shares


def _outermost(met: Iterable[Test], operator: RuleStringOperator) -> list[Test]:
    """The tests of one operator that no other one implies."""
    reverse = -1 if operator is RuleStringOperator.ENDS_WITH else 1
    values = sorted(value[::reverse] for tested, value in met if tested is operator)
    return [
        (operator, value[::reverse])
        for value, after in zip_longest(values, values[1:])
        if after is None or not after.startswith(value)
    ]


def untouched(tests: Iterable[Test]) -> str | None:
    """A letter that no test mentions."""
    return last_resort(set().union(*(value for _, value in tests)))


def made_up(style: Style, met: Iterable[Test], resort: str | None) -> Iterator[str]:
    """Texts that meet some tests, the likeliest first; the last one meets nothing else.

    `resort` is a letter that no test mentions.
    """
    longest = dict.fromkeys(RuleStringOperator, "")
    contained: list[str] = []
    for operator, value in met:
        if operator is RuleStringOperator.CONTAINS:
            contained.append(value)
        elif len(value) > len(longest[operator]):
            longest[operator] = value
    start = longest[RuleStringOperator.STARTS_WITH]
    end = longest[RuleStringOperator.ENDS_WITH]
    inner = [each for each in contained if each not in start and each not in end]
    inner = _without_inner(inner, resort)
    if not (start or end or inner):
        yield from style.plain
    for before, between, after in style.fillings:
        yield _joined(start, inner, end, before, between, after)
    if resort is not None:
        yield _joined(start, inner, end, resort, resort, resort)


def _without_inner(contained: Iterable[str], separator: str | None) -> list[str]:
    """The texts that are not contained in another one."""
    kept: list[str] = []
    joined = separator = separator or "\n"
    for text in sorted(contained, key=len, reverse=True):
        if text not in joined:
            kept.append(text)
            joined += text + separator
    return kept


def _joined(
    start: str, inner: Sequence[str], end: str, before: str, between: str, after: str
) -> str:
    parts = [start or before, *inner, end or after]
    return between.join(part for part in parts if part)
