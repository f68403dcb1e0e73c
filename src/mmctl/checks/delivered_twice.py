"""A rule delivers what a rule above it has already delivered.

What it does:
    Finds rules that relay, send or deliver to a mailbox, below a rule that does so too and does
    not end with `stop`, where the lower one applies to all mail of the upper one; and rules that
    name the same target twice.

Why it is bad:
    Mail Manager does not stop at the first rule that matches. The mail of the rule above goes
    out twice, to both places. For intended copies, use `archive` or `write_to_s3`; for an intended
    second delivery, add an ignore comment.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: crm}}, stop]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      crm: {server: crm.example.com, port: 25, authentication: none}
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import delivers, ends, unconditional
from mmctl.analysis.implication import case_folds
from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.same_mail import applies_after
from mmctl.analysis.wider import Wider, questions_of
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does, row_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule
    from mmctl.model.rules import RuleAction


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the deliveries that are certainly followed by a second one."""
    if subject.project.settings.readings.first_match == "yes":
        return
    folds = case_folds(subject.project)
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        delivering = Wider()
        for index, rule in enumerate(live):
            if delivers(rule):
                delivering.add(index, questions_of(rule.conditions, folds=folds))
        last = [i for i, rule in enumerate(live) if ends(rule) and unconditional(rule)]
        for index, rule in enumerate(live):
            again = None
            if delivers(rule) and not ends(rule):
                below = delivering.may_apply(questions_of(rule.conditions, folds=folds))
                # The first rule below that ends all mail may still deliver it again itself.
                final = next((i for i in last if i > index), len(live))
                again = _again(live, index, [i for i in below if index < i <= final], folds=folds)
            if again is not None:
                yield _twice(rule, again)
            yield from _same_target(rule)


def _again(
    live: Sequence[LogicalRule], index: int, below: Sequence[int], *, folds: bool
) -> LogicalRule | None:
    """The first of some rules below that delivers all mail that a rule delivers."""
    return next(
        (live[each] for each in below if applies_after(live, index, each, folds=folds)), None
    )


def _same_target(rule: LogicalRule) -> Iterator[Finding]:
    replaced = 0
    first: set[tuple[int, RuleAction]] = set()
    for index, action in enumerate(rule.actions if delivers(rule) else ()):
        what = row_of(action).does
        replaced += what is Does.REPLACES
        if what is Does.DELIVERS and (replaced, action) in first:
            yield finding(
                rule,
                ("Actions", index),
                "the same delivery is above: the mail goes out twice",
                help="remove it",
            )
        first.add((replaced, action))


def _twice(route: LogicalRule, rule: LogicalRule) -> Finding:
    index = route.does.index(Does.DELIVERS)
    return finding(
        route,
        ("Actions", index),
        f"mail that `{route.name}` delivers, `{rule.name}`"
        f" ({said_from(rule.position, route.position)}) delivers again:"
        " rules do not stop at the first match",
        help=f"end `{route.name}` with `- stop`",
    )


CHECK = Check(
    id="delivered-twice", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True
)
