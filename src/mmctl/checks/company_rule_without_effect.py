"""A company rule that fits nothing, probably because of a name.

What it does:
    Finds entries of `lint: {require: …}` whose `when` fits no rule or resource of the project, and
    in all company rules names of rules that do not exist, and owners that no rule has but that are
    almost one that many have. That something forbidden is nowhere is as it should be.

Why it is bad:
    It seems to guard something.

Bad:
    version: 1
    project: acme
    rules: [rules.yaml]
    lint:
      require:
        - id: threats-have-tickets
          when: {action: drop}
          then: {ticket: {exists: true}}
          message: a rule that drops names its ticket

Good:
    version: 1
    project: acme
    rules: [rules.yaml]
    lint:
      require:
        - id: archives-have-names
          when: {action: archive}
          then: {name: {exists: true}}
          message: a rule that archives has a name
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the company rules of the files that fit nothing."""
    project = subject.project
    rules = project.settings.lint.company_rules
    if not rules:
        return
    from mmctl.checks.company.idle import idle  # noqa: PLC0415 - few projects

    yield from idle(rules, project)


CHECK = Check(
    id="company-rule-without-effect",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    from_absence=True,
)
