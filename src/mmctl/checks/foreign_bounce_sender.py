"""A bounce from an address of a domain that is not yours.

What it does:
    Compares the `sender` of `bounce` with the domains for which open ingress points admit mail as
    your own; subdomains of them, and domains above them, count as yours.

Why it is bad:
    Amazon SES sends only from verified identities: the bounce fails, and the sender never learns
    that the message was not delivered. Where it does not fail, answers go to a stranger.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: refuse
            conditions: [{recipient: {equals: fax@example.com}}, {spf: {equals: PASS}}]
            actions:
              - bounce:
                  sender: postmaster@example.org
                  role: arn:aws:iam::111122223333:role/bounce
                  status_code: 5.1.6
                  smtp_reply_code: "550"
                  diagnostic_message: This mailbox was closed.
              - drop
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
          - name: refuse
            conditions: [{recipient: {equals: fax@example.com}}, {spf: {equals: PASS}}]
            actions:
              - bounce:
                  sender: postmaster@example.com
                  role: arn:aws:iam::111122223333:role/bounce
                  status_code: 5.1.6
                  smtp_reply_code: "550"
                  diagnostic_message: This mailbox was closed.
              - drop
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

from mmctl.analysis.own_domains import is_outside, own_domains
from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the bounces in the name of others."""
    own = own_domains(subject.project)
    for _, rule in rules(subject.project) if own else ():
        for index, action in enumerate(rule.actions):
            if action.bounce is not None and is_outside(action.bounce.sender, own):
                yield finding(
                    rule,
                    ("Actions", index, "Bounce", "Sender"),
                    f"`{action.bounce.sender}` is of a domain that you admit no mail for",
                    help="write an address of your own domain, such as its postmaster",
                )


CHECK = Check(
    id="foreign-bounce-sender", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
