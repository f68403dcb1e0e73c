"""A bounce for mail that is delivered as well.

What it does:
    Finds rules that bounce and do not drop, where a rule below delivers all of their mail; and
    rules that bounce mail which they, or a rule above, have delivered. An unconditional bounce
    below a delivery is `unconditional-drop`.

Why it is bad:
    Nothing says that `bounce` ends a message: the sender gets a report that it did not arrive, but
    it did. People then send it again, or another way.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: refuse-retired
            conditions: [{recipient: {equals: retired@example.com}}]
            actions:
              - bounce:
                  sender: postmaster@example.com
                  role: arn:aws:iam::111122223333:role/mail-bounce
                  status_code: 5.1.1
                  smtp_reply_code: 550
                  diagnostic_message: no such user
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: refuse-retired
            conditions: [{recipient: {equals: retired@example.com}}]
            actions:
              - bounce:
                  sender: postmaster@example.com
                  role: arn:aws:iam::111122223333:role/mail-bounce
                  status_code: 5.1.1
                  smtp_reply_code: 550
                  diagnostic_message: no such user
              - drop
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, delivers, ends, unconditional
from mmctl.analysis.implication import case_folds
from mmctl.analysis.project_conditions import said_from
from mmctl.analysis.same_mail import applied_before, applies_after
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the bounces of mail that is delivered as well."""
    readings = subject.project.settings.readings
    if readings.first_match == "yes" or readings.bounce_ends_evaluation == "yes":
        return
    folds = case_folds(subject.project)
    for rule_set in subject.project.rule_sets.values():
        live = rule_set.live_rules(subject.project.environment.name)
        for index, rule in enumerate(live):
            other = _delivering(live, index, folds=folds) if bounces(rule) else None
            if other is not None:
                yield _bounced(rule, other)


def _delivering(live: Sequence[LogicalRule], index: int, *, folds: bool) -> LogicalRule | None:
    """The rule that delivers all mail that a rule bounces: itself, one above, or one below."""
    rule = live[index]
    if delivers(rule):
        return rule
    for above in range(index) if not unconditional(rule) else ():
        passes = delivers(live[above]) and not ends(live[above])
        if passes and applied_before(live, above, index, folds=folds):
            return live[above]
    for below in range(index + 1, len(live)) if not ends(rule) else ():
        if delivers(live[below]) and applies_after(live, index, below, folds=folds):
            return live[below]
        if ends(live[below]) and applies_after(live, index, below, folds=folds):
            return None
    return None


def _bounced(rule: LogicalRule, other: LogicalRule) -> Finding:
    by = f"`{other.name}` ({said_from(other.position, rule.position)})"
    return finding(
        rule,
        ("Actions", rule.does.index(Does.BOUNCES)),
        "the sender gets a report that this mail did not arrive, but "
        + ("this rule delivers it" if other is rule else f"{by} delivers it"),
        help=_advice(rule, other),
    )


def _advice(rule: LogicalRule, other: LogicalRule) -> str:
    if other is rule:
        return "remove one of the two"
    if ends(rule):
        return f"put `{rule.name}` above `{other.name}`"
    return "put `- drop` after `bounce`"


CHECK = Check(
    id="bounced-and-delivered", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True
)
