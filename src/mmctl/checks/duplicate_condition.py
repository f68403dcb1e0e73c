"""A condition that stands there twice, or that another one makes superfluous.

What it does:
    Compares the conditions of a rule or statement with each other, and its exceptions. Besides
    repeated ones it finds, of two conditions on the same text, the one that adds nothing: a
    condition that holds whenever another required one does, and an exception for mail that a wider
    exception is for anyway.

Why it is bad:
    It uses up one of the ten places that a rule has for conditions, and of two that are meant to
    say the same, one is changed and the other forgotten.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{subject: {contains: invoice}}]
            unless:
              - mail_from: {ends_with: "@partner.example"}
              - mail_from: {equals: billing@partner.example}
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
            conditions: [{subject: {contains: invoice}}]
            unless:
              - mail_from: {ends_with: "@partner.example"}
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from mmctl.checks.canonical import same
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.covering import COVERED, covering_value
from mmctl.checks.places import (
    PlacedCondition,
    Role,
    policy_conditions,
    rule_conditions,
    rules,
    text_test,
)
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import Project
    from mmctl.problem import Path


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions that could be left out."""
    readings = subject.project.settings.readings
    folds = readings.string_case == readings.text_case == "insensitive"
    for together in _together(subject.project):
        yield from _superfluous(together, folds)


def _together(project: Project) -> Iterator[list[PlacedCondition]]:
    """The conditions of each rule, its exceptions, and the conditions of each statement."""
    for _, rule in rules(project):
        placed = tuple(rule_conditions(rule))
        for role in (Role.CONDITION, Role.UNLESS):
            yield [each for each in placed if each.role is role]
    for policy in project.traffic_policies.values():
        statements: dict[Path, list[PlacedCondition]] = {}
        for each in policy_conditions(policy):
            statements.setdefault(each.path[:2], []).append(each)
        yield from statements.values()


def _superfluous(together: Sequence[PlacedCondition], folds: bool) -> Iterator[Finding]:
    said: set[Path] = set()
    for number, second in enumerate(together):
        twin = next(
            (e for e in together[:number] if same(e.condition) == same(second.condition)), None
        )
        if twin is not None:
            said.add(second.path)
            yield _finding(second, twin, "it is the same as")
    for first, second in permutations(together, 2):
        if said.isdisjoint({first.path, second.path}) and _covers(first, second, folds):
            exception = first.role is Role.UNLESS
            least, other = (second, first) if exception else (first, second)
            said.add(least.path)
            what = "it is part of" if exception else "it follows from"
            yield _finding(least, other, what)


def _finding(placed: PlacedCondition, other: PlacedCondition, what: str) -> Finding:
    at = other.owner.positions.at(other.path)
    where = f"the one in line {at.line}"
    if at.file != placed.owner.positions.at(placed.path).file:
        where = f"the one at {at.file}:{at.line}"
    return finding(
        placed.owner,
        placed.path,
        f"this condition adds nothing: {what} {where}",
        help="leave it out",
    )


def _covers(first: PlacedCondition, second: PlacedCondition, folds: bool) -> bool:
    """Whether all that meets the second condition meets the first, by the texts they compare."""
    wide, narrow = text_test(first), text_test(second)
    if wide is None or narrow is None or wide.subject != narrow.subject:
        return False
    if narrow.operator not in COVERED.get(wide.operator, ()):
        return False
    if not _same_subject(first, second):
        return False
    values = frozenset(value.lower() if folds else value for value in wide.values)
    return all(
        covering_value(wide.operator, value.lower() if folds else value, values) is not None
        for value in narrow.values
    )


def _same_subject(first: PlacedCondition, second: PlacedCondition) -> bool:
    one, other = first.condition.string_expression, second.condition.string_expression
    return one is not None and other is not None and one.evaluate == other.evaluate


CHECK = Check(id="duplicate-condition", severity=Severity.WARNING, text=__doc__, run=run)
