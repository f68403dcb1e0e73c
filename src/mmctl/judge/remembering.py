"""What a message's rules and policy were asked, remembered: asking again gives the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.judge.answers import MissingFact, all_of, any_of
from mmctl.judge.conditions import ask
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from mmctl.judge.answers import Answer
    from mmctl.judge.lookup import Asking
    from mmctl.judge.trace import AddedHeader, ConditionTrace, PolicyTrace
    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition

CouldBe: TypeAlias = "tuple[tuple[MissingFact, frozenset[str]], ...]"
"""The same, to be looked up."""
RuleQuestion: TypeAlias = "tuple[int, tuple[AddedHeader, ...], CouldBe]"
"""Whether a rule applies: its place, what earlier ones added, and what facts could be."""


@dataclass(frozen=True, slots=True)
class AskedConditions:
    """A rule's conditions, evaluated on what they can see of one recipient."""

    conditions: tuple[ConditionTrace, ...]
    unless: tuple[ConditionTrace, ...]
    answer: Answer
    """Whether the rule applies: all conditions match, and none under `unless` does."""


@dataclass(slots=True)
class Memory:
    """Answers already found for one message, in any world: asking again gives the same."""

    rules: dict[str, dict[RuleQuestion, AskedConditions]] = field(default_factory=dict)
    """By the recipient as conditions see it; by none for rules that read no recipient."""
    reading: dict[int, bool] = field(default_factory=dict)
    """Whether a rule reads recipients, by its place."""
    policies: dict[str, dict[CouldBe, PolicyTrace]] = field(default_factory=dict)
    """By the recipient."""
    askings: dict[Hashable, Asking] = field(default_factory=dict)


def ask_rule(rule: LogicalRule, asking: Asking) -> AskedConditions:
    """Evaluate a rule's conditions."""
    conditions = _ask_all("Conditions", rule.conditions, asking)
    unless = _ask_all("Unless", rule.unless, asking)
    held_back = any_of(asked.answer for asked in unless)
    answer = all_of((*(asked.answer for asked in conditions), ~held_back))
    return AskedConditions(conditions, unless, answer)


def _ask_all(
    member: str, conditions: Iterable[RuleCondition], asking: Asking
) -> tuple[ConditionTrace, ...]:
    return tuple(
        [ask(condition, (member, place), asking) for place, condition in enumerate(conditions)]
    )
