"""`replace_recipient` without an address.

What it does:
    Finds `replace_recipient` actions that name no address. The API allows them, because the
    member is optional there.

Why it is bad:
    AWS does not say what the service does with a message whose recipients are replaced by nothing.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: to-the-desk
            conditions: [{recipient: {equals: info@example.com}}]
            actions: [replace_recipient, {relay: {to: exchange}}]
          - name: deliver
            unless: [{recipient: {equals: info@example.com}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: to-the-desk
            conditions: [{recipient: {equals: info@example.com}}]
            actions: [{replace_recipient: [desk@example.com]}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the replacements without a new recipient."""
    for _, rule in rules(subject.project):
        for index, action in enumerate(rule.actions):
            replacement = action.replace_recipient
            if replacement is not None and not replacement.replace_with:
                yield finding(
                    rule,
                    ("Actions", index),
                    "`replace_recipient` has no address",
                    help="write `replace_recipient: [someone@example.com]`",
                )


CHECK = Check(id="replacement-without-address", severity=Severity.ERROR, text=__doc__, run=run)
