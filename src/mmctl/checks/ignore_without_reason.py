"""An ignore comment that does not say why.

What it does:
    Finds `# mmctl: ignore[check-id]` without a reason after it.

Why it is bad:
    The next reader cannot know whether the exception is still needed.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          # mmctl: ignore[expired-rule]
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
          # mmctl: ignore[expired-rule] the campaign came back; removed with SEC-1200
          - name: block-campaign
            expires: 2020-01-31
            conditions: [{mail_from: {ends_with: "@spam.example"}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.problem import Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the ignore comments without a reason."""
    for ignore in subject.project.ignores:
        if not ignore.reason:
            yield Finding(
                positions=Positions({(): ignore.position}),
                path=(),
                message="an ignore comment without a reason",
                help=f"write why: `# mmctl: ignore[{', '.join(ignore.checks)}] the reason`",
            )


CHECK = Check(id="ignore-without-reason", severity=Severity.WARNING, text=__doc__, run=run)
