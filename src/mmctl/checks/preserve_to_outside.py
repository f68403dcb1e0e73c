"""Mail is forwarded to an outside address with its original sender.

What it does:
    Finds rules that replace the recipient by an address of a domain which no ingress point admits
    mail for, and then relay with `mail_from: preserve`. It does not report projects without an open
    ingress point that names its domains: there, what is outside is unknown.

Why it is bad:
    The receiving server sees your IP address and the sender's domain, so SPF fails. Where the mail
    is not signed, or the signature broke on the way, DMARC fails too and the mail is refused.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: forward-jane
            conditions: [{recipient: {equals: jane@example.com}}]
            actions:
              - replace_recipient: [jane@example.org]
              - relay: {to: smart-host, mail_from: preserve}
              - stop
          - name: deliver
            actions: [{relay: {to: smart-host}}]
    relays:
      smart-host: {server: mail.example.com, port: 25, authentication: none}
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
          - name: forward-jane
            conditions: [{recipient: {equals: jane@example.com}}]
            actions:
              - replace_recipient: [jane@example.org]
              - relay: {to: smart-host, mail_from: replace}
              - stop
          - name: deliver
            actions: [{relay: {to: smart-host}}]
    relays:
      smart-host: {server: mail.example.com, port: 25, authentication: none}
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
from mmctl.model.actions import Does, new_recipients, row_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the relays that forward with another domain's sender."""
    own = own_domains(subject.project)
    for _, rule in rules(subject.project) if own else ():
        yield from _forwarded(rule, own)


def _forwarded(rule: LogicalRule, own: frozenset[str]) -> Iterator[Finding]:
    outside: str | None = None
    for index, action in enumerate(rule.actions):
        if row_of(action).does is Does.REPLACES:
            outside = next((a for a in new_recipients(action) if is_outside(a, own)), None)
        elif action.relay is not None and outside and action.relay.mail_from == "PRESERVE":
            yield finding(
                rule,
                ("Actions", index, "Relay", "MailFrom"),
                f"`{outside}` is outside, and SPF fails there for mail that you relay with its "
                f"original sender",
                help="write `mail_from: replace`",
            )


CHECK = Check(
    id="preserve-to-outside", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
