"""A value whose mail never reaches the rule, because a rule above ends it.

What it does:
    Looks at each value of a list separately: with only this value, would the rule be unreachable?
    Of an address list, it names the first such member.
    It is an info where the rule above does the same. A rule without a reachable value is
    `unreachable-rule`.

Why it is bad:
    The value has no effect, although its author expects the lower rule to treat its mail.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: keep-for-audit
            conditions: [{recipient: {equals: [audit@example.com, audit@sales.example.com]}}]
            actions: [{archive: {to: audit}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    archives:
      audit: {retention: ONE_YEAR}
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep-for-audit
            conditions: [{recipient: {equals: [audit@example.com, audit@sales.example.com]}}]
            actions: [{archive: {to: audit}}]
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    archives:
      audit: {retention: ONE_YEAR}
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.canonical import same_effect
from mmctl.analysis.hiding import hidden
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import values_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.problem import Position


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values for which the rules above leave no mail."""
    for each in hidden(subject.project):
        rule = each.rule
        said: set[Position] = set()
        for number, index, ending in each.values:
            value = values_of(rule.conditions[number])[index]
            place = rule.positions.at(("Conditions", number, "StringExpression", "Values", index))
            if place in said:
                continue  # members of a list, which may have many, have one place
            said.add(place)
            yield finding(
                rule,
                ("Conditions", number, "StringExpression", "Values", index),
                f"no mail with `{value}` reaches `{rule.name}`:"
                f" `{ending.name}` ({said_from(ending.position, rule.position)}) ends all of it",
                help=f"put `{rule.name}` above `{ending.name}`, or remove the value",
                severity=Severity.INFO if same_effect(ending, rule) else None,
            )


CHECK = Check(
    id="unreachable-value", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True
)
