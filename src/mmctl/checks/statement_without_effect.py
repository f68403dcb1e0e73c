"""A policy statement that decides what the default decides anyway.

What it does:
    Finds `allow` statements of a policy whose default is `allow`, and `deny` statements of a
    policy whose default is `deny` and that allows nothing.

Why it is bad:
    Any `deny` that matches refuses, then any `allow` that matches admits, then the default
    decides. An `allow` under `default: allow` restricts nobody, though its author usually
    believes that it does.

Bad:
    version: 1
    traffic_policies:
      edge:
        default: allow
        statements:
          - allow: [{recipient: {ends_with: "@example.com"}}]

Good:
    version: 1
    traffic_policies:
      edge:
        default: deny
        statements:
          - allow: [{recipient: {ends_with: "@example.com"}}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.places import statements
from mmctl.model.enums import AcceptAction
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the statements that change nothing."""
    for policy, path, statement in statements(subject.project):
        actions = {other.action for other in policy.policy.policy_statements}
        default = policy.policy.default_action
        if statement.action is not default:
            continue
        if default is AcceptAction.ALLOW:
            yield finding(
                policy,
                path,
                "this `allow` admits nobody whom `default: allow` would not admit",
                help="to admit nobody else, write `default: deny`; else remove the statement",
            )
        elif AcceptAction.ALLOW not in actions:
            yield finding(
                policy,
                path,
                "this `deny` refuses nobody whom `default: deny` would not refuse",
                help="write `default: allow`, or add an `allow` statement",
            )


CHECK = Check(
    id="statement-without-effect", severity=Severity.ERROR, text=__doc__, run=run, from_absence=True
)
