"""A statement by IPv4 address or add-on, on an ingress point that takes IPv6 connections too.

What it does:
    Finds statements by `sender_ip` or by an add-on in policies of `dual_stack` ingress points that
    have no condition on `sender_ipv6`. An `allow` by IPv4 addresses is an info: its clients may
    have no IPv6 addresses.

Why it is bad:
    IPv4 conditions do not match IPv6 clients, and add-ons give no answer for them. A sender that is
    refused over IPv4 comes back over IPv6; one that is admitted over IPv4 is refused over IPv6,
    which most servers try first.

Bad:
    version: 1
    ingress_points:
      entrance:
        type: open
        traffic_policy: edge
        rule_set: inbound
        network: {public: dual_stack}
        tls_policy: optional
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
      entrance:
        type: open
        traffic_policy: edge
        rule_set: inbound
        network: {public: dual_stack}
        tls_policy: optional
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

from mmctl.analysis.project_conditions import (
    Role,
    ingress_points_of,
    is_dual_stack,
    policy_conditions,
)
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import analysis_of
from mmctl.model.enums import IngressIpOperator
from mmctl.model.policies import IngressIpv4Expression, IngressIpv6Expression
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the statements that leave out IPv6 clients."""
    for policy in subject.project.traffic_policies.values():
        points = [p for p in ingress_points_of(subject.project, policy) if is_dual_stack(p)]
        placed = tuple(policy_conditions(policy))
        if not points or any(
            isinstance(each.condition.value, IngressIpv6Expression) for each in placed
        ):
            continue
        for each in placed:
            what = _escaped(each)
            if what is not None:
                refuses = each.role is Role.DENY
                verb = "refuse" if refuses else "admit them"
                yield finding(
                    policy,
                    each.path,
                    f"`{points[0].name}` takes IPv6 connections too, and {what}",
                    help=f"{verb} by `sender_ipv6` too, or write `network: {{public: ipv4}}`",
                    severity=None if refuses else Severity.INFO,
                )


def _escaped(placed: PlacedCondition) -> str | None:
    expression = placed.condition.value
    if isinstance(expression, IngressIpv4Expression):
        negated = expression.operator is IngressIpOperator.NOT_CIDR_MATCHES
        return None if negated else "this does not cover them"
    if analysis_of(placed.condition) is not None:
        return "add-ons give no answer for them"
    return None


CHECK = Check(
    id="ipv6-not-covered", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
