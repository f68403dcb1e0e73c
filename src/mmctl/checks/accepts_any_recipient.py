"""An open ingress point whose traffic policy admits mail for every recipient.

What it does:
    Looks at open ingress points on the internet. A policy limits recipients when it refuses by
    default and each `allow` requires a recipient or the network of the client (not `@`, which is in
    every address, or networks that together are everywhere), or when a `deny`
    refuses all recipients but some. It is an error where the rules also `send`. Where the ingress
    points of a policy are unknown, because they are managed elsewhere or name it by its id, a
    policy that allows everything without any statement is an info, and a warning with `send`.

Why it is bad:
    The gateway accepts mail from anybody, keeps it, and you pay for it, also for domains that are
    not yours. With `send`, it goes out again in your name: an open relay.

Bad:
    version: 1
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
    traffic_policies:
      edge: {default: allow, statements: []}
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.effects import sends
from mmctl.analysis.networks import IPV4, IPV6, hold_all
from mmctl.analysis.own_domains import is_open
from mmctl.analysis.project_conditions import (
    ingress_points_known,
    ingress_points_of,
    is_public,
    rules,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import analysis_of, listed_by
from mmctl.model.enums import AcceptAction, IngressPointType
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalIngressPoint, LogicalTrafficPolicy, Project
    from mmctl.model.policies import PolicyCondition, PolicyStatement
    from mmctl.problem import Path


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the policies that admit mail for anybody from anybody."""
    project = subject.project
    if project.rule_sets and not ingress_points_known(project, is_open):
        yield from _perhaps(project)
    for policy in project.traffic_policies.values():
        points = [
            point
            for point in ingress_points_of(project, policy)
            if point.ingress_point.type is IngressPointType.OPEN and is_public(point)
        ]
        path = _admits_all(policy) if points else None
        if path is not None:
            relayed = any(_sends(project, point) for point in points)
            yield finding(
                policy,
                path,
                f"`{points[0].name}` is open to all, and this admits mail for every recipient"
                + (", which the rules relay: an open relay" if relayed else ""),
                help=_HELP,
                severity=Severity.ERROR if relayed else None,
            )


def _perhaps(project: Project) -> Iterator[Finding]:
    relayed = any(sends(rule) for _, rule in rules(project))
    for policy in project.traffic_policies.values():
        path = None if policy.policy.policy_statements else _admits_all(policy)
        if path is not None and not ingress_points_of(project, policy):
            yield finding(
                policy,
                path,
                "an ingress point that is open to all accepts mail for every recipient because "
                "of this" + (", which the rules relay: an open relay" if relayed else ""),
                help=_HELP,
                severity=Severity.WARNING if relayed else Severity.INFO,
            )


_HELP: Final = (
    'write `default: deny`, and allow your domains by `recipient: {ends_with: "@example.com"}`'
)


_EVERY_ADDRESS: Final = frozenset({"@", "."})
"""What is in every address."""


def _admits_all(policy: LogicalTrafficPolicy) -> Path | None:
    """The path of what admits every recipient from every client: the default, or a statement."""
    shape = policy.policy
    if any(map(_refuses_all_but_some, shape.policy_statements)):
        return None
    if shape.default_action is AcceptAction.ALLOW:
        return ("DefaultAction",)
    for index, statement in enumerate(shape.policy_statements):
        allows = statement.action is AcceptAction.ALLOW
        if allows and not any(map(_limits, statement.conditions)):
            return ("PolicyStatements", index)
    return None


def _refuses_all_but_some(statement: PolicyStatement) -> bool:
    if statement.action is AcceptAction.ALLOW or len(statement.conditions) > 1:
        return False
    condition = statement.conditions[0]
    boolean, string = condition.boolean_expression, condition.string_expression
    if boolean is not None:
        return listed_by(condition) is not None and boolean.operator in NEGATED
    return string is not None and string.operator in NEGATED


def _limits(condition: PolicyCondition) -> bool:
    """Whether a condition holds only for some recipients or clients."""
    boolean, string = condition.boolean_expression, condition.string_expression
    if boolean is not None:
        return listed_by(condition) is not None and boolean.operator not in NEGATED
    if string is not None:
        return (
            analysis_of(condition) is None
            and string.operator not in NEGATED
            and _EVERY_ADDRESS.isdisjoint(string.values)
        )
    clients = condition.ip_expression or condition.ipv_6_expression
    return clients is not None and not any(
        hold_all(clients.values, version) for version in (IPV4, IPV6)
    )


def _sends(project: Project, point: LogicalIngressPoint) -> bool:
    rule_set = project.rule_sets.get(point.ingress_point.rule_set_id)
    if rule_set is None:
        return False
    live = rule_set.live_rules(project.environment.name)
    return any(map(sends, live))


CHECK = Check(
    id="accepts-any-recipient", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
