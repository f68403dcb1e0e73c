"""A rule that does not state its purpose, in a project that requires it.

What it does:
    With `lint: {require_owner: true}` in `mmctl.yaml`, finds rules that have neither `description`
    nor `ticket`.

Why it is bad:
    The owner may have left. Without a reason, nobody dares to remove or change the rule.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            owner: compliance
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            description: A copy of every message, for the audit.
            owner: compliance
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules without a description."""
    if not subject.project.settings.lint.require_owner:
        return
    for _, rule in rules(subject.project):
        if not rule.description and not rule.ticket:
            yield finding(
                rule,
                ("name",),
                f"`{rule.name}` has neither a description nor a ticket",
                help="write its purpose in `description`, or name the `ticket`",
            )


CHECK = Check(id="rule-without-description", severity=Severity.INFO, text=__doc__, run=run)
