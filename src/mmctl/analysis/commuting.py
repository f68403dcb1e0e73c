"""Whether two rules can be swapped without any effect, as far as that is plain.

Only what is certain counts: after a no, there may still be no message that shows a difference. That
is a question for a proof (`questions/phases.py`).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from mmctl.analysis.exclusion import exclude_each_other
from mmctl.judge.actions import actions_in_effect
from mmctl.model.actions import (
    CHANGES_MESSAGE,
    MAY_END,
    Does,
    added_header,
    asked_function,
    new_recipients,
    row_of,
)
from mmctl.model.conditions import header_of, operand_of
from mmctl.model.facts import RECIPIENTS
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings
    from mmctl.model.rules import RuleAction


def commute(one: LogicalRule, other: LogicalRule) -> bool:
    """Whether swapping two rules certainly changes nothing."""
    return exclude(one, other) or _actions_commute(one, other)


def _actions_commute(one: LogicalRule, other: LogicalRule) -> bool:
    ours, theirs = _does(one), _does(other)
    if ours == theirs == {Does.ENDS} and not (one.stop or other.stop):
        return True
    for acting, following, rule in ((ours, theirs, other), (theirs, ours, one)):
        if acting & MAY_END:
            return False
        if Does.REPLACES in acting and following - {Does.MARKS}:
            return False
        if Does.MARKS in acting and (following - CHANGES_MESSAGE or _reads_headers(rule)):
            return False
    return True


def _does(rule: LogicalRule) -> set[Does]:
    return {row_of(action).does for action in actions_in_effect(rule)}


def _reads_headers(rule: LogicalRule) -> bool:
    return any(header_of(condition) is not None for condition in (*rule.conditions, *rule.unless))


def exclude(one: LogicalRule, other: LogicalRule) -> bool:
    """Whether it is plain that no message meets both rules."""
    unless = any(
        condition in theirs.unless
        for ours, theirs in ((one, other), (other, one))
        for condition in ours.conditions
    )
    pairs = product(one.conditions, other.conditions)
    return unless or any(exclude_each_other(a, b) for a, b in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEffects:
    """What a rule does that can show whether it is above or below another one."""

    actions: int
    """A number that it shares with rules of the same actions: these are compared often."""
    stops: bool
    does: frozenset[Does]
    may_end: bool
    """Whether no later rule may be tried after it."""
    added: Mapping[str, str]
    """The headers that it adds, by name in lower case."""
    replaces: bool
    asked_headers: frozenset[str]
    """The headers that its conditions look at, in lower case."""
    asks_recipient: bool


def doing(
    rule: LogicalRule, readings: Readings, numbers: dict[tuple[RuleAction, ...], int]
) -> RuleEffects:
    """What a rule does, under some readings; `numbers` are those that rules have so far."""
    actions = actions_in_effect(rule)
    does = frozenset(row_of(action).does for action in actions)
    bounces = Does.BOUNCES in does and readings.bounce_ends_evaluation == "yes"
    asked = (*rule.conditions, *rule.unless)
    return RuleEffects(
        actions=numbers.setdefault(actions, len(numbers)),
        stops=rule.stop and not rule.shadow,
        does=does,
        may_end=readings.first_match == "yes"
        or bounces
        or Does.ENDS in does
        or any(map(asked_function, actions)),
        added={header[0].lower(): header[1] for header in map(added_header, actions) if header},
        replaces=any(map(new_recipients, actions)),
        asked_headers=frozenset(name.lower() for each in asked if (name := header_of(each))),
        asks_recipient=any(operand_of(each).fact is RECIPIENTS for each in asked),
    )


def commute_on_effects(one: RuleEffects, other: RuleEffects) -> bool:
    """Whether it never shows which of two rules is first, for mail to which both apply.

    What counts is the outcome, and what is done once or more with which headers. Whether both apply
    is another question.
    """
    if one.may_end or other.may_end:
        return one.stops == other.stops and one.actions == other.actions
    if one.replaces and other.replaces:
        return one.actions == other.actions
    for ours, theirs in ((one, other), (other, one)):
        if ours.does & CHANGES_MESSAGE and theirs.does - CHANGES_MESSAGE:
            return one.actions == other.actions
    return all(other.added.get(name, value) == value for name, value in one.added.items())


def dropped_anyway(one: RuleEffects, other: RuleEffects, readings: Readings) -> bool:
    """Whether mail to which both apply ends as dropped, whichever is first.

    Unless it was delivered or bounced before: what happens to dropped mail does not count.
    """
    if (
        readings.first_match == "yes"
        or one.stops
        or other.stops
        or (one.does | other.does) & _NOT_JUST_DROPPED
    ):
        return False
    return any(Does.ENDS in each.does and not each.replaces for each in (one, other))


def writes_for(writer: RuleEffects, reader: RuleEffects, readings: Readings) -> bool:
    """Whether a rule changes what conditions of another one look at."""
    seen = readings.added_headers_visible == "yes"
    if seen and not reader.asked_headers.isdisjoint(writer.added):
        return True
    visible = readings.replaced_recipients_visible != "no"
    return visible and writer.replaces and reader.asks_recipient


_NOT_JUST_DROPPED: Final = frozenset({Does.DELIVERS, Does.BOUNCES, Does.CALLS})
"""What these do outlasts a drop, or may prevent it."""
