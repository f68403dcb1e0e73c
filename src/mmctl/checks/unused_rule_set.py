"""A rule set that no ingress point uses.

What it does:
    Looks for every rule set in the ingress points of the project. It does not report a project
    without ingress points (they may be managed elsewhere), or one that names a rule set by its id.

Why it is bad:
    No mail passes these rules, although they seem to protect somebody.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
      outbound:
        rules: [{name: keep-sent, actions: [{archive: {to: all-mail}}]}]
    archives:
      all-mail: {retention: ONE_YEAR}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}

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

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.references import is_raw
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rule sets without an ingress point."""
    points = subject.project.ingress_points.values()
    used = {point.ingress_point.rule_set_id for point in points}
    if not used or any(map(is_raw, used)):
        return
    for name, rule_set in subject.project.rule_sets.items():
        if name not in used:
            yield finding(
                rule_set,
                (),
                f"no ingress point uses the rule set `{name}`, so it gets no mail",
                help=f"write `rule_set: {name}` at an ingress point, or remove the rule set",
            )


CHECK = Check(
    id="unused-rule-set", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
