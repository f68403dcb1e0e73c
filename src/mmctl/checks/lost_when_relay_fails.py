"""Mail ends at a delivery that may have failed, and no rule keeps a copy.

What it does:
    Finds rules that relay, send or deliver to a mailbox and then `stop`, or do so with
    `on_failure: drop`, when neither the rule nor any rule above it stores mail in an archive,
    bucket or index.

Why it is bad:
    When the action fails (a relay was deleted, a role lost its permission), `on_failure` lets the
    next action run, or drops the mail. Either way the mail ends here without a copy.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions: [{archive: {to: all-mail}}]
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import delivers, ends, stores
from mmctl.analysis.project_conditions import is_whole
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.model.enums import ActionFailurePolicy
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the first stop after a delivery without a copy, once per rule set."""
    for rule_set in filter(is_whole, subject.project.rule_sets.values()):
        for rule in rule_set.live_rules(subject.project.environment.name):
            if stores(rule):
                break
            if not delivers(rule):
                continue
            index = rule.does.index(Does.DELIVERS)
            drops = rule.actions[index].failure_policy is ActionFailurePolicy.DROP
            if drops or (ends(rule) and rule.stop):
                ending = (
                    "`on_failure: drop` ends the mail" if drops else "`stop` ends the mail anyway"
                )
                yield finding(
                    rule,
                    ("Actions", index),
                    f"if this fails, {ending}, and there is no copy",
                    help="archive all mail in the first rule",
                )
                break


CHECK = Check(
    id="lost-when-relay-fails", severity=Severity.INFO, text=__doc__, run=run, from_absence=True
)
