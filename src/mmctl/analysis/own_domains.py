"""Which mail domains a project takes mail for, and who may hand it in. No check lives here."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import Same, is_public
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import listed_by, operand_of
from mmctl.model.enums import AcceptAction, IngressPointType, IngressStringOperator
from mmctl.model.facts import RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalIngressPoint, LogicalRuleSet, Project
    from mmctl.model.policies import PolicyCondition, PolicyStatement, TrafficPolicy


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
    return _own_domains_of(Same(project))


@lru_cache(maxsize=2)
def _own_domains_of(same: Same) -> frozenset[str]:
    # Several checks need these for the same project, and lists are long.
    project = same.project
    policies = {
        point.ingress_point.traffic_policy_id
        for point in project.ingress_points.values()
        if is_open(point)
    }
    return frozenset(
        domain
        for name in policies & project.traffic_policies.keys()
        for condition in _admitting(project.traffic_policies[name].policy)
        for domain in map(domain_of, _named(project, condition))
        if domain
    )


def admitted_domains(project: Project, policy: TrafficPolicy) -> tuple[str, ...]:
    """The domains, in lower case, for which a policy admits mail by name, each once.

    Of those below a domain it is one with a name that nobody wrote.
    """
    named = (
        value.lower().rpartition("@")[2].removeprefix("*")
        for condition in _admitting(policy)
        for value in _named(project, condition)
    )
    return tuple(
        dict.fromkeys(f"below{each}" if each.startswith(".") else each for each in named if each)
    )


def _admitting(policy: TrafficPolicy) -> Iterator[PolicyCondition]:
    """The conditions that say for whom a policy admits mail: `deny` may name all others."""
    for statement in policy.policy_statements:
        allows = statement.action is AcceptAction.ALLOW
        # Where all are admitted, an `allow` tells nothing.
        counts = policy.default_action is AcceptAction.DENY if allows else _alone(statement)
        for condition in statement.conditions if counts else ():
            negative = condition.value.operator in NEGATED
            if operand_of(condition).fact is RECIPIENTS and negative is not allows:
                yield condition


def _alone(statement: PolicyStatement) -> bool:
    return len(statement.conditions) == 1


def _named(project: Project, condition: PolicyCondition) -> Iterator[str]:
    """The addresses that a condition names, or what they end with, lists with their members."""
    expression, listed = condition.string_expression, listed_by(condition)
    if expression is not None and expression.operator is not IngressStringOperator.STARTS_WITH:
        yield from expression.values
    for name in listed.address_lists if listed is not None else ():
        found = project.address_lists.get(name)
        yield from (found.members or () if found is not None else ())


def domain_of(value: str) -> str | None:
    """The whole domain of an address, or of an ending that begins with or before the @."""
    _, at, domain = value.lower().rpartition("@")
    return domain if at and "." in domain else None


def is_within(value: str, domains: frozenset[str]) -> bool:
    """Whether an address, a domain or the ending of one is in one of some domains, or below it."""
    _, _, domain = value.lower().lstrip("*").rpartition("@")
    parts = domain.lstrip(".").split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts) - 1))


def is_outside(address: str, own: frozenset[str]) -> bool:
    """Whether the domain of an address is neither one of some domains nor below or above one."""
    domain = domain_of(address)
    return (
        domain is not None
        and not is_within(domain, own)
        and not any(each.endswith(f".{domain}") for each in own)
    )
