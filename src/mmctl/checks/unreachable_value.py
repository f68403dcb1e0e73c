"""A value whose mail never reaches the rule, because a rule above ends it.

What it does:
    Looks at each value of a list separately: with only this value, would the rule be unreachable?
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
from mmctl.analysis.hiding import Above
from mmctl.analysis.implication import case_folds
from mmctl.analysis.project_conditions import said_from
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.comparisons import NEGATED
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values for which the rules above leave no mail."""
    for rule_set in subject.project.rule_sets.values():
        above = Above(folds=case_folds(subject.project))
        for rule in rule_set.live_rules(subject.project.environment.name):
            if above.ending(rule.conditions, rule.unless) is not None:
                continue
            yield from _without_mail(rule, above)
            above.add(rule)


def _without_mail(rule: LogicalRule, above: Above) -> Iterator[Finding]:
    for number, condition in enumerate(rule.conditions):
        expression = condition.string_expression
        if expression is None or len(expression.values) == 1 or expression.operator in NEGATED:
            continue
        for index, ending in above.ended_values(rule.conditions, number, rule.unless):
            yield finding(
                rule,
                ("Conditions", number, "StringExpression", "Values", index),
                f"no mail with `{expression.values[index]}` reaches `{rule.name}`:"
                f" `{ending.name}` ({said_from(ending.position, rule.position)}) ends all of it",
                help=f"put `{rule.name}` above `{ending.name}`, or remove the value",
                severity=Severity.INFO if same_effect(ending, rule) else None,
            )


CHECK = Check(id="unreachable-value", severity=Severity.WARNING, text=__doc__, run=run)
