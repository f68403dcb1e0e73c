"""A delivery that trusts the sender's own words, past rules that would have stopped the mail.

What it does:
    Finds rules that deliver and end with `stop` because of `from`, `sender`, `helo`, a `header`,
    `mail_from`, or a `subject` (where the rule is for all recipients), above a rule that drops,
    holds or bounces; and rules that add a header for one of these, by which mail gets past such a
    rule. `mail_from` counts unless the rule requires SPF PASS, the others unless it
    requires DKIM PASS; none counts together with the network or certificate of the client, an
    add-on or DMARC. It is an info where only a rule for all other mail is below, and for a subject
    or `mail_from` where no rule below is about a verdict, a network, an add-on or a list. It does
    not report a header that a rule above adds, if another rule ends mail that arrives with it; or
    rules below one that ends all mail that failed SPF, DKIM, DMARC or an add-on (SPF or an add-on
    for `mail_from`).

Why it is bad:
    The sender writes all of these. With the right name in them, mail is delivered that the rules
    below would have stopped.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: allow-partner
            conditions: [{from: {ends_with: "@partner.example"}}]
            actions: [{relay: {to: exchange}}, stop]
          - name: block-networks
            conditions: [{source_ip: {cidr_matches: [203.0.113.0/24]}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: allow-partner
            conditions: [{from: {ends_with: "@partner.example"}}, {dkim: {equals: PASS}}]
            actions: [{relay: {to: exchange}}, stop]
          - name: block-networks
            conditions: [{source_ip: {cidr_matches: [203.0.113.0/24]}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.forgeable import claims
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.operands import MAIL_FROM
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the deliveries that anybody can claim."""
    for claim in claims(subject.project):
        if claim.spared is not None and not claim.own:
            vouching = "spf" if claim.operand is MAIL_FROM else "dkim"
            yield finding(
                claim.rule,
                claim.placed.path,
                f"any sender can write `{claim.what}` and so bypass `{claim.spared.name}`"
                f" ({said_from(claim.spared.position, claim.rule.position)})",
                help=f"also require `{vouching}: {{equals: PASS}}` or `source_ip`"
                + (", or remove `stop`" if claim.rule.stop else ""),
                severity=None if claim.is_grave else Severity.INFO,
            )


CHECK = Check(
    id="forgeable-allow", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
