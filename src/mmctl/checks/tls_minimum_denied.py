"""A deny statement on a good TLS version, which refuses the good connections.

What it does:
    Finds `tls_protocol: {minimum: …}` in `deny` statements, and `is: …` there where the policy and
    the ingress points admit connections with an older version, or without TLS.

Why it is bad:
    The condition matches connections with that version, or with that or a newer one. Under `deny`
    it refuses exactly those, and admits the worse ones.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: allow
        statements:
          - deny: [{tls_protocol: {minimum: TLS1_2}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{tls_protocol: {minimum: TLS1_2}}, {recipient: {ends_with: "@example.com"}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.canonical import same
from mmctl.analysis.exclusion import versions_of
from mmctl.analysis.project_conditions import ingress_points_of
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.comparisons import VERSION
from mmctl.model.enums import AcceptAction, IngressTlsProtocolOperator, TlsPolicy
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.language.project import LogicalTrafficPolicy, Project
    from mmctl.model.policies import IngressTlsProtocolExpression, PolicyStatement

_PLAIN: Final = "plain text"
_KINDS: Final = (_PLAIN, *VERSION.choices)
"""What connections there are, the worst first."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the statements that refuse good connections and admit worse ones."""
    for policy in subject.project.traffic_policies.values():
        listed = policy.policy.policy_statements
        admitted, denied = _admitted(subject.project, policy), _denied(listed)
        for index, statement in enumerate(listed):
            if statement.action is not AcceptAction.DENY:
                continue
            left = admitted - denied[_beside(statement)]
            for place, condition in enumerate(statement.conditions):
                tls = condition.tls_expression
                refused = _refused(tls, left) if tls is not None else None
                if refused is not None:
                    yield finding(
                        policy,
                        ("PolicyStatements", index, "Conditions", place),
                        f"this refuses connections with {refused}, and admits worse ones",
                        help="put the condition into an `allow` statement, under `default: deny`",
                    )


def _refused(tls: IngressTlsProtocolExpression, left: frozenset[str]) -> str | None:
    """The good versions that are refused though worse connections are left; None: no such."""
    if tls.operator is IngressTlsProtocolOperator.MINIMUM_TLS_VERSION:
        return f"{tls.value} or newer"
    return None if left.isdisjoint(_KINDS[: _KINDS.index(tls.value)]) else tls.value


def _beside(statement: PolicyStatement) -> Hashable:
    """The conditions of a statement besides that on TLS."""
    return frozenset(same(each) for each in statement.conditions if each.tls_expression is None)


def _denied(listed: Sequence[PolicyStatement]) -> dict[Hashable, set[str]]:
    """The connections that are refused under the same other conditions."""
    denied: dict[Hashable, set[str]] = {}
    for statement in listed:
        if statement.action is AcceptAction.DENY:
            denied.setdefault(_beside(statement), set()).update(_held_by(statement))
    return denied


def _admitted(project: Project, policy: LogicalTrafficPolicy) -> frozenset[str]:
    """The connections that the ingress points take, and some statement or the default admits."""
    points = ingress_points_of(project, policy)
    optional = any(each.ingress_point.tls_policy is TlsPolicy.OPTIONAL for each in points)
    taken = frozenset(_KINDS) if optional or not points else frozenset(VERSION.choices)
    shape = policy.policy
    if shape.default_action is AcceptAction.ALLOW:
        return taken
    allowing = [each for each in shape.policy_statements if each.action is AcceptAction.ALLOW]
    return taken & frozenset().union(*map(_held_by, allowing))


def _held_by(statement: PolicyStatement) -> frozenset[str]:
    """The connections for which a statement may hold."""
    kinds = frozenset(_KINDS)
    for condition in statement.conditions:
        if condition.tls_expression is not None:
            kinds &= versions_of(condition.tls_expression)
    return kinds


CHECK = Check(id="tls-minimum-denied", severity=Severity.ERROR, text=__doc__, run=run)
