"""Which rules above end all the mail that a rule below is for. No check lives here.

Rules are looked up by their first condition, so that few of hundreds need comparing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmctl.analysis.covering import COVERED, Covering
from mmctl.analysis.effects import changes_mail, depends_on_rules, ends
from mmctl.analysis.implication import applies_wherever
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import evaluated_by

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition, RuleStringExpression


@dataclass(slots=True, kw_only=True)
class Above:
    """The rules above a place in a rule set that end mail; add them in order."""

    folds: bool
    """The result of `case_folds`."""
    _lasting: _Index = field(init=False)
    _passing: _Index = field(init=False)
    """Those whose answer a rule in between could change: by another recipient or a header."""

    def __post_init__(self) -> None:
        self._lasting = _Index(folds=self.folds)
        self._passing = _Index(folds=self.folds)

    def add(self, rule: LogicalRule) -> None:
        """Add the next rule above."""
        if ends(rule):
            (self._passing if depends_on_rules(rule) else self._lasting).add(rule)
        if changes_mail(rule):
            self._passing = _Index(folds=self.folds)

    def ending(
        self, conditions: Sequence[RuleCondition], unless: Sequence[RuleCondition]
    ) -> LogicalRule | None:
        """The first rule that ends all mail that meets the conditions and none of the others."""
        for index in (self._lasting, self._passing):
            for rule in index.candidates(conditions):
                if applies_wherever(rule, conditions, unless, folds=self.folds):
                    return rule
        return None

    def ended_values(
        self, conditions: Sequence[RuleCondition], number: int, unless: Sequence[RuleCondition]
    ) -> Iterator[tuple[int, LogicalRule]]:
        """Values of one string condition whose mail has all ended, and the rule that ends it."""
        text = conditions[number].string_expression
        if text is None:
            return
        for index in sorted({*self._lasting.covered(text), *self._passing.covered(text)}):
            alone = text.model_copy(update={"values": (text.values[index],)})
            narrow = conditions[number].model_copy(update={"string_expression": alone})
            together = (*conditions[:number], narrow, *conditions[number + 1 :])
            rule = self.ending(together, unless)
            if rule is not None:
                yield index, rule


Rules = list["LogicalRule"]


@dataclass(slots=True, kw_only=True)
class _Index:
    folds: bool
    unconditional: Rules = field(default_factory=list)
    first: dict[Hashable, Covering[Rules]] = field(default_factory=dict)
    """The texts of first conditions, by what is compared and how."""
    texts: dict[Hashable, Covering[Rules]] = field(default_factory=dict)
    """The texts of all conditions."""
    others: dict[Hashable, Rules] = field(default_factory=dict)

    def add(self, rule: LogicalRule) -> None:
        if not rule.conditions:
            self.unconditional.append(rule)
        for number, condition in enumerate(rule.conditions):
            text = _text(condition)
            if text is not None:
                self._put(self.texts, text, rule)
                if number == 0:
                    self._put(self.first, text, rule)
            elif number == 0:
                self.others.setdefault(_about(condition), []).append(rule)

    def _put(
        self, known: dict[Hashable, Covering[Rules]], text: RuleStringExpression, rule: LogicalRule
    ) -> None:
        operator = text.operator.lower()
        values = known.setdefault((text.evaluate, operator), Covering[Rules](operator))
        for value in text.values:
            values.setdefault(self._folded(value), []).append(rule)

    def candidates(self, conditions: Sequence[RuleCondition]) -> Iterator[LogicalRule]:
        """The rules whose first condition may follow from one of the conditions."""
        yield from self.unconditional
        for condition in conditions:
            text = _text(condition)
            if text is not None:
                # All values must be covered, so looking up the first is enough.
                folded = self._folded(text.values[0])
                for values in self._outer(self.first, text):
                    for _, rules in values.values(folded):
                        yield from rules
            yield from self.others.get(_about(condition), ())

    def covered(self, text: RuleStringExpression) -> Iterator[int]:
        """The values of a condition that a condition of a rule covers."""
        outer = tuple(self._outer(self.texts, text))
        for index, value in enumerate(text.values if outer else ()):
            folded = self._folded(value)
            if any(values.covers(folded) for values in outer):
                yield index

    def _outer(
        self, known: dict[Hashable, Covering[Rules]], text: RuleStringExpression
    ) -> Iterator[Covering[Rules]]:
        """The known values of the operators that may cover those of a condition."""
        inner = text.operator.lower()
        for operator in (outer for outer, inside in COVERED.items() if inner in inside):
            values = known.get((text.evaluate, operator))
            if values is not None:
                yield values

    def _folded(self, value: str) -> str:
        return value.lower() if self.folds else value


def _text(condition: RuleCondition) -> RuleStringExpression | None:
    """The condition if it asks for a text; one that excludes texts is looked up like others."""
    expression = condition.string_expression
    return expression if expression is not None and expression.operator not in NEGATED else None


def _about(condition: RuleCondition) -> Hashable:
    return condition.kind, evaluated_by(condition)
