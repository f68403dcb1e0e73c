"""Whether two neighboring rules can be swapped without any effect.

Only what is certain counts: after a no, there may still be no message that shows a difference.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, assert_never

from mmctl.judge.actions import actions_in_effect
from mmctl.judge.compare import folded, text_matches
from mmctl.model.actions import CHANGES_MESSAGE, MAY_END, Does, row_of
from mmctl.model.conditions import analysis_of, evaluated_by, header_of, operand_of
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition


def commute(one: LogicalRule, other: LogicalRule) -> bool:
    """Whether swapping two rules certainly changes nothing."""
    return _exclude(one, other) or _actions_commute(one, other)


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


def _exclude(one: LogicalRule, other: LogicalRule) -> bool:
    """Whether no message can meet both rules."""
    unless = any(
        condition in theirs.unless
        for ours, theirs in ((one, other), (other, one))
        for condition in ours.conditions
    )
    pairs = product(one.conditions, other.conditions)
    return unless or any(conditions_exclude(a, b) for a, b in pairs)


def conditions_exclude(a: RuleCondition, b: RuleCondition) -> bool:
    """Whether it is certain that no message meets both conditions."""
    if a.kind != b.kind or evaluated_by(a) != evaluated_by(b):
        return False
    one, other = a.value, b.value
    match one:
        case RuleBooleanExpression():
            alone = one.evaluate.is_in_address_list is None
            return alone and one.operator is not other.operator
        case RuleVerdictExpression():
            return isinstance(other, RuleVerdictExpression) and _words_exclude(
                one.operator, one.values, other.operator, other.values
            )
        case RuleDmarcExpression():
            return isinstance(other, RuleDmarcExpression) and _words_exclude(
                one.operator, one.values, other.operator, other.values
            )
        case RuleStringExpression():
            single = operand_of(a).single or analysis_of(a) is not None
            return single and isinstance(other, RuleStringExpression) and _texts_exclude(one, other)
        case RuleNumberExpression() | RuleIpExpression():
            return False
        case _:
            assert_never(one)


def _words_exclude(
    operator: str, values: Iterable[str], other_operator: str, other_values: Iterable[str]
) -> bool:
    ours, theirs = set(values), set(other_values)
    match operator, other_operator:
        case "EQUALS", "EQUALS":
            return not ours & theirs
        case "EQUALS", "NOT_EQUALS":
            return ours <= theirs
        case "NOT_EQUALS", "EQUALS":
            return theirs <= ours
        case _:
            return False


def _texts_exclude(one: RuleStringExpression, other: RuleStringExpression) -> bool:
    pairs = list(product(one.values, other.values))
    folds = [(folded(a, "insensitive"), folded(b, "insensitive")) for a, b in pairs]
    match one.operator, other.operator:
        case "EQUALS", "NOT_EQUALS":
            return set(one.values) <= set(other.values)
        case "NOT_EQUALS", "EQUALS":
            return set(other.values) <= set(one.values)
        case "EQUALS", _:
            return not any(text_matches(other.operator, a, b) for a, b in folds)
        case _, "EQUALS":
            return not any(text_matches(one.operator, b, a) for a, b in folds)
        case "ENDS_WITH", "ENDS_WITH":
            return not any(a.endswith(b) or b.endswith(a) for a, b in folds)
        case "STARTS_WITH", "STARTS_WITH":
            return not any(a.startswith(b) or b.startswith(a) for a, b in folds)
        case _:
            return False
