"""Mutants: the project with one small mistake in it. If no case notices, a test is missing.

A mutant changes what one edit of a file would change: the condition that a phase adds to its
rules changes in all of them at once. The same project always has the same mutants, in the
same order. Values only; `mmctl.cases.mutants.trial` runs the cases against them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from mmctl.judge.actions import actions_in_effect
from mmctl.model.actions import CHANGES_MESSAGE, row_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule
    from mmctl.model.policies import PolicyCondition, TrafficPolicy
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """Some rules of a rule set are replaced or left out."""

    rule_set: str
    rules: Mapping[int, LogicalRule | None] = field(hash=False)
    """By place in the live rules; None: left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSwapped:
    """Two neighboring rules are swapped."""

    rule_set: str
    first: int
    """The place of the first one; the other follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """A traffic policy is replaced."""

    policy: str
    changed: TrafficPolicy
    names: tuple[str | None, ...]


Edit: TypeAlias = RulesChanged | RulesSwapped | PolicyChanged


class Mistake(StrEnum):
    """The kinds of mistakes, as reports name them."""

    CONDITION_DROPPED = "condition dropped"
    UNLESS_DROPPED = "unless dropped"
    UNLESS_ADDED = "unless added"
    RULE_LEFT_OUT = "rule left out"
    ACTION_DROPPED = "action dropped"
    ACTION_CHANGED = "action changed"
    ON_FAILURE_CHANGED = "on_failure changed"
    NEIGHBORS_SWAPPED = "neighbors swapped"
    DEFAULT_FLIPPED = "default flipped"
    LIMIT_DROPPED = "limit dropped"
    STATEMENT_DROPPED = "statement dropped"
    OPERATOR_CHANGED = "operator changed"
    VALUE_DROPPED = "value dropped"
    SUFFIX_WIDENED = "suffix widened"
    NETWORK_WIDENED = "network widened"
    VERDICT_FLIPPED = "verdict flipped"
    POLICY_FLIPPED = "policy flipped"
    TLS_VERSION_CHANGED = "TLS version changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One small mistake."""

    change: Mistake
    name: str
    """The rule or statement: `inbound/block-lookalike`."""
    before: str
    after: str
    """What replaces it; empty: nothing."""
    position: Position
    edit: Edit
    conditions: tuple[RuleCondition | PolicyCondition, ...] = ()
    """The conditions that differ, before and after the change: where to look for a message
    that shows the difference."""

    def apply(self, gateway: Gateway) -> Gateway:
        """The gateway with the mistake; it must be the one that the mutant was made from."""
        match self.edit:
            case RulesChanged(rules=changed):
                rules = (
                    changed.get(place, rule) if place in changed else rule
                    for place, rule in enumerate(gateway.rules)
                )
                return replace(gateway, rules=tuple(rule for rule in rules if rule is not None))
            case RulesSwapped(first=first):
                one, other = gateway.rules[first : first + 2]
                around = gateway.rules[:first], gateway.rules[first + 2 :]
                return replace(gateway, rules=(*around[0], other, one, *around[1]))
            case PolicyChanged(changed=policy, names=names):
                return replace(gateway, policy=policy, statement_names=names)
            case _:
                assert_never(self.edit)

    def may_apply(self, gateway: Gateway, rules: Sequence[int]) -> Sequence[int]:
        """The places of the rules that may apply to a message under the mistake.

        `rules` are those that may apply in the gateway without it. A changed rule whose actions
        change what later conditions see can make any other apply.
        """
        match self.edit:
            case PolicyChanged():
                return rules
            case RulesSwapped(first=first):
                changed: Mapping[int, LogicalRule | None] = {
                    first: gateway.rules[first],
                    first + 1: gateway.rules[first + 1],
                }
            case RulesChanged(rules=changed):
                pass
            case _:
                assert_never(self.edit)
        both = (each for place, rule in changed.items() for each in (gateway.rules[place], rule))
        kept = [place for place, _ in enumerate(gateway.rules) if changed.get(place, 0) is not None]
        if any(_changes_what_is_seen(rule) for rule in both if rule is not None):
            return range(len(kept))
        possible = {*rules, *changed}
        return [new for new, old in enumerate(kept) if old in possible]


def _changes_what_is_seen(rule: LogicalRule) -> bool:
    return any(row_of(action).does in CHANGES_MESSAGE for action in actions_in_effect(rule))
