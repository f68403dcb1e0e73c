"""Which rules above end all the mail that a rule below is for. No check lives here.

Rules are looked up by their rarest condition, so that few of thousands need comparing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mmctl.analysis.effects import changes_mail, depends_on_rules, ends
from mmctl.analysis.implication import applies_wherever, case_folds
from mmctl.analysis.known_lists import KnownLists
from mmctl.analysis.project_conditions import Same
from mmctl.analysis.wider import ByQuestion, ConditionQuestion, Wider, questions_of
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, Project
    from mmctl.model.rules import RuleCondition


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
    lists = KnownLists(project)
    for rule_set in project.rule_sets.values():
        above = Above(folds=case_folds(project))
        written: dict[str, LogicalRule] = {}
        for rule in rule_set.live_rules(project.environment.name):
            written[rule.name] = rule
            ways = [
                (way, questions_of(way.conditions, folds=above.folds)) for way in lists.ways(rule)
            ]
            ending = [above.ending(way.conditions, way.unless, asked) for way, asked in ways]
            if ending[0] is not None and None not in ending:
                found.append(Hidden(rule=rule, by=written[ending[0].name]))
                continue
            # The values of a list are not in the file of the rule.
            asked = ways[0][1]
            if ways[0][0] is not rule:
                asked = questions_of(rule.conditions, folds=above.folds)
            values = tuple(
                (condition, value, written[by.name])
                for condition, value, by in above.ended_values(rule.conditions, rule.unless, asked)
            )
            if values:
                found.append(Hidden(rule=rule, by=None, values=values))
            for way, asked in ways:
                above.add(way, asked)
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

    def add(self, rule: LogicalRule, questions: Sequence[ConditionQuestion]) -> None:
        """Add the next rule above, with what its conditions ask."""
        if ends(rule):
            (self._passing if depends_on_rules(rule) else self._lasting).add(rule, questions)
        if changes_mail(rule) and self._passing.rules:
            self._passing = _Index(folds=self.folds)

    def ending(
        self,
        conditions: Sequence[RuleCondition],
        unless: Sequence[RuleCondition],
        questions: Sequence[ConditionQuestion],
    ) -> LogicalRule | None:
        """The first rule that ends all mail that meets the conditions and none of the others."""
        for index in (self._lasting, self._passing):
            if not index.rules:
                continue
            applying = [
                rule
                for rule in map(index.rules.__getitem__, index.wider.may_apply(questions))
                if applies_wherever(rule, conditions, unless, folds=self.folds)
            ]
            if len(applying) > 1:
                # Which of them is named has always been decided by the first conditions.
                return next(
                    rule
                    for rule in index.candidates(questions)
                    if any(rule is each for each in applying)
                )
            if applying:
                return applying[0]
        return None

    def ended_values(
        self,
        conditions: Sequence[RuleCondition],
        unless: Sequence[RuleCondition],
        questions: Sequence[ConditionQuestion],
    ) -> Iterator[tuple[int, int, LogicalRule]]:
        """Of several values of a condition, those whose mail has all ended, and what ends it."""
        for number, (condition, question) in enumerate(zip(conditions, questions, strict=True)):
            text = condition.string_expression
            if text is None or len(question.values) <= 1:
                continue
            others = (*questions[:number], *questions[number + 1 :])
            for index in self._maybe_ended(question, others):
                alone = text.changed(values=(text.values[index],))
                narrow = condition.changed(string_expression=alone)
                together = (*conditions[:number], narrow, *conditions[number + 1 :])
                rule = self.ending(together, unless, questions_of(together, folds=self.folds))
                if rule is not None:
                    yield number, index, rule

    def _maybe_ended(
        self, question: ConditionQuestion, others: Sequence[ConditionQuestion]
    ) -> list[int]:
        """The values of a condition, by index, for which some rule may end all mail."""
        indexes = [index for index in (self._lasting, self._passing) if index.rules]
        if any(index.may_apply_to_rest(question, others) for index in indexes):
            known = [index.all_texts() for index in indexes]
            return sorted({at for each in known for at in each.covered(question)})
        kept = [index.wider.known for index in indexes]
        return sorted({at for each in kept for at in each.covered(question)})


Rules = list["LogicalRule"]


@dataclass(slots=True, kw_only=True)
class _Index:
    folds: bool
    rules: Rules = field(default_factory=list)
    questions: list[Sequence[ConditionQuestion]] = field(default_factory=list)
    """What the conditions of each rule ask."""
    wider: Wider = field(default_factory=Wider)
    texts: ByQuestion[None] = field(default_factory=ByQuestion)
    """The texts of all conditions of the rules, as far as somebody asked."""
    noted_texts: int = 0
    """Of how many rules they are."""
    first: ByQuestion[Rules] = field(default_factory=ByQuestion)
    """The rules by their first condition."""
    unconditional: Rules = field(default_factory=list)
    noted: int = 0
    """How many rules are known by their first condition: hardly ever does anybody ask."""

    def add(self, rule: LogicalRule, questions: Sequence[ConditionQuestion]) -> None:
        self.wider.add(len(self.rules), questions)
        self.rules.append(rule)
        self.questions.append(questions)

    def may_apply_to_rest(
        self, question: ConditionQuestion, others: Sequence[ConditionQuestion]
    ) -> bool:
        """Whether a rule may apply because of the other conditions, and spare one of the values."""
        return bool(self.wider.may_apply(others)) or question.beside in self.wider.known.others

    def all_texts(self) -> ByQuestion[None]:
        """The texts of all conditions of the rules."""
        for questions in self.questions[self.noted_texts :]:
            for each in questions:
                if each.operator is not None:
                    self.texts.at(each.place, each.operator).note(each.values, None)
        self.noted_texts = len(self.questions)
        return self.texts

    def _note_first(self) -> None:
        rules = zip(self.rules[self.noted :], self.questions[self.noted :], strict=True)
        for rule, questions in rules:
            if not questions:
                self.unconditional.append(rule)
                continue
            question = questions[0]
            if question.operator is None:
                self.first.others.setdefault(question.place, []).append(rule)
                continue
            first = self.first.at(question.place, question.operator)
            for value in question.values:
                first.setdefault(value, []).append(rule)
        self.noted = len(self.rules)

    def candidates(self, asked: Sequence[ConditionQuestion]) -> Iterator[LogicalRule]:
        """The rules whose first condition may follow from one of the conditions."""
        self._note_first()
        yield from self.unconditional
        for question in asked:
            for rules in self.first.around(question):
                yield from rules
