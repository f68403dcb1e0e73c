"""Logical rules → live rules, resources → objects: the desired configuration of an environment.

One logical rule becomes one live rule; what is over a limit is a problem (`mmctl.compiler.limits`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

from mmctl.compiler.configuration import LiveConfiguration, LiveObject, RuleLeftOut, RuleOrigin
from mmctl.compiler.limits import over_capacity
from mmctl.judge.actions import actions_in_effect
from mmctl.language.project import (
    LogicalAddOn,
    LogicalAddressList,
    LogicalArchive,
    LogicalIngressPoint,
    LogicalRelay,
    LogicalRuleSet,
    LogicalTrafficPolicy,
)
from mmctl.model.rules import RuleSet
from mmctl.problem import ordered
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.language.project import LogicalRule, Project, Resource
    from mmctl.model.kinds import Kind
    from mmctl.model.rules import Rule
    from mmctl.problem import Position, Problem


def compile_project(project: Project) -> tuple[LiveConfiguration, tuple[Problem, ...]]:
    """What the service should hold for the project's environment, and what is over its limits."""
    environment, owner = project.environment.name, project.settings.project
    objects = tuple(
        replace(compile_resource(kind, resource, environment), project=owner)
        for kind, resource in project.resources()
    )
    problems = [
        problem
        for rule_set in project.rule_sets.values()
        for problem in over_capacity(rule_set, rule_set.live_rules(environment))
    ]
    configuration = LiveConfiguration(
        project=owner,
        objects=objects,
        bindings=project.environment.bindings,
        left_out=tuple(_left_out(project)),
    )
    return configuration, ordered(problems)


def compile_resource(kind: Kind, resource: Resource, environment: str) -> LiveObject:
    """One resource as it should be live in an environment."""
    made = partial(
        LiveObject,
        kind=kind,
        name=resource.name,
        tags=dict(resource.tags),
        was=resource.was,
        place=_place(resource.position),
    )
    match resource:
        case LogicalRuleSet():
            rules = resource.live_rules(environment)
            return made(
                shape=_rule_set(resource, rules),
                origins=tuple(
                    RuleOrigin(name=rule.name, place=_place(rule.position)) for rule in rules
                ),
                logical_rules=len(rules),
                logging=resource.logging,
            )
        case LogicalTrafficPolicy():
            return made(shape=resource.policy)
        case LogicalIngressPoint():
            return made(
                shape=resource.ingress_point,
                closed=resource.closed,
                logging=resource.logging,
                smtp_password_env=resource.smtp_password_env,
            )
        case LogicalRelay():
            return made(shape=resource.relay)
        case LogicalArchive():
            return made(shape=resource.archive)
        case LogicalAddressList():
            return made(shape=resource.address_list, members=resource.members)
        case LogicalAddOn():
            return made(shape=resource.subscription)
        case _:
            assert_never(resource)


def _rule_set(resource: LogicalRuleSet, rules: Iterable[LogicalRule]) -> RuleSet:
    return RuleSet.unvalidated(
        rule_set_name=resource.live_name, rules=tuple(live_rule(rule) for rule in rules), tags=None
    )


def live_rule(rule: LogicalRule) -> Rule:
    """The rule as the service gets it; a shadow rule only says what it would have done."""
    if not rule.shadow:
        return rule.rule
    return rule.rule.changed(actions=actions_in_effect(rule))


def _left_out(project: Project) -> Iterator[RuleLeftOut]:
    for rule_set in project.rule_sets.values():
        for rule in rule_set.rules:
            if not rule.lives_in(project.environment.name):
                yield RuleLeftOut(
                    rule_set=rule_set.name,
                    rule=rule.name,
                    reason="not in this environment" if rule.enabled else "disabled",
                    place=_place(rule.position),
                )


def _place(position: Position) -> str:
    return f"{position.file}:{position.line}"
