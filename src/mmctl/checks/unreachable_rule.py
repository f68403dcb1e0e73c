"""A rule that no mail reaches, because a rule above ends all of its mail.

What it does:
    Finds rules below a rule that drops or stops all of their mail: one without conditions, or
    one whose conditions all follow from those of the lower rule. It is a warning where both do the
    same. It does not look for rules that hide another one only together.

Why it is bad:
    The rule seems to do something, but never applies.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}, stop]
          - name: mark-spam
            conditions: [{header: {name: X-Spam, equals: "yes"}}]
            actions: [{add_header: {name: X-Folder, value: junk}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-spam
            conditions: [{header: {name: X-Spam, equals: "yes"}}]
            actions: [{add_header: {name: X-Folder, value: junk}}]
          - name: deliver
            actions: [{relay: {to: exchange}}, stop]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.canonical import same_effect, same_rule
from mmctl.analysis.hiding import hidden
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules whose mail has all ended above them."""
    for each in hidden(subject.project):
        rule, ending = each.rule, each.by
        # `duplicate-rule` reports those that are the same.
        if ending is not None and same_rule(ending) != same_rule(rule):
            yield finding(
                rule,
                ("name",),
                f"no mail reaches `{rule.name}`: `{ending.name}`"
                f" ({said_from(ending.position, rule.position)}) ends all of it",
                help=f"put `{rule.name}` above `{ending.name}`, or remove one of them",
                severity=Severity.WARNING if same_effect(ending, rule) else None,
            )


CHECK = Check(id="unreachable-rule", severity=Severity.ERROR, text=__doc__, run=run)
