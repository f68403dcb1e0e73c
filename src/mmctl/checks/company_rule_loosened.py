"""A change that demands less of rules than its base does.

What it does:
    Compares `lint: {forbid, require}` with that of the base (`--base main`, or the target branch
    that a CI server names), and finds company rules that are removed, have a lower severity, or
    may allow more; also `require_owner` and `require_format` that are taken back, a lower severity
    of `expired`, and less effort for proofs. What it finds comes first in the report.

Why it is bad:
    Company rules bind the people who write rules. Whoever loosens one changes what everybody may
    do, which is a decision of its own: in this change what the base demands still counts.

Bad:
    version: 1
    project: acme
    rules: [rules.yaml]
    lint:
      forbid:
        - id: only-security-bounces
          when: {action: bounce, owner: {not: [security, ops]}}
          message: only security may bounce

Good:
    version: 1
    project: acme
    rules: [rules.yaml]
    lint:
      forbid:
        - id: only-security-bounces
          when: {action: bounce, owner: {not: security}}
          message: only security may bounce
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.problem import Position, Positions, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield what the base demands and the files do not."""
    base = subject.base
    if base is None:
        return
    from mmctl.checks.company.held import loosened  # noqa: PLC0415 - few have a base

    own = subject.project.settings.lint if subject.own is None else subject.own
    for now, message in loosened(own, base.lint):
        at = Position(file=PROJECT_FILE) if now is None else now.position
        yield Finding(
            positions=Positions({(): at}),
            path=(),
            message=message,
            help=f"in this change, what `{base.name}` demands still counts",
        )


CHECK = Check(id="company-rule-loosened", severity=Severity.WARNING, text=__doc__, run=run)
