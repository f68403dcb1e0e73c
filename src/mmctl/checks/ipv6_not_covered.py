"""A deny by IPv4 address or add-on, on an ingress point that takes IPv6 connections too.

What it does:
    Finds `deny` statements by `sender_ip` or by an add-on in policies of `dual_stack` ingress
    points that have no condition on `sender_ipv6`.

Why it is bad:
    IPv4 conditions do not look at IPv6 clients, and add-ons give no answer for them. A sender
    that is refused over IPv4 comes back over IPv6.

Bad:
    version: 1
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: dual_stack}}
    traffic_policies:
      edge:
        default: deny
        statements:
          - deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]
          - allow: [{recipient: {ends_with: "@example.com"}}]
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: dual_stack}}
    traffic_policies:
      edge:
        default: deny
        statements:
          - deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]
          - deny: [{sender_ipv6: {cidr_matches: ["2001:db8::/32"]}}]
          - allow: [{recipient: {ends_with: "@example.com"}}]
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.places import Role, entrances, policy_conditions
from mmctl.model.enums import IpType
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.checks.places import PlacedCondition
    from mmctl.language.project import LogicalIngressPoint


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the refusals that IPv6 clients escape."""
    for policy in subject.project.traffic_policies.values():
        points = [point for point in entrances(subject.project, policy) if _dual(point)]
        placed = tuple(policy_conditions(policy))
        if not points or any(each.condition.kind == "Ipv6Expression" for each in placed):
            continue
        for each in placed:
            what = _escaped(each) if each.role is Role.DENY else None
            if what is not None:
                yield finding(
                    policy,
                    each.path,
                    f"`{points[0].name}` takes IPv6 connections too, and {what}",
                    help="refuse by `sender_ipv6` as well, or write `network: {public: ipv4}`",
                )


def _dual(point: LogicalIngressPoint) -> bool:
    network = point.ingress_point.network_configuration
    public = network.public_network_configuration if network is not None else None
    return public is not None and public.ip_type is IpType.DUAL_STACK


def _escaped(placed: PlacedCondition) -> str | None:
    if placed.condition.kind == "IpExpression":
        return "this does not look at them"
    evaluate = getattr(placed.condition.value, "evaluate", None)
    if getattr(evaluate, "analysis", None) is not None:
        return "add-ons give no answer for them"
    return None


CHECK = Check(
    id="ipv6-not-covered", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
