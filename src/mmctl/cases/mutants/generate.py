"""A project → its mutants, rule by rule and statement by statement."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from mmctl.analysis.commuting import commute
from mmctl.analysis.exclusion import exclude_each_other
from mmctl.cases.mutants.conditions import Slip, slips_of
from mmctl.cases.mutants.mutant import Mistake, Mutant, PolicyChanged, RulesChanged, RulesSwapped
from mmctl.cases.words import action_words, condition_words
from mmctl.judge.actions import drops_on_failure
from mmctl.language.references import references, with_references
from mmctl.model.actions import KEEPS, Does, row_of
from mmctl.model.enums import AcceptAction, ActionFailurePolicy
from mmctl.model.rules import DropAction, RuleAction
from mmctl.model.shape import with_value
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.language.project import LogicalRule, LogicalTrafficPolicy, Project, Reference
    from mmctl.model.policies import PolicyCondition, PolicyStatement
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Position


class _Side(StrEnum):
    """The member of a rule that a condition is in, by AWS's name."""

    CONDITIONS = "Conditions"
    UNLESS = "Unless"

    def of(self, rule: LogicalRule) -> tuple[RuleCondition, ...]:
        """The conditions of a rule in this member."""
        return rule.unless if self is _Side.UNLESS else rule.conditions

    def changed(self, rule: LogicalRule, conditions: tuple[RuleCondition, ...]) -> LogicalRule:
        """The rule with other conditions in this member."""
        return replace(rule, rule=rule.rule.changed(**{self.lower(): conditions}))

    @property
    def word(self) -> str:
        """What is written before the words of a condition."""
        return "unless " if self is _Side.UNLESS else ""


def mutants_of(project: Project) -> tuple[Mutant, ...]:
    """All mutants of what is live in the environment of a project, in the order of its rules."""
    mutants: list[Mutant] = []
    for name, rule_set in project.rule_sets.items():
        rules = rule_set.live_rules(project.environment.name)
        mutants += _RuleSet(name, rules, project).mutants()
    for policy in project.traffic_policies.values():
        mutants += _of_policy(policy)
    return tuple(mutants)


class _RuleSet:
    """The rules of one rule set that are live in one environment."""

    def __init__(self, name: str, rules: Sequence[LogicalRule], project: Project) -> None:
        self._name = name
        self._rules = rules
        self._project = project
        self._seen: set[tuple[str, Position]] = set()

    def mutants(self) -> Iterator[Mutant]:
        """The mutants of each rule, then of its order with the next."""
        for index, rule in enumerate(self._rules):
            for side in _Side:
                for place in range(len(side.of(rule))):
                    yield from self._condition(index, side, place)
            yield from self._unless_added(index)
            yield from self._actions(index)
            yield from self._swap(index)

    def _condition(self, index: int, side: _Side, place: int) -> Iterator[Mutant]:
        rule = self._rules[index]
        condition = side.of(rule)[place]
        position = rule.positions.at((side.value, place))
        if (side, position) in self._seen:
            return
        self._seen.add((side, position))
        holders = self._holders(side, condition, position)
        shared = rule.phase is not None and len(holders) > 1
        name = f"{self._name}/{rule.phase if shared else rule.name}"
        before = side.word + condition_words(condition)
        left_out = {at: _without(self._rules[at], side, where) for at, where in holders}
        yield Mutant(
            change=Mistake.UNLESS_DROPPED if side is _Side.UNLESS else Mistake.CONDITION_DROPPED,
            name=name,
            before=before,
            after="",
            position=position,
            edit=RulesChanged(rule_set=self._name, rules=left_out),
            conditions=(condition,),
        )
        for slip in slips_of(condition):
            changed = {
                at: _with(self._rules[at], side, where, slip.condition) for at, where in holders
            }
            yield Mutant(
                change=slip.change,
                name=name,
                before=before,
                after=side.word + slip.words,
                position=rule.positions.at((side.value, place, *slip.path)),
                edit=RulesChanged(rule_set=self._name, rules=changed),
                conditions=(condition, slip.condition),
            )

    def _holders(
        self, side: _Side, condition: RuleCondition, position: Position
    ) -> list[tuple[int, int]]:
        """The rules that have a condition from one place of a file, and in which member."""
        return [
            (at, place)
            for at, rule in enumerate(self._rules)
            for place, other in enumerate(side.of(rule))
            if other == condition and rule.positions.at((side.value, place)) == position
        ]

    def _unless_added(self, index: int) -> Iterator[Mutant]:
        """The rule with an exception of the nearest rule that has another one."""
        rule = self._rules[index]
        own = {*rule.unless, *rule.conditions}
        others = sorted(range(len(self._rules)), key=lambda at: (abs(at - index), at))
        borrowed = next(
            (
                one
                for at in others
                for one in self._rules[at].unless
                if one not in own
                and not any(exclude_each_other(one, each) for each in rule.conditions)
            ),
            None,
        )
        if borrowed is None:
            return
        unless = (*rule.unless, borrowed)
        yield self._changed(
            index,
            replace(rule, rule=rule.rule.changed(unless=unless)),
            change=Mistake.UNLESS_ADDED,
            after=f"unless {condition_words(borrowed)}",
            position=rule.position,
            conditions=(borrowed,),
        )

    def _actions(self, index: int) -> Iterator[Mutant]:
        rule = self._rules[index]
        if len(rule.actions) == 1 or rule.shadow:
            yield self._changed(
                index, None, change=Mistake.RULE_LEFT_OUT, before=rule.name, position=rule.position
            )
        for place, action in enumerate(() if rule.shadow else rule.actions):
            yield from self._action(index, place, action)

    def _action(self, index: int, place: int, action: RuleAction) -> Iterator[Mutant]:
        rule = self._rules[index]
        words = action_words(action, stop=rule.stop)
        at = rule.positions.at(("Actions", place))
        if len(rule.actions) > 1:
            left = (*rule.actions[:place], *rule.actions[place + 1 :])
            yield self._changed(
                index, _acting(rule, left), change=Mistake.ACTION_DROPPED, before=words, position=at
            )
        others = [(Mistake.ACTION_CHANGED, other) for other in self._other_actions(rule, action)]
        if drops_on_failure(action):
            policy = {"action_failure_policy": ActionFailurePolicy.CONTINUE}
            others.append((Mistake.ON_FAILURE_CHANGED, _edited(action, policy)))
        for change, other in others:
            acting = (*rule.actions[:place], other, *rule.actions[place + 1 :])
            failure = " (on_failure: continue)" if change is Mistake.ON_FAILURE_CHANGED else ""
            yield self._changed(
                index,
                _acting(rule, acting),
                change=change,
                before=words,
                after=action_words(other) + failure,
                position=at,
            )

    def _other_actions(self, rule: LogicalRule, action: RuleAction) -> Iterator[RuleAction]:
        """The action with another target, and a drop in place of a delivery or an archive."""
        for reference in references(action):
            for other in _after(reference.name, list(self._project.of_kind(reference.kind))):
                yield with_references(action, partial(_always, other))
        if row_of(action).does is Does.MARKS:
            yield _edited(action, _another_mark(action))
        does = {row_of(each).does for each in rule.actions}
        if row_of(action).does in KEEPS | {Does.BOUNCES} and Does.ENDS not in does:
            yield RuleAction(drop=DropAction())

    def _swap(self, index: int) -> Iterator[Mutant]:
        """The rule and the next one swapped, where that can matter."""
        if index + 1 >= len(self._rules):
            return
        rule, following = self._rules[index : index + 2]
        if not rule.refuses and not commute(rule, following):
            yield Mutant(
                change=Mistake.NEIGHBORS_SWAPPED,
                name=f"{self._name}/{rule.name}",
                before=f"{rule.name}, {following.name}",
                after=f"{following.name}, {rule.name}",
                position=rule.position,
                edit=RulesSwapped(rule_set=self._name, first=index),
            )

    def _changed(
        self,
        index: int,
        rule: LogicalRule | None,
        *,
        change: Mistake,
        before: str = "",
        after: str = "",
        position: Position,
        conditions: tuple[RuleCondition, ...] = (),
    ) -> Mutant:
        return Mutant(
            change=change,
            name=f"{self._name}/{self._rules[index].name}",
            before=before,
            after=after,
            position=position,
            edit=RulesChanged(rule_set=self._name, rules={index: rule}),
            conditions=conditions,
        )


def _after(name: str, names: list[str]) -> Iterator[str]:
    """The name after a name, the first after the last; nothing if it is the only one."""
    others = [other for other in names if other != name]
    if others:
        following = names[names.index(name) + 1 :] if name in names else []
        yield (following or others)[0]


def _always(name: str, _: Reference) -> str:
    return name


def _another_mark(action: RuleAction) -> dict[str, object]:
    """Another value of the last member that files write: of a header, its value."""
    row = row_of(action)
    member = row.keys[-1].member
    name = next(name for name, each in row.shape.model_fields.items() if each.alias == member)
    return {name: f"not-{action.value.to_api()[member]}"}


def _edited(action: RuleAction, update: Mapping[str, object]) -> RuleAction:
    return with_value(action, action.value.changed(**update))


def _acting(rule: LogicalRule, actions: tuple[RuleAction, ...]) -> LogicalRule:
    """The rule with other actions; it keeps `stop` only if one of them ends the mail."""
    stop = rule.stop and any(row_of(action).does is Does.ENDS for action in actions)
    return replace(rule, rule=rule.rule.changed(actions=actions), stop=stop)


def _with(rule: LogicalRule, side: _Side, place: int, condition: RuleCondition) -> LogicalRule:
    conditions = side.of(rule)
    return side.changed(rule, (*conditions[:place], condition, *conditions[place + 1 :]))


def _without(rule: LogicalRule, side: _Side, place: int) -> LogicalRule:
    conditions = side.of(rule)
    return side.changed(rule, (*conditions[:place], *conditions[place + 1 :]))


def _of_policy(policy: LogicalTrafficPolicy) -> Iterator[Mutant]:
    shape = policy.policy
    other = AcceptAction.DENY if shape.default_action is AcceptAction.ALLOW else AcceptAction.ALLOW
    yield _policy(
        policy,
        {"default_action": other},
        name=policy.name,
        change=Mistake.DEFAULT_FLIPPED,
        before=f"default: {shape.default_action.lower()}",
        after=f"default: {other.lower()}",
        position=policy.positions.at(("DefaultAction",)),
    )
    if shape.max_message_size_bytes is not None:
        yield _policy(
            policy,
            {"max_message_size_bytes": None},
            name=policy.name,
            change=Mistake.LIMIT_DROPPED,
            before=f"max_message_size: {shape.max_message_size_bytes}",
            position=policy.positions.at(("MaxMessageSizeBytes",)),
        )
    for place, statement in enumerate(shape.policy_statements):
        yield from _of_statement(policy, place, statement)


def _of_statement(
    policy: LogicalTrafficPolicy, place: int, statement: PolicyStatement
) -> Iterator[Mutant]:
    statements = policy.policy.policy_statements
    own = policy.statement_names[place] or f"statement {place + 1}"
    name = f"{policy.name}/{own}"
    yield _policy(
        policy,
        {"policy_statements": (*statements[:place], *statements[place + 1 :])},
        name=name,
        change=Mistake.STATEMENT_DROPPED,
        before=f"{statement.action.lower()} {own}",
        position=policy.positions.at(("PolicyStatements", place, "Action")),
        names=(*policy.statement_names[:place], *policy.statement_names[place + 1 :]),
        conditions=statement.conditions,
    )
    for at, condition in enumerate(statement.conditions):
        path = ("PolicyStatements", place, "Conditions", at)
        others: list[Slip[PolicyCondition] | None] = [*slips_of(condition)]
        if len(statement.conditions) > 1:
            others.insert(0, None)
        for slip in others:
            kept = () if slip is None else (slip.condition,)
            conditions = (*statement.conditions[:at], *kept, *statement.conditions[at + 1 :])
            edited = statement.changed(conditions=conditions)
            yield _policy(
                policy,
                {"policy_statements": (*statements[:place], edited, *statements[place + 1 :])},
                name=name,
                change=Mistake.CONDITION_DROPPED if slip is None else slip.change,
                before=condition_words(condition),
                after="" if slip is None else slip.words,
                position=policy.positions.at((*path, *(() if slip is None else slip.path))),
                conditions=(condition, *kept),
            )


def _policy(
    policy: LogicalTrafficPolicy,
    update: dict[str, object],
    *,
    name: str,
    change: Mistake,
    before: str,
    after: str = "",
    position: Position,
    names: tuple[str | None, ...] | None = None,
    conditions: tuple[PolicyCondition, ...] = (),
) -> Mutant:
    return Mutant(
        change=change,
        name=name,
        before=before,
        after=after,
        position=position,
        edit=PolicyChanged(
            policy=policy.name,
            changed=policy.policy.changed(**update),
            names=policy.statement_names if names is None else names,
        ),
        conditions=conditions,
    )
