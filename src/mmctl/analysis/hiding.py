"""Which rules above end all the mail that a rule below is for. No check lives here.

Rules are looked up by their rarest condition, so that few of thousands need comparing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mmctl.analysis.covering import Covering
from mmctl.analysis.effects import changes_mail, depends_on_rules, ends
from mmctl.analysis.implication import applies_wherever, case_folds
from mmctl.analysis.project_conditions import Same
from mmctl.analysis.wider import Wider, about, compared, outer, text_of
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition, RuleStringExpression


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A rule of which some or all mail has ended above."""

    rule: LogicalRule
    by: LogicalRule | None
    """The rule that ends all of its mail."""
    values: tuple[tuple[int, int, LogicalRule], ...] = ()
    """Otherwise: condition, value, and the rule that ends all mail with that value."""


def hidden(project: Project) -> tuple[Hidden, ...]:
    """The rules of a project that get no mail, or none for some of their values."""
    return _hidden_in(Same(project))


@lru_cache(maxsize=1)
def _hidden_in(same: Same) -> tuple[Hidden, ...]:
    # Two checks need these for the same project.
    project = same.project
    found: list[Hidden] = []
    for rule_set in project.rule_sets.values():
        above = Above(folds=case_folds(project))
        for rule in rule_set.live_rules(project.environment.name):
            ending = above.ending(rule.conditions, rule.unless)
            if ending is not None:
                found.append(Hidden(rule=rule, by=ending))
                continue
            values = tuple(above.ended_values(rule.conditions, rule.unless))
            if values:
                found.append(Hidden(rule=rule, by=None, values=values))
            above.add(rule)
    return tuple(found)


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
            applying = [
                rule
                for rule in map(index.rules.__getitem__, index.wider.may_apply(conditions))
                if applies_wherever(rule, conditions, unless, folds=self.folds)
            ]
            if len(applying) > 1:
                # Which of them is named has always been decided by the first conditions.
                return next(
                    rule
                    for rule in index.candidates(conditions)
                    if any(rule is each for each in applying)
                )
            if applying:
                return applying[0]
        return None

    def ended_values(
        self, conditions: Sequence[RuleCondition], unless: Sequence[RuleCondition]
    ) -> Iterator[tuple[int, int, LogicalRule]]:
        """Of several values of a condition, those whose mail has all ended, and what ends it."""
        for number, condition in enumerate(conditions):
            text = text_of(condition)
            if text is None or len(text.values) == 1:
                continue
            for index in sorted({*self._lasting.covered(text), *self._passing.covered(text)}):
                alone = text.changed(values=(text.values[index],))
                narrow = condition.changed(string_expression=alone)
                together = (*conditions[:number], narrow, *conditions[number + 1 :])
                rule = self.ending(together, unless)
                if rule is not None:
                    yield number, index, rule


Rules = list["LogicalRule"]


@dataclass(slots=True, kw_only=True)
class _Index:
    folds: bool
    rules: Rules = field(default_factory=list)
    wider: Wider = field(init=False)
    texts: dict[Hashable, Covering[None]] = field(default_factory=dict)
    """The texts of all conditions."""
    first: dict[Hashable, Covering[Rules]] = field(default_factory=dict)
    """The texts of first conditions, by what is compared and how."""
    others: dict[Hashable, Rules] = field(default_factory=dict)
    """The rules whose first condition asks for no text."""
    unconditional: Rules = field(default_factory=list)
    noted: int = 0
    """How many rules are known by their first condition: hardly ever does anybody ask."""

    def __post_init__(self) -> None:
        self.wider = Wider(folds=self.folds)

    def add(self, rule: LogicalRule) -> None:
        self.wider.add(len(self.rules), rule.conditions)
        self.rules.append(rule)
        for condition in rule.conditions:
            text = text_of(condition)
            if text is not None:
                operator = text.operator.lower()
                texts = self.texts.setdefault(compared(text, operator), Covering[None](operator))
                texts.note(self._folded(text.values), None)

    def _note_first(self) -> None:
        for rule in self.rules[self.noted :]:
            if not rule.conditions:
                self.unconditional.append(rule)
                continue
            condition = rule.conditions[0]
            text = text_of(condition)
            if text is None:
                self.others.setdefault(about(condition), []).append(rule)
                continue
            operator = text.operator.lower()
            first = self.first.setdefault(compared(text, operator), Covering[Rules](operator))
            for value in self._folded(text.values):
                first.setdefault(value, []).append(rule)
        self.noted = len(self.rules)

    def candidates(self, conditions: Sequence[RuleCondition]) -> Iterator[LogicalRule]:
        """The rules whose first condition may follow from one of the conditions."""
        self._note_first()
        yield from self.unconditional
        for condition in conditions:
            text = text_of(condition)
            if text is not None and self.first:
                # All values must be covered, so looking up the first is enough.
                (folded,) = self._folded(text.values[:1])
                for values in outer(self.first, text):
                    for _, rules in values.values(folded):
                        yield from rules
            if self.others:
                yield from self.others.get(about(condition), ())

    def covered(self, text: RuleStringExpression) -> Iterator[int]:
        """The values of a condition that a condition of a rule covers."""
        values: Sequence[str] | None = None
        for known in outer(self.texts, text):
            values = values or self._folded(text.values)
            yield from known.covered(values)

    def _folded(self, values: Sequence[str]) -> Sequence[str]:
        return [value.lower() for value in values] if self.folds else values
