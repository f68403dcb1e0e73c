"""An archive for all mail, below rules that end some of it.

What it does:
    Finds rules without conditions that only store mail, above a delivery and below a rule that ends
    mail without a copy of it. It does not report an archive that is the end of the mail itself, or
    one beside a delivery, which is for delivered mail.

Why it is bad:
    The record has a gap where it is needed most: a message that a rule dropped by mistake, or that
    a route delivered, is nowhere.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: record
            actions: [{archive: {to: all-mail}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: record
            actions: [{archive: {to: all-mail}}]
          - name: block
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import delivers, ends, stores, unconditional
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the records that miss mail which has ended above."""
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        record = next((i for i, rule in enumerate(live) if _records_all(rule)), None)
        # Without a delivery below, the archive is where the mail is meant to end.
        if record is None or not any(map(delivers, live[record:])):
            continue
        rule = live[record]
        ending = next(filter(_ends_unstored, live[:record]), None)
        if ending is not None:
            verb = "delivers" if delivers(ending) else "drops"
            yield finding(
                rule,
                ("Actions", rule.does.index(Does.STORES)),
                f"what `{ending.name}` ({said_from(ending.position, rule.position)}) {verb} is not "
                "in this record",
                help=f"put `{rule.name}` above `{ending.name}`",
            )


def _ends_unstored(rule: LogicalRule) -> bool:
    """Whether a rule ends mail that was taken, without a copy of it."""
    return ends(rule) and not stores(rule) and not rule.refuses


def _records_all(rule: LogicalRule) -> bool:
    return stores(rule) and unconditional(rule) and not ends(rule) and not delivers(rule)


CHECK = Check(id="archived-too-late", severity=Severity.INFO, text=__doc__, run=run)
