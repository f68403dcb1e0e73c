"""A rule for a recipient that a rule above has replaced.

What it does:
    Finds rules with conditions on `recipient` where a rule above replaces the recipient of all mail
    that they are for, and neither it nor a rule in between writes a recipient that they match.

Why it is bad:
    Rules below `replace_recipient` see the new recipient. The rule for the old one never applies.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: rewrite-careers
            conditions: [{recipient: {equals: careers@example.com}}]
            actions: [{replace_recipient: [recruiting@example.com]}]
          - name: route-careers
            conditions: [{recipient: {equals: careers@example.com}}]
            actions: [{relay: {to: hr-suite}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      hr-suite: {server: hr.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: rewrite-careers
            conditions: [{recipient: {equals: careers@example.com}}]
            actions: [{replace_recipient: [recruiting@example.com]}]
          - name: route-careers
            conditions: [{recipient: {equals: recruiting@example.com}}]
            actions: [{relay: {to: hr-suite}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
      hr-suite: {server: hr.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import ends
from mmctl.analysis.implication import applies_wherever, case_folds
from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.replacing import may_meet
from mmctl.analysis.wider import Wider, questions_of
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does, new_recipients
from mmctl.model.conditions import operand_of
from mmctl.model.facts import RECIPIENTS, X_HEADER
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleCondition


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules whose recipients have all been replaced above them."""
    readings = subject.project.settings.readings
    if readings.replaced_recipients_visible == "no" or readings.first_match == "yes":
        return
    folds = case_folds(subject.project)
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        if any(Does.REPLACES in rule.does for rule in live):
            yield from _among(live, folds=folds)


def _among(live: Sequence[LogicalRule], *, folds: bool) -> Iterator[Finding]:
    replacing = Wider()
    for index, rule in enumerate(live):
        asked = [each for each in rule.conditions if operand_of(each).fact is RECIPIENTS]
        above = None
        questions = questions_of(rule.conditions, folds=folds) if asked else ()
        for number in replacing.may_apply(questions) if asked else ():
            gone = applies_wherever(live[number], rule.conditions, rule.unless, folds=folds)
            if gone and not any(may_meet(each, asked) for each in _written(live[number:index])):
                above = live[number]
                break
        if above is not None:
            yield finding(
                rule,
                ("name",),
                f"no mail reaches `{rule.name}`: `{above.name}`"
                f" ({said_from(above.position, rule.position)}) replaces its recipients",
                help=f"put `{rule.name}` above `{above.name}`, or write the new recipient",
            )
        if Does.REPLACES in rule.does and not ends(rule) and all(map(_lasts, rule.conditions)):
            replacing.add(index, questions_of(rule.conditions, folds=folds))


def _lasts(condition: RuleCondition) -> bool:
    """Whether no rule changes the answer but by replacing the recipient itself."""
    return operand_of(condition).fact is not X_HEADER


def _written(rules: Iterable[LogicalRule]) -> Iterator[str]:
    """The recipients that rules put in the place of others."""
    for rule in rules:
        for action in rule.actions if not rule.shadow else ():
            yield from new_recipients(action)


CHECK = Check(
    id="recipient-replaced-above", severity=Severity.ERROR, text=__doc__, run=run, about_mail=True
)
