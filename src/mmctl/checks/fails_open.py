"""A scanner that gives no answer lets the mail through.

What it does:
    Finds rules that end mail which an add-on did not pass (`field: isPassed, is: false`), in a
    rule set where no rule ends the mail that it has not passed (`unless … is: true`). Also finds
    `deny` statements on an add-on in policies where no `allow` looks at the same field.

Why it is bad:
    No answer is not `false`. When the add-on is down, or skips a message, the rule or statement
    does not apply and the mail passes unscanned. You may want that; the check makes it visible.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-infected
            conditions: [{add_on: {name: vade, field: isPassed, is: false}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
    add_ons:
      vade: {product: VADE_ADVANCED_EMAIL_SECURITY}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: hold-not-passed
            unless: [{add_on: {name: vade, field: isPassed, is: true}}]
            actions: [{archive: {to: quarantine}}, stop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
      quarantine: {retention: THREE_MONTHS}
    add_ons:
      vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import ends
from mmctl.analysis.project_conditions import Role, policy_conditions
from mmctl.analysis.verdicts import not_passed, passed
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import analysis_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule, LogicalTrafficPolicy


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions on scanners that let mail pass without an answer."""
    for rule_set in subject.project.rule_sets.values():
        ending = [r for r in rule_set.live_rules(subject.project.environment.name) if ends(r)]
        closed = {
            found.analyzer
            for rule in ending
            for found in map(passed, rule.unless)
            if found is not None
        }
        for rule in ending:
            yield from _open(rule, closed)
    for policy in subject.project.traffic_policies.values():
        yield from _denied(policy)


def _denied(policy: LogicalTrafficPolicy) -> Iterator[Finding]:
    """The statements of a policy that refuse nobody while their add-on gives no answer."""
    placed = tuple(policy_conditions(policy))
    required = {analysis_of(each.condition) for each in placed if each.role is Role.ALLOW}
    for each in placed:
        analysis = analysis_of(each.condition)
        if each.role is Role.DENY and analysis is not None and analysis not in required:
            yield finding(
                policy,
                each.path,
                f"when `{analysis.analyzer}` gives no answer, this refuses nobody",
                help=f"to refuse such mail, require the opposite of `{analysis.result_field}` in "
                "each `allow`",
            )


def _open(rule: LogicalRule, closed: set[str]) -> Iterator[Finding]:
    for index, condition in enumerate(rule.conditions):
        analysis = not_passed(condition)
        if analysis is not None and analysis.analyzer not in closed:
            name, field = analysis.analyzer, analysis.result_field
            yield finding(
                rule,
                ("Conditions", index),
                f"when `{name}` gives no answer, the mail passes unscanned",
                help="to hold such mail, write `unless: "
                f"[{{add_on: {{name: {name}, field: {field}, is: true}}}}]` instead",
            )


CHECK = Check(id="fails-open", severity=Severity.INFO, text=__doc__, run=run, from_absence=True)
