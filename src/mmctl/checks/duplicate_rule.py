"""Two rules of a rule set with the same conditions and the same actions.

What it does:
    Compares the rules of a set, whatever the order of their conditions and values. It does not
    report a rule set with `duplicates: ignore`.

Why it is bad:
    Rules do not stop at the first match: both act. The mail is delivered, copied or marked
    twice; where the first drops it, the second does nothing.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: sales
            conditions: [{recipient: {equals: sales@example.com}}]
            actions: [{relay: {to: exchange}}]
          - name: sales-again
            conditions: [{recipient: {equals: sales@example.com}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: sales
            conditions: [{recipient: {equals: sales@example.com}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.canonical import same_rule
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield each rule that repeats one above it."""
    for rule_set in subject.project.rule_sets.values():
        first: dict[Hashable, LogicalRule] = {}
        for rule in rule_set.live_rules(subject.project.environment.name):
            above = first.setdefault(same_rule(rule), rule)
            if above is not rule and not rule_set.duplicates_ignored:
                yield finding(
                    rule,
                    ("name",),
                    f"`{rule.name}` does the same to the same mail as `{above.name}`"
                    f" ({said_from(above.position, rule.position)})",
                    help="remove one of them",
                )


CHECK = Check(
    id="duplicate-rule", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True
)
