"""A public ingress point that refuses mail over connections without TLS.

What it does:
    Finds open ingress points on the internet whose `tls_policy` is `required` or `fips`, or absent:
    both are defaults of the service, by region. It does not report those whose traffic policy
    admits only clients of some networks. Where only some recipients may be written to without TLS,
    write `tls_policy: optional` and say so in the traffic policy, as `tls_protocol: {minimum: …}`;
    where all mail over plain text is refused on purpose, say so in an ignore comment.

Why it is bad:
    RFC 3207 (section 4) forbids it for the servers that MX records name: many servers still send
    without TLS, and their mail is refused. An ingress point that was made with `fips` stays so
    forever.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: required}

Good:
    version: 1
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.own_domains import is_open
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.comparisons import NEGATED
from mmctl.model.enums import AcceptAction, TlsPolicy
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalIngressPoint, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the public ingress points that refuse plain text."""
    for point in filter(is_open, subject.project.ingress_points.values()):
        policy = point.ingress_point.tls_policy
        if policy is TlsPolicy.OPTIONAL or _for_some_networks(subject.project, point):
            continue
        written = policy is not None
        forever = ", and cannot be changed later" if policy is TlsPolicy.FIPS else ""
        yield finding(
            point,
            ("TlsPolicy",) if written else (),
            f"`{point.name}` refuses all mail that comes without TLS"
            + (forever if written else ", by the default of the service"),
            help="write `tls_policy: optional`, and let the traffic policy require TLS where you "
            "want it",
        )


def _for_some_networks(project: Project, point: LogicalIngressPoint) -> bool:
    """Whether the traffic policy admits only clients of some networks."""
    named = project.traffic_policies.get(point.ingress_point.traffic_policy_id)
    if named is None or named.policy.default_action is AcceptAction.ALLOW:
        return False
    return all(
        any(
            network is not None and network.operator not in NEGATED
            for condition in statement.conditions
            for network in (condition.ip_expression, condition.ipv_6_expression)
        )
        for statement in named.policy.policy_statements
        if statement.action is AcceptAction.ALLOW
    )


CHECK = Check(
    id="plain-text-refused", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
