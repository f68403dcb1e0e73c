"""An exception by a header that every sender can write.

What it does:
    Finds `header` conditions under `unless` of rules that drop, stop or bounce, for headers that
    no rule above adds.

Why it is bad:
    An `X-` header is whatever the sender wrote. Whoever knows its name passes the rule.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-lookalike
            conditions: [{from: {ends_with: "@examp1e.example"}}]
            unless: [{header: {name: X-Internal, equals: "yes"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-lookalike
            conditions: [{from: {ends_with: "@examp1e.example"}}]
            unless: [{source_ip: {cidr_matches: [198.51.100.0/28]}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.effects import bounces, ends
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule, LogicalRuleSet


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the exceptions that anybody can claim."""
    for rule_set in subject.project.rule_sets.values():
        yield from _in(rule_set, subject.project.environment.name)


def _in(rule_set: LogicalRuleSet, environment: str) -> Iterator[Finding]:
    added: set[str] = set()
    for rule in rule_set.live_rules(environment):
        if ends(rule) or bounces(rule):
            for index, name in _header_exceptions(rule):
                if name.lower() not in added:
                    yield finding(
                        rule,
                        ("Unless", index),
                        f"every sender can write `{name}`, and then this rule does not apply",
                        help="except by `source_ip`, `spf` or `dkim`",
                    )
        added |= {
            action.add_header.header_name.lower()
            for action in rule.actions
            if action.add_header is not None
        }


def _header_exceptions(rule: LogicalRule) -> Iterator[tuple[int, str]]:
    for index, condition in enumerate(rule.unless):
        string = condition.string_expression
        name = string.evaluate.mime_header_attribute if string is not None else None
        if name is not None:
            yield index, name


CHECK = Check(
    id="forgeable-exception", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
