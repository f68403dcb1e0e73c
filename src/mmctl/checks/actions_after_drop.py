"""Actions below `drop` or `stop` in the same rule.

What it does:
    Finds actions below a `drop` or `stop`.

Why it is bad:
    `drop` removes the recipients from the message, so the actions below it have no recipient left.
    They never run.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions:
              - drop
              - archive: {to: evidence}
          - name: keep
            actions: [{archive: {to: evidence}}]
    archives:
      evidence: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions:
              - archive: {to: evidence}
              - drop
          - name: keep
            actions: [{archive: {to: evidence}}]
    archives:
      evidence: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.counted import counted, plural
from mmctl.judge.actions import kind_of
from mmctl.model.actions import Does, row_of
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the first action below a drop, once per rule."""
    for _, rule in rules(subject.project):
        done = [row_of(action).does for action in rule.actions]
        first = done.index(Does.ENDS) + 1 if Does.ENDS in done else len(done)
        if first < len(done):
            written = kind_of(rule.actions[first - 1], stop=rule.stop)
            dead = len(done) - first
            yield finding(
                rule,
                ("Actions", first),
                f"{_counted(dead)} below `{written}` never " + plural(dead, "runs", "run"),
                help=f"put `{written}` last",
            )


def _counted(number: int) -> str:
    return "the action" if number == 1 else f"the {counted(number, 'action')}"


CHECK = Check(id="actions-after-drop", severity=Severity.ERROR, text=__doc__, run=run)
