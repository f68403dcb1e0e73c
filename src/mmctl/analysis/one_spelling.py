"""The rules of a project in one spelling, for checks that ask what mail a rule is for.

An exception whose opposite the language can say is a condition: `unless: [{spf: {equals: PASS}}]`
is `conditions: [{spf: {not_equals: PASS}}]`. A list whose members are known is its members. Each
condition keeps its place in the file. What an add-on says is left as it is: it may say nothing, and
then neither holds. No check lives here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.analysis.implication import opposite
from mmctl.analysis.known_lists import KnownLists
from mmctl.analysis.project_conditions import Same
from mmctl.model.comparisons import NEGATED, Takes
from mmctl.model.conditions import analysis_of, asked_by, listed_by
from mmctl.model.policies import PolicyCondition
from mmctl.model.rules import RuleCondition
from mmctl.problem import Positions
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.language.project import (
        LogicalRule,
        LogicalRuleSet,
        LogicalTrafficPolicy,
        Project,
    )
    from mmctl.model.conditions import Condition
    from mmctl.problem import Path, Position

_MEMBERS: Final = 1_000
"""A list with more members stays a list."""


def in_one_spelling(project: Project) -> Project:
    """The project with its rules in one spelling; itself if they are."""
    return _spelled(Same(project))


@lru_cache(maxsize=1)
def _spelled(same: Same) -> Project:
    # Whoever lints a project asks more than once.
    project = same.project
    lists = KnownLists(project)
    rule_sets = {name: _rule_set(each, lists) for name, each in project.rule_sets.items()}
    policies = {name: _policy(each, lists) for name, each in project.traffic_policies.items()}
    if all(rule_sets[name] is each for name, each in project.rule_sets.items()) and all(
        policies[name] is each for name, each in project.traffic_policies.items()
    ):
        return project
    return replace(project, rule_sets=rule_sets, traffic_policies=policies)


def _policy(policy: LogicalTrafficPolicy, lists: KnownLists) -> LogicalTrafficPolicy:
    """A policy without exceptions: its lists are their members."""
    statements = policy.policy.policy_statements
    if not any(listed_by(each) for statement in statements for each in statement.conditions):
        return policy
    changed = tuple(
        statement.changed(
            conditions=tuple(_in_policy(each, lists) for each in statement.conditions)
        )
        for statement in statements
    )
    return replace(policy, policy=policy.policy.changed(policy_statements=changed))


def _in_policy(condition: PolicyCondition, lists: KnownLists) -> PolicyCondition:
    members = _members_of(condition, lists)
    alone = members[0] if len(members) == 1 else condition
    return alone if isinstance(alone, PolicyCondition) else condition


def _members_of(condition: Condition, lists: KnownLists) -> tuple[Condition, ...]:
    """What a list stands for: conditions of which one holds where it does."""
    listed = listed_by(condition)
    known = lists.project.address_lists.get(listed.address_lists[0]) if listed else None
    if known is None or len(known.members or ()) > _MEMBERS:
        return (condition,)
    return lists.alternatives(condition)


def _rule_set(rule_set: LogicalRuleSet, lists: KnownLists) -> LogicalRuleSet:
    rules = tuple([_rule(rule, lists) for rule in rule_set.rules])
    same = all(one is other for one, other in zip(rules, rule_set.rules, strict=True))
    return rule_set if same else replace(rule_set, rules=rules)


def _rule(rule: LogicalRule, lists: KnownLists) -> LogicalRule:
    if not rule.unless and not any(map(listed_by, rule.conditions)):
        return rule
    spelled = _Spelled(lists=lists)
    for number, condition in enumerate(rule.conditions):
        spelled.require(condition, ("Conditions", number))
    for number, exception in enumerate(rule.unless):
        spelled.except_for(exception, ("Unless", number))
    if not spelled.otherwise:
        return rule
    conditions = tuple(condition for condition, _ in spelled.conditions)
    unless = tuple(exception for exception, _ in spelled.unless)
    return replace(
        rule,
        rule=rule.rule.changed(conditions=conditions or None, unless=unless or None),
        positions=_Moved(written=rule.positions, paths=spelled.paths()),
    )


@dataclass(slots=True, kw_only=True)
class _Spelled:
    """The conditions and exceptions of one rule, each with its path in the file."""

    lists: KnownLists
    conditions: list[tuple[RuleCondition, Path]] = field(default_factory=list)
    unless: list[tuple[RuleCondition, Path]] = field(default_factory=list)
    otherwise: bool = False
    """Whether anything is not spelled as in the file."""

    def require(self, condition: RuleCondition, path: Path) -> None:
        """Add a condition."""
        if listed_by(condition) is not None and condition.value.operator in NEGATED:
            listed = self._opposite(condition)
            members = () if listed is None else self._members(listed)
            if members and members[0] is not listed:
                self.otherwise = True
                for each in members:
                    self.except_for(each, path)
                return
        members = self._members(condition)
        spelled = members[0] if len(members) == 1 else condition
        self.otherwise |= spelled is not condition
        self.conditions.append((spelled, path))

    def except_for(self, exception: RuleCondition, path: Path) -> None:
        """Add an exception."""
        for each in self._members(exception):
            condition = self._opposite(each)
            self.otherwise |= condition is not None or each is not exception
            if condition is None:
                self.unless.append((each, path))
            elif listed_by(condition) is None or condition.value.operator not in NEGATED:
                self.require(condition, path)
            else:
                self.conditions.append((condition, path))

    def _members(self, condition: RuleCondition) -> Sequence[RuleCondition]:
        if listed_by(condition) is None or condition.value.operator in NEGATED:
            return (condition,)
        members = _members_of(condition, self.lists)
        return [each for each in members if isinstance(each, RuleCondition)]

    def _opposite(self, condition: RuleCondition) -> RuleCondition | None:
        """The condition that holds exactly where another does not; None: there is none."""
        readings = self.lists.project.settings.readings
        operand, takes = asked_by(condition)
        if analysis_of(condition) is not None:
            return None
        exact = True
        if takes is Takes.TEXT:
            null = readings.null_sender if operand.fact.empty_is_none else readings.missing_header
            exact = null == "matches"
        elif takes is Takes.NETWORK:
            exact = readings.ip_family_mismatch == "matches"
        elif (listed := listed_by(condition)) is not None:
            exact = listed.address_lists[0] in self.lists.project.address_lists
        return opposite(condition) if exact else None

    def paths(self) -> dict[Path, Path]:
        """Where conditions are written that are elsewhere, by where they are here."""
        return {
            here: path
            for member, listed in (("Conditions", self.conditions), ("Unless", self.unless))
            for number, (_, path) in enumerate(listed)
            if (here := (member, number)) != path
        }


@dataclass(frozen=True, slots=True)
class _Moved(Positions):
    """Where the members of a rule in another spelling are written."""

    written: Positions = field(default_factory=Positions)
    paths: Mapping[Path, Path] = field(default_factory=dict)

    def at(self, path: Path) -> Position:
        """The place of a member, or of the nearest member around it that has one.

        Raises:
            KeyError: nothing around the path has a place.
        """
        return self.written.at((*self.paths.get(path[:2], path[:2]), *path[2:]))
