"""Conditions of a rule or statement that no message meets together.

What it does:
    Finds pairs that exclude each other: two lists of exact envelope addresses, verdicts, DMARC
    policies or networks with nothing in common, sizes that leave no number, a fact that must be
    true and false, and a condition that stands under `unless` too. Contradictions of other
    kinds are found by `mmctl prove`.

Why it is bad:
    The rule never applies. Often two values were meant as alternatives: values in one list are,
    conditions are not.

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

from itertools import combinations
from typing import TYPE_CHECKING

from mmctl.checks.canonical import same
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.exclusion import exclude_each_other
from mmctl.checks.places import PlacedCondition, Role, rule_conditions, rules, statements
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the second of two conditions that exclude each other, once a rule."""
    for _, rule in rules(subject.project):
        placed = tuple(rule_conditions(rule))
        required = [each for each in placed if each.role is Role.CONDITION]
        yield from _excluding(required)
        yield from _excepted(required, [each for each in placed if each.role is Role.UNLESS])
    for policy, path, statement in statements(subject.project):
        yield from _excluding(
            [
                PlacedCondition(
                    owner=policy,
                    role=Role.ALLOW,
                    path=(*path, "Conditions", index),
                    condition=condition,
                )
                for index, condition in enumerate(statement.conditions)
            ]
        )


def _excluding(required: Sequence[PlacedCondition]) -> Iterator[Finding]:
    for first, second in combinations(required, 2):
        if exclude_each_other(first.condition, second.condition):
            at = first.owner.positions.at(first.path)
            yield finding(
                second.owner,
                second.path,
                f"nothing meets this condition and the one in line {at.line}",
                help="all conditions must match; alternatives are values in one list",
            )
            return


def _excepted(
    required: Sequence[PlacedCondition], unless: Sequence[PlacedCondition]
) -> Iterator[Finding]:
    conditions = {same(each.condition): each for each in required}
    for each in unless:
        condition = conditions.get(same(each.condition))
        if condition is not None:
            at = condition.owner.positions.at(condition.path)
            yield finding(
                each.owner,
                each.path,
                f"the same condition is required in line {at.line}, so the rule never applies",
                help="remove one of the two",
            )


CHECK = Check(id="contradicting-conditions", severity=Severity.ERROR, text=__doc__, run=run)
