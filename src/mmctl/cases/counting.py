"""Counting what the traces of cases show → `Coverage`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mmctl.cases.coverage import (
    ActionCoverage,
    ConditionCoverage,
    Coverage,
    RuleCoverage,
    StatementCoverage,
    ValueCoverage,
)
from mmctl.cases.words import condition_words
from mmctl.judge.actions import actions_in_effect, kind_of, target_of
from mmctl.judge.answers import Truth
from mmctl.judge.trace import RuleResult, distinct_actions
from mmctl.model.conditions import values_of
from mmctl.model.enums import AcceptAction
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.cases.result import CaseResult
    from mmctl.judge.trace import ConditionTrace, RecipientTrace, Trace
    from mmctl.language.project import LogicalRule, LogicalTrafficPolicy, Project
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path, Positions

_Owner: TypeAlias = "tuple[str, str, int]"
"""A rule or statement: its section, the name of its set or policy, its place."""


@dataclass(slots=True)
class _Tally:
    """How often each thing happened, over all recipients of all cases."""

    rules: Counter[tuple[_Owner, RuleResult]] = field(default_factory=Counter)
    statements: Counter[tuple[_Owner, Truth]] = field(default_factory=Counter)
    answers: Counter[tuple[_Owner, Path, Truth]] = field(default_factory=Counter)
    met: Counter[tuple[_Owner, Path, str]] = field(default_factory=Counter)
    actions: Counter[tuple[_Owner, Path]] = field(default_factory=Counter)

    def add(self, got: RecipientTrace, rule_set: str, policy: str | None) -> None:
        """Count one recipient."""
        for rule in got.rules:
            owner = ("rule_sets", rule_set, rule.index)
            self.rules[owner, rule.result] += 1
            self._conditions(owner, (*rule.conditions, *rule.unless))
        for rule, action in distinct_actions(got.rules):
            self.actions[("rule_sets", rule_set, rule.index), action.path] += action.done
        if got.policy is None or policy is None:
            return
        for place, statement in enumerate(got.policy.statements):
            owner = ("traffic_policies", policy, place)
            self.statements[owner, statement.answer.truth] += 1
            self._conditions(owner, statement.conditions)

    def _conditions(self, owner: _Owner, conditions: Iterable[ConditionTrace]) -> None:
        for asked in conditions:
            self.answers[owner, asked.path, asked.answer.truth] += 1
            for value in asked.matched:
                self.met[owner, asked.path, value] += 1


def coverage_of(project: Project, results: Iterable[CaseResult]) -> Coverage:
    """Count what the results of cases show of what is live in the environment."""
    return coverage_of_traces(
        project,
        (
            JudgedBy(result.trace, result.case.rule_set, _policy_of(project, result))
            for result in results
            if result.trace is not None
        ),
    )


class JudgedBy(NamedTuple):
    """How a message was judged, and the names of what judged it."""

    trace: Trace
    rule_set: str
    policy: str | None


def coverage_of_traces(project: Project, judged: Iterable[JudgedBy]) -> Coverage:
    """Count what messages show of what is live in the environment."""
    tally = _Tally()
    for each in judged:
        for got in each.trace.recipients:
            tally.add(got, each.rule_set, each.policy)
    return Coverage(
        rules=tuple(
            _rule(tally, name, index, rule)
            for name, rule_set in project.rule_sets.items()
            for index, rule in enumerate(rule_set.live_rules(project.environment.name))
        ),
        statements=tuple(
            _statement(tally, policy, place)
            for policy in project.traffic_policies.values()
            for place in range(len(policy.policy.policy_statements))
        ),
    )


def _policy_of(project: Project, result: CaseResult) -> str | None:
    """The name of the policy that a case goes through."""
    point = result.case.ingress_point
    return None if point is None else project.ingress_points[point].ingress_point.traffic_policy_id


def _rule(tally: _Tally, rule_set: str, index: int, rule: LogicalRule) -> RuleCoverage:
    owner = ("rule_sets", rule_set, index)
    return RuleCoverage(
        rule_set=rule_set,
        rule=rule.name,
        position=rule.position,
        applied=tally.rules[owner, RuleResult.APPLIED],
        not_applied=tally.rules[owner, RuleResult.NOT_APPLIED],
        held_back=tally.rules[owner, RuleResult.HELD_BACK],
        conditions=(
            *_conditions(tally, owner, rule.positions, ("Conditions",), rule.conditions),
            *_conditions(tally, owner, rule.positions, ("Unless",), rule.unless),
        ),
        actions=tuple(
            ActionCoverage(
                kind=kind_of(action, stop=rule.stop),
                target=target_of(action),
                position=rule.positions.at(("Actions", place)),
                done=tally.rules[owner, RuleResult.APPLIED]
                if rule.refuses
                else tally.actions[owner, ("Actions", place)],
            )
            for place, action in enumerate(actions_in_effect(rule))
        ),
    )


def _statement(tally: _Tally, policy: LogicalTrafficPolicy, place: int) -> StatementCoverage:
    owner = ("traffic_policies", policy.name, place)
    statement = policy.policy.policy_statements[place]
    base: Path = ("PolicyStatements", place)
    return StatementCoverage(
        policy=policy.name,
        statement=policy.statement_names[place] or f"statement {place + 1}",
        allows=statement.action is AcceptAction.ALLOW,
        position=policy.positions.at((*base, "Action")),
        matched=tally.statements[owner, Truth.TRUE],
        not_matched=tally.statements[owner, Truth.FALSE],
        conditions=tuple(
            _conditions(tally, owner, policy.positions, (*base, "Conditions"), statement.conditions)
        ),
    )


def _conditions(
    tally: _Tally,
    owner: _Owner,
    positions: Positions,
    path: Path,
    conditions: Sequence[RuleCondition | PolicyCondition],
) -> Iterator[ConditionCoverage]:
    """The conditions of a rule or statement, by the end of their path, as traces name them."""
    for place, condition in enumerate(conditions):
        asked = (path[-1], place)
        at = (*path, place)
        yield ConditionCoverage(
            unless=path[-1] == "Unless",
            words=condition_words(condition),
            position=positions.at(at),
            true=tally.answers[owner, asked, Truth.TRUE],
            false=tally.answers[owner, asked, Truth.FALSE],
            values=tuple(_values(tally, owner, asked, positions, at, condition)),
        )


def _values(
    tally: _Tally,
    owner: _Owner,
    asked: Path,
    positions: Positions,
    at: Path,
    condition: RuleCondition | PolicyCondition,
) -> Iterator[ValueCoverage]:
    values = values_of(condition)
    for place, value in enumerate(values if len(values) > 1 else ()):
        yield ValueCoverage(
            value=str(value),
            position=positions.at((*at, condition.kind, "Values", place)),
            met=tally.met[owner, asked, str(value)],
        )
