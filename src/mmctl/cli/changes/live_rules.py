"""A configuration in AWS's shapes → a project that mail can be judged by.

Live rules have no logical names, no `stop` and no names of statements: these come from the same
thing in the project, or else from the position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.judge.unwritten_rule import NOWHERE, unwritten_rule
from mmctl.language.project import (
    LogicalAddressList,
    LogicalIngressPoint,
    LogicalRuleSet,
    LogicalTrafficPolicy,
)
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import AddressList, IngressPoint
from mmctl.model.rules import RuleSet
from mmctl.problem import Positions
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.language.project import Project
    from mmctl.model.rules import Rule


def project_of(configuration: LiveConfiguration, project: Project) -> Project:
    """The rule sets, policies, ingress points and lists of a configuration, as a project.

    Settings, environment and samples of external lists are those of `project`.
    """
    return replace(
        project,
        rule_sets={found.name: found for found in _rule_sets(configuration, project)},
        traffic_policies=_of(configuration, Kind.TRAFFIC_POLICY, _policy, project),
        ingress_points=_of(configuration, Kind.INGRESS_POINT, _ingress_point, project),
        address_lists=_of(configuration, Kind.ADDRESS_LIST, _address_list, project),
        cases=(),
        invariants=(),
    )


def _of(configuration: LiveConfiguration, kind: Kind, make: Any, project: Project) -> Any:
    return {found.name: make(found, project) for found in configuration.of_kind(kind)}


def _resource(found: LiveObject) -> dict[str, Any]:
    return {
        "name": found.name,
        "live_name": found.live_name,
        "position": NOWHERE,
        "positions": Positions({(): NOWHERE}),
    }


def _rule_sets(configuration: LiveConfiguration, project: Project) -> list[LogicalRuleSet]:
    return [_rule_set(found, project) for found in configuration.of_kind(Kind.RULE_SET)]


def _rule_set(found: LiveObject, project: Project) -> LogicalRuleSet:
    shape = found.shape
    assert isinstance(shape, RuleSet)  # noqa: S101 - of_kind chose it
    known = project.rule_set_of(found.name)
    names = {rule.rule.name: rule.name for rule in (known.rules if known else ()) if rule.rule.name}
    origins = {
        place: origin.name
        for place, origin in enumerate(found.origins)
        if len(found.origins) == len(shape.rules)
    }
    rules = tuple(
        unwritten_rule(rule, origins.get(place) or _name(rule, place, names))
        for place, rule in enumerate(shape.rules)
    )
    return LogicalRuleSet(**_resource(found), rules=rules)


def _name(rule: Rule, place: int, names: Mapping[str, str]) -> str:
    return names.get(rule.name, rule.name) if rule.name else f"rule {place + 1}"


def _policy(found: LiveObject, project: Project) -> LogicalTrafficPolicy:
    shape = found.shape
    assert isinstance(shape, TrafficPolicy)  # noqa: S101 - of_kind chose it
    known = project.traffic_policies.get(found.name)
    named = list(zip(known.policy.policy_statements, known.statement_names)) if known else []  # noqa: B905 - parallel, as the language reads them
    names = tuple(
        next((name for same, name in named if same == statement), None)
        for statement in shape.policy_statements
    )
    return LogicalTrafficPolicy(
        **_resource(found),
        policy=shape,
        statement_names=names,
        statement_owners=tuple(None for _ in names),
    )


def _ingress_point(found: LiveObject, _project: Project) -> LogicalIngressPoint:
    shape = found.shape
    assert isinstance(shape, IngressPoint)  # noqa: S101 - of_kind chose it
    return LogicalIngressPoint(**_resource(found), ingress_point=shape, closed=found.closed)


def _address_list(found: LiveObject, project: Project) -> LogicalAddressList:
    shape = found.shape
    assert isinstance(shape, AddressList)  # noqa: S101 - of_kind chose it
    known = project.address_lists.get(found.name)
    return LogicalAddressList(
        **_resource(found),
        address_list=shape,
        members=found.members,
        sample=known.sample if known else None,
    )
