"""A condition that is there twice, or that another one makes superfluous.

What it does:
    Compares the conditions of a rule or statement with each other, and its `unless` conditions.
    Besides repeated ones it finds, of two conditions on the same text, network, size or verdict,
    the one that adds nothing: a condition that holds whenever another required one does, an
    `unless` that a wider one covers, and a condition that only excludes what an `unless` does too.

Why it is bad:
    It uses one of the ten conditions that a rule may have, and of two equal conditions, somebody
    changes one later and forgets the other.

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

from mmctl.analysis.canonical import same
from mmctl.analysis.implication import case_folds, follows, opposite
from mmctl.analysis.known_lists import KnownLists
from mmctl.analysis.project_conditions import (
    PlacedCondition,
    Role,
    rule_conditions,
    rules,
    said_from,
    statement_conditions,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import evaluated_by, listed_by
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.language.project import Project
    from mmctl.problem import Path


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions that could be left out."""
    folds, lists = case_folds(subject.project), KnownLists(subject.project)
    for together in _together(subject.project):
        yield from _superfluous([_by_members(each, lists) for each in together], folds=folds)
    for _, rule in rules(subject.project):
        if rule.unless:
            placed = [_by_members(each, lists) for each in rule_conditions(rule)]
            yield from _excepted_anyway(placed, folds=folds)


def _by_members(placed: PlacedCondition, lists: KnownLists) -> PlacedCondition:
    """A condition on a list as one on its members, if one can say that."""
    if listed_by(placed.condition) is None:
        return placed
    members = lists.alternatives(placed.condition)
    return placed._replace(condition=members[0]) if len(members) == 1 else placed


def _excepted_anyway(placed: Sequence[PlacedCondition], *, folds: bool) -> Iterator[Finding]:
    """The conditions whose opposite an exception covers."""
    unless = [each for each in placed if each.role is Role.UNLESS]
    for each in placed if unless else ():
        contrary = opposite(each.condition) if each.role is Role.CONDITION else None
        covering = (
            wide
            for wide in unless
            if contrary is not None
            and follows(wide.condition, contrary, folds=folds)
            and not (_is_of_phase(each) and not _is_of_phase(wide))
        )
        found = next(covering, None)
        if found is not None:
            yield _finding(each, found, "it is part of")


def _together(project: Project) -> Iterator[list[PlacedCondition]]:
    """The conditions of each rule, its exceptions, and the conditions of each statement."""
    for _, rule in rules(project):
        placed = tuple(rule_conditions(rule))
        for role in (Role.CONDITION, Role.UNLESS):
            yield [each for each in placed if each.role is role]
    yield from statement_conditions(project)


def _superfluous(together: Sequence[PlacedCondition], *, folds: bool) -> Iterator[Finding]:
    if len({(each.condition.kind, evaluated_by(each.condition)) for each in together}) == len(
        together
    ):
        return  # only conditions on the same thing say anything about each other
    said: set[Path] = set()
    first: dict[Hashable, PlacedCondition] = {}
    for second in together:
        twin = first.setdefault(same(second.condition), second)
        if twin is not second:
            said.add(second.path)
            yield _finding(second, twin, "it is the same as")
    for wide, narrow in permutations(together, 2):
        if said.isdisjoint({wide.path, narrow.path}) and follows(
            wide.condition, narrow.condition, folds=folds
        ):
            exception = wide.role is Role.UNLESS
            least, other = (narrow, wide) if exception else (wide, narrow)
            if _is_of_phase(least) and not _is_of_phase(other):
                continue  # the phase adds it to rules that need it, too
            said.add(least.path)
            what = "it is part of" if exception else "it follows from"
            yield _finding(least, other, what)


def _is_of_phase(placed: PlacedCondition) -> bool:
    """Whether a condition is written above the rule, for all rules of its phase."""
    at, rule = placed.owner.positions.at(placed.path), placed.owner.position
    return at.file != rule.file or at.line < rule.line


def _finding(placed: PlacedCondition, other: PlacedCondition, what: str) -> Finding:
    at = other.owner.positions.at(other.path)
    where = said_from(at, placed.owner.positions.at(placed.path))
    return finding(
        placed.owner,
        placed.path,
        f"this condition adds nothing: {what} the one in {where}",
        help="remove it",
    )


CHECK = Check(id="duplicate-condition", severity=Severity.WARNING, text=__doc__, run=run)
