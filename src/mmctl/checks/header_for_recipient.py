"""`to` or `cc` where the envelope recipient decides.

What it does:
    Finds rules that deliver, redirect or bounce mail by a condition on `to` or `cc` and have no
    condition on `recipient`; and rules that drop or hold mail by one of your own addresses in `to`
    or `cc`: an info, but for rules that spare it and so end all mail to Bcc recipients and lists.
    It does not report rules that only mark, and other texts: the header itself may be the evidence.

Why it is bad:
    The sender writes `to` and `cc` into the message. They do not contain Bcc recipients, mailing
    lists and forwarded mail, and all of them count for each recipient of a message: a message to
    sales with a copy to legal matches the rule of legal for both.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-legal
            conditions: [{to: {ends_with: "@legal.example.com"}}]
            actions: [{relay: {to: legal}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      legal: {server: legal.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-legal
            conditions: [{recipient: {ends_with: "@legal.example.com"}}]
            actions: [{relay: {to: legal}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      legal: {server: legal.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, ends
from mmctl.analysis.own_domains import is_within, own_domains
from mmctl.analysis.project_conditions import rule_conditions, rules
from mmctl.analysis.vouching import selects
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import ON_RECIPIENTS
from mmctl.model.conditions import operand_of, values_of
from mmctl.model.facts import RECIPIENTS
from mmctl.model.operands import Party
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions on headers that are meant for recipients."""
    own = own_domains(subject.project)
    for _, rule in rules(subject.project):
        decides = not ON_RECIPIENTS.isdisjoint(rule.does)
        if not (decides or (own and (ends(rule) or bounces(rule)))):
            continue
        placed = [(each, operand_of(each.condition)) for each in rule_conditions(rule)]
        if any(operand.fact is RECIPIENTS for _, operand in placed):
            continue
        for each, operand in placed:
            if operand.party is Party.RECIPIENT and (decides or _is_for_own(each, own)):
                yield finding(
                    rule,
                    each.path,
                    f"`{operand.key}` is a header: Bcc recipients and list members are not in it",
                    help="write `recipient`, the address that the mail is for",
                    severity=None if decides or not selects(each) else Severity.INFO,
                )


def _is_for_own(placed: PlacedCondition, own: frozenset[str]) -> bool:
    """Whether a condition names one of the project's own addresses or domains."""
    return any("@" in value and is_within(value, own) for value in values_of(placed.condition))


CHECK = Check(id="header-for-recipient", severity=Severity.WARNING, text=__doc__, run=run)
