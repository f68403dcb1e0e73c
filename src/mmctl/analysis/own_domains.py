"""Which mail domains a project takes mail for, and who may hand it in. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import is_public
from mmctl.model.conditions import operand_of
from mmctl.model.enums import AcceptAction, IngressPointType, IngressStringOperator
from mmctl.model.facts import RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalIngressPoint, LogicalRuleSet, Project
    from mmctl.model.policies import PolicyStatement

_NAMING: Final = frozenset({IngressStringOperator.EQUALS, IngressStringOperator.ENDS_WITH})
"""Operators whose values name a domain."""


def points_of(project: Project, rule_set: LogicalRuleSet) -> tuple[LogicalIngressPoint, ...]:
    """The ingress points of the project whose mail goes through a rule set."""
    return tuple(
        point
        for point in project.ingress_points.values()
        if point.ingress_point.rule_set_id == rule_set.name
    )


def is_open(point: LogicalIngressPoint) -> bool:
    """Whether everybody on the internet may hand in mail, without a password or certificate."""
    return point.ingress_point.type is IngressPointType.OPEN and is_public(point)


def takes_from_strangers(project: Project, rule_set: LogicalRuleSet) -> bool:
    """Whether mail from strangers goes through a rule set; yes where no ingress point is known."""
    points = points_of(project, rule_set)
    return not points or any(map(is_open, points))


def own_domains(project: Project) -> frozenset[str]:
    """The domains, in lower case, that open ingress points admit mail for by name."""
    policies = {
        point.ingress_point.traffic_policy_id
        for point in project.ingress_points.values()
        if is_open(point)
    }
    return frozenset(
        domain
        for name in policies & project.traffic_policies.keys()
        for statement in project.traffic_policies[name].policy.policy_statements
        if statement.action is AcceptAction.ALLOW
        for domain in _named(statement)
    )


def _named(statement: PolicyStatement) -> Iterator[str]:
    for condition in statement.conditions:
        expression = condition.string_expression
        if expression is None or operand_of(condition).fact is not RECIPIENTS:
            continue
        if expression.operator in _NAMING:
            yield from (domain for domain in map(domain_of, expression.values) if domain)


def domain_of(value: str) -> str | None:
    """The whole domain of an address, or of an ending that begins with or before the @."""
    _, at, domain = value.lower().rpartition("@")
    return domain if at and "." in domain else None
