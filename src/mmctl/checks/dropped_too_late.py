"""Mail is dropped that a rule above has already delivered.

What it does:
    Finds rules with conditions that drop, all of whose mail a rule above delivers without `stop`.
    A drop without conditions is `unconditional-drop`.

Why it is bad:
    Rules act in order. The mail that this rule should keep out has already gone to the recipient;
    the rule only stops the remaining actions.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
          - name: block-spammer
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-spammer
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, delivers, drops, ends, unconditional
from mmctl.analysis.implication import case_folds
from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.same_mail import applied_before
from mmctl.analysis.wider import Wider, questions_of
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the drops of mail that is already delivered."""
    if subject.project.settings.readings.first_match == "yes":
        return
    folds = case_folds(subject.project)
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        passing = [i for i, rule in enumerate(live) if delivers(rule) and not ends(rule)]
        routes = Wider()
        for index in passing:
            routes.add(index, questions_of(live[index].conditions, folds=folds))
        for index, rule in enumerate(live if passing else ()):
            if not drops(rule) or unconditional(rule) or delivers(rule) or bounces(rule):
                continue
            above = next(
                (
                    i
                    for i in routes.may_apply(questions_of(rule.conditions, folds=folds))
                    if i < index and applied_before(live, i, index, folds=folds)
                ),
                None,
            )
            if above is not None:
                route = live[above]
                yield finding(
                    rule,
                    ("Actions", rule.does.index(Does.ENDS)),
                    f"`{route.name}` ({said_from(route.position, rule.position)}) has delivered"
                    " this mail already",
                    help=f"put `{rule.name}` above `{route.name}`",
                )


CHECK = Check(
    id="dropped-too-late", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True
)
