"""A network from which no client connects to the ingress points of the policy.

What it does:
    Finds `allow` statements with a private, shared, loopback or link-local IPv4 network, in
    policies that guard only public ingress points, and conditions of rules on such a network where
    all mail comes through public ingress points. Finds conditions on `sender_ipv6` where all of
    these points take only IPv4 connections (an info where they are under `deny`). Where the ingress
    points of a policy are unknown, private networks are an info.

Why it is bad:
    No client connects to a public ingress point from such an address: the internet does not route
    it, or the ingress point has no IPv6 address. Under `default: deny` the statement admits nobody;
    the condition of a rule never holds, or always.

Bad:
    version: 1
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{sender_ip: {cidr_matches: [10.0.0.0/8]}}]}]
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
        statements: [{allow: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]}]
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from mmctl.analysis.networks import IPV4, is_inside_only, network_test
from mmctl.analysis.own_domains import points_of
from mmctl.analysis.project_conditions import (
    Role,
    ingress_points_known,
    ingress_points_of,
    is_dual_stack,
    is_public,
    policy_conditions,
    rule_conditions,
    rules,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.networks import NetworkTest
    from mmctl.language.project import LogicalIngressPoint, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the networks that cannot reach the ingress points of their policy."""
    yield from _in_rules(subject.project)
    known = ingress_points_known(subject.project)
    for policy in subject.project.traffic_policies.values():
        points = ingress_points_of(subject.project, policy)
        unknown = not (known or points)
        if not (unknown or (points and all(map(is_public, points)))):
            continue
        for placed in policy_conditions(policy):
            test = network_test(placed)
            if test is None or test.negated:
                continue
            if test.version == IPV4 and test.role is Role.ALLOW:
                yield from _outside(test, Severity.INFO if unknown else None)
            elif test.version != IPV4 and points and not any(map(is_dual_stack, points)):
                yield _never(test, points[0])


def _in_rules(project: Project) -> Iterator[Finding]:
    """The private networks in rules whose mail comes from the internet alone."""
    public: dict[str, bool] = {}
    for rule_set, rule in rules(project):
        if rule_set.name not in public:
            points = points_of(project, rule_set)
            public[rule_set.name] = bool(points) and all(map(is_public, points))
        if public[rule_set.name] and any(
            each.ip_expression is not None for each in (*rule.conditions, *rule.unless)
        ):
            tests = filter(None, map(network_test, rule_conditions(rule)))
            for test in tests:
                yield from _outside(test, None)


def _outside(test: NetworkTest, severity: Severity | None) -> Iterator[Finding]:
    for index, network in enumerate(test.networks()):
        if isinstance(network, IPv4Network) and is_inside_only(network):
            yield finding(
                test.owner,
                (*test.path, "Values", index),
                f"no client connects from `{test.values[index]}` to an ingress point on the "
                f"internet",
                help="write the public addresses, or put the ingress point into the VPC",
                severity=severity,
            )


def _never(test: NetworkTest, point: LogicalIngressPoint) -> Finding:
    return finding(
        test.owner,
        test.path,
        f"`{point.name}` takes only IPv4 connections, so no client connects from these networks",
        help="remove it, or write `network: {public: dual_stack}`",
        severity=None if test.role is Role.ALLOW else Severity.INFO,
    )


CHECK = Check(
    id="unroutable-network", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
