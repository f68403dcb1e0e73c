"""A network from which no client connects to the ingress points of the policy.

What it does:
    Finds `allow` statements with a private, shared, loopback or link-local IPv4 network, in
    policies that guard only public ingress points; and conditions on `sender_ipv6` where all of
    these points take only IPv4 connections (an info where they are under `deny`). Where the ingress
    points of a policy are unknown, private networks are an info.

Why it is bad:
    No client connects to a public ingress point from such an address: the internet does not route
    it, or the ingress point has no IPv6 address. Under `default: deny` the statement admits nobody.

Bad:
    version: 1
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound}
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
      entrance: {type: open, traffic_policy: edge, rule_set: inbound}
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
from typing import TYPE_CHECKING, Final

from mmctl.analysis.networks import IPV4, network_test
from mmctl.analysis.project_conditions import (
    Role,
    ingress_points_known,
    ingress_points_of,
    is_dual_stack,
    is_public,
    policy_conditions,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.networks import NetworkTest
    from mmctl.language.project import LogicalIngressPoint

INSIDE_ONLY: Final = tuple(
    map(
        IPv4Network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
        ),
    )
)
"""RFC 1918, RFC 6598, RFC 1122 and RFC 3927: not routed on the internet."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the networks that cannot reach the ingress points of their policy."""
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
            if test.version == IPV4:
                yield from _outside(test, Severity.INFO if unknown else None)
            elif points and not any(map(is_dual_stack, points)):
                yield _never(test, points[0])


def _outside(test: NetworkTest, severity: Severity | None) -> Iterator[Finding]:
    for index, network in enumerate(test.networks() if test.role is Role.ALLOW else ()):
        if isinstance(network, IPv4Network) and any(map(network.subnet_of, INSIDE_ONLY)):
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
