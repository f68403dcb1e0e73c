"""Mail from outside passes because it claims to come from your own domain.

What it does:
    Counts the domains for which open ingress points admit mail as your own, and those below them.
    Finds them in `from`, `sender`, `mail_from` and `helo`, and in address lists for these, where a
    match lets mail past a rule as `forgeable-exception` and `forgeable-allow` describe it. Here an
    exception on the same text as a condition counts too, unless the rule has no other condition.

Why it is bad:
    Your own domain is the first that a forger writes. Mail with it from the internet is forged,
    unless it comes from a provider that you recognize by its network or its signature.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-bulk
            conditions: [{header: {name: X-Bulk, equals: "yes"}}]
            unless: [{from: {ends_with: "@example.com"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
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
        rules:
          - name: block-bulk
            conditions: [{header: {name: X-Bulk, equals: "yes"}}]
            unless: [{source_ip: {cidr_matches: [198.51.100.16/28]}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
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

from mmctl.analysis.forgeable import claims
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import AboutValue, Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.forgeable import Claim


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the project's own domains that let strangers in."""
    for claim in claims(subject.project):
        yield from _own(claim)


def _own(claim: Claim) -> Iterator[Finding]:
    past = "this rule does not apply"
    if claim.spared is not None:
        spared = claim.spared
        past = f"it bypasses `{spared.name}` ({said_from(spared.position, claim.rule.position)})"
    for path, value in claim.own:
        yield finding(
            claim.rule,
            path,
            f"`{value}` is your own domain: forgers write it into `{claim.what}`, and then {past}",
            help="use `source_ip` or `dkim`",
            severity=None if claim.is_grave else Severity.INFO,
        )


CHECK = Check(
    id="own-domain-allow",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    from_absence=True,
    about_value=AboutValue.MATCHES_TOO_MUCH,
)
