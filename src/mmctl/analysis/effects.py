"""What a rule does to its mail: whether it ends, delivers or keeps it. No check lives here.

A shadow rule only marks its mail, so it has none of these effects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.project import Outcome
from mmctl.model.actions import CHANGES_MESSAGE, Does
from mmctl.model.conditions import operand_of
from mmctl.model.facts import RECIPIENTS, X_HEADER

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule, LogicalRuleSet


_CHANGED_BY_RULES: Final = frozenset({RECIPIENTS, X_HEADER})
"""What actions of a rule change for the rules below it."""


def ends(rule: LogicalRule) -> bool:
    """Whether no later rule sees the recipients that this rule applied to."""
    return Does.ENDS in rule.does


def drops(rule: LogicalRule) -> bool:
    """Whether the rule throws mail away (a `stop` after a delivery does not)."""
    return ends(rule) and not rule.stop


def delivers(rule: LogicalRule) -> bool:
    """Whether the rule hands mail on for its recipients."""
    return Does.DELIVERS in rule.does


def stores(rule: LogicalRule) -> bool:
    """Whether the rule keeps mail without notifying anybody."""
    return Does.STORES in rule.does


def bounces(rule: LogicalRule) -> bool:
    """Whether the rule sends mail back."""
    return Does.BOUNCES in rule.does


def sends(rule: LogicalRule) -> bool:
    """Whether the rule sends mail through Amazon SES, which looks up where it goes."""
    return not rule.shadow and any(action.send is not None for action in rule.actions)


def unconditional(rule: LogicalRule) -> bool:
    """Whether the rule applies to every message."""
    return not rule.conditions and not rule.unless


def has_outcome(rule: LogicalRule) -> bool:
    """Whether the rule can deliver or keep mail, or is meant to end all of it."""
    discards_all = ends(rule) and unconditional(rule)
    return rule.final or discards_all or delivers(rule) or stores(rule) or bounces(rule)


def enough(rule_set: LogicalRuleSet, environment: str) -> Outcome:
    """What accepted mail must at least reach: as written, else `delivered` where the set does."""
    if rule_set.must_reach is not None:
        return rule_set.must_reach
    live = rule_set.live_rules(environment)
    return Outcome.DELIVERED if any(map(delivers, live)) else Outcome.STORED


def changes_mail(rule: LogicalRule) -> bool:
    """Whether the rule changes the recipient or adds a header, which rules below may look at."""
    return rule.shadow or not CHANGES_MESSAGE.isdisjoint(rule.does)


def depends_on_rules(rule: LogicalRule) -> bool:
    """Whether a rule above could change the answer, by replacing a recipient or adding a header."""
    return any(
        operand_of(condition).fact in _CHANGED_BY_RULES
        for condition in (*rule.conditions, *rule.unless)
    )
