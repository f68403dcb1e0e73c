"""A rule without an owner, in a project that requires one.

What it does:
    With `lint: {require_owner: true}` in `mmctl.yaml`, finds rules without `owner`.

Why it is bad:
    Nobody can say whether the rule is still needed, so it stays forever.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: keep
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
    """Yield the rules without an owner."""
    if not subject.project.settings.lint.require_owner:
        return
    for _, rule in rules(subject.project):
        if not rule.owner:
            yield finding(
                rule,
                ("name",),
                f"`{rule.name}` has no owner, and this project requires one",
                help="write `owner: TEAM`",
            )


CHECK = Check(id="rule-without-owner", severity=Severity.ERROR, text=__doc__, run=run)
