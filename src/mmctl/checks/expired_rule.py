"""A rule past its `expires` date, or within 30 days of it.

What it does:
    Compares `expires` with today (UTC). The day itself still counts. `lint.expired` in
    `mmctl.yaml` sets the severity of an expired rule; one that expires within 30 days is an info,
    and so is one that is expired and `enabled: false`.

Why it is bad:
    An expired rule stays live until somebody removes it, although its time is over.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-campaign
            expires: 2020-01-31
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
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
          - name: block-campaign
            expires: 2099-01-31
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule, Project

NOTICE_DAYS: Final = 30


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that have expired, or will soon."""
    expired = subject.project.settings.lint.expired
    for rule in _rules(subject.project):
        if rule.expires is None:
            continue
        left = (rule.expires - subject.today).days
        if left < 0 and not rule.enabled:
            yield finding(
                rule,
                ("expires",),
                f"`{rule.name}` is disabled, and expired on {rule.expires}",
                help="remove it: the history of the file keeps it",
                severity=Severity.INFO,
            )
        elif not rule.enabled:
            continue
        elif left < 0:
            yield finding(
                rule,
                ("expires",),
                f"`{rule.name}` expired on {rule.expires} and is still live",
                help="remove the rule, or write a later date",
                severity=expired,
            )
        elif left <= NOTICE_DAYS:
            yield finding(
                rule,
                ("expires",),
                f"`{rule.name}` expires on {rule.expires}, {_in_days(left)}",
                help="it stays live after that day until it is removed",
                severity=Severity.INFO,
            )


def _rules(project: Project) -> Iterator[LogicalRule]:
    """The rules of the environment, disabled ones too."""
    name = project.environment.name
    for rule_set in project.rule_sets.values():
        yield from (r for r in rule_set.rules if r.environments is None or name in r.environments)


def _in_days(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


CHECK = Check(id="expired-rule", severity=Severity.WARNING, text=__doc__, run=run)
