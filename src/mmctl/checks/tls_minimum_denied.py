"""A deny statement with a minimum TLS version, which refuses the good connections.

What it does:
    Finds `tls_protocol: {minimum: …}` in `deny` statements.

Why it is bad:
    The condition matches connections with that version or a newer one. Under `deny` it refuses
    exactly those, and admits the old ones.

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

from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import statements
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.enums import AcceptAction, IngressTlsProtocolOperator
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the deny statements on a minimum TLS version."""
    for policy, path, statement in statements(subject.project):
        if statement.action is not AcceptAction.DENY:
            continue
        for index, condition in enumerate(statement.conditions):
            tls = condition.tls_expression
            if tls is not None and tls.operator is IngressTlsProtocolOperator.MINIMUM_TLS_VERSION:
                yield finding(
                    policy,
                    (*path, "Conditions", index),
                    f"this refuses connections with {tls.value} or newer, and admits older ones",
                    help="put the condition into an `allow` statement, under `default: deny`",
                )


CHECK = Check(id="tls-minimum-denied", severity=Severity.ERROR, text=__doc__, run=run)
