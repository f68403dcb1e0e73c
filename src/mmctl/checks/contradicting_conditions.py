"""Conditions of a rule or statement that no message meets together.

What it does:
    Finds pairs that exclude each other: texts with one value per recipient (envelope addresses,
    HELO, nearly always the subject) that cannot be equal, begin or end as required, verdicts, DMARC
    policies, TLS versions or networks with nothing in common, sizes without a common number, a fact
    that must be true and false; conditions that no verdict matches; and `unless` conditions that
    cover all mail of the rule. It does not look for contradictions of more than two conditions.

Why it is bad:
    The rule never applies. Often the author wanted alternatives: values in one list are
    alternatives, conditions are not.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions:
              - mail_from: {equals: a@spam.example}
              - mail_from: {equals: b@spam.example}
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions:
              - mail_from: {equals: [a@spam.example, b@spam.example]}
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from mmctl.analysis.exclusion import ONE_TEXT, exclude_each_other
from mmctl.analysis.implication import case_folds, follows
from mmctl.analysis.known_lists import KnownLists
from mmctl.analysis.project_conditions import (
    PlacedCondition,
    Role,
    rule_conditions,
    rules,
    statement_conditions,
)
from mmctl.analysis.verdicts import accepted
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import operand_of
from mmctl.model.operands import SUBJECT
from mmctl.model.policies import IngressIpv6Expression
from mmctl.model.rules import RuleVerdictExpression
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ONE_TEXT_AS_A_RULE: Final = ONE_TEXT | {SUBJECT}
"""RFC 5322 allows one subject; messages with two exist, and either may match."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the second of two conditions that exclude each other, once per rule."""
    folds, lists = case_folds(subject.project), KnownLists(subject.project)
    for _, rule in rules(subject.project):
        placed = tuple(rule_conditions(rule))
        required = [each for each in placed if each.role is Role.CONDITION]
        yield from _excluding(required, lists)
        unless = [each for each in placed if each.role is Role.UNLESS]
        yield from _excepted(required, unless, lists, folds=folds)
    for together in statement_conditions(subject.project):
        yield from _excluding(together, lists)


def _excluding(required: Sequence[PlacedCondition], lists: KnownLists) -> Iterator[Finding]:
    for each in required:
        if _is_empty(each):
            yield finding(
                each.owner,
                each.path,
                "no verdict matches this condition",
                help="name the verdicts that should match",
            )
            return
    if _ask_apart(required):
        return
    for first, second in combinations(required, 2):
        message = _exclusion(first, second, lists)
        if message is not None:
            at = first.owner.positions.at(first.path)
            yield finding(
                second.owner,
                second.path,
                f"{message} this condition and the one in line {at.line}",
                help="all conditions must match; alternatives are values in one list",
                severity=None if message == _NOTHING else Severity.WARNING,
            )
            return


def _ask_apart(placed: Sequence[PlacedCondition]) -> bool:
    """Whether no two conditions ask about the same, so that none can exclude another."""
    operands = {operand_of(each.condition) for each in placed}
    # A client has an address of one family, and each family has an operand of its own.
    return len(operands) == len(placed) and not any(
        isinstance(each.condition.value, IngressIpv6Expression) for each in placed
    )


_NOTHING: Final = "nothing matches"


def _exclusion(first: PlacedCondition, second: PlacedCondition, lists: KnownLists) -> str | None:
    pairs = product(lists.alternatives(first.condition), lists.alternatives(second.condition))
    if all(exclude_each_other(one, other) for one, other in pairs):
        return _NOTHING
    if operand_of(first.condition) == SUBJECT and exclude_each_other(
        first.condition, second.condition, one_text=_ONE_TEXT_AS_A_RULE
    ):
        return "only a message with two subjects matches"
    return None


def _is_empty(placed: PlacedCondition) -> bool:
    expression = placed.condition.value
    return isinstance(expression, RuleVerdictExpression) and not accepted(expression)


def _excepted(
    required: Sequence[PlacedCondition],
    unless: Sequence[PlacedCondition],
    lists: KnownLists,
    *,
    folds: bool,
) -> Iterator[Finding]:
    for each in unless:
        wide = lists.alternatives(each.condition)
        condition = next(
            (
                e
                for e in required
                if all(
                    any(follows(one, narrow, folds=folds) for one in wide)
                    for narrow in lists.alternatives(e.condition)
                )
            ),
            None,
        )
        if condition is not None:
            at = condition.owner.positions.at(condition.path)
            yield finding(
                each.owner,
                each.path,
                f"this `unless` covers everything that the condition in line {at.line} matches, "
                f"so the rule never applies",
                help="narrow the `unless`, or remove one of the two",
            )


CHECK = Check(
    id="contradicting-conditions", severity=Severity.ERROR, text=__doc__, run=run, about_mail=True
)
