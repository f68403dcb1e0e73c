"""More of something than the quotas of the service allow.

What it does:
    Counts what the project defines against the quotas of Mail Manager, which cannot be raised:
    rule sets, traffic policies with their statements and conditions, ingress points by type,
    relays, address lists with their members, archives, tags. A `max_message_size` above the limit
    of the service is a warning. Rules, conditions, values and actions are counted when rules are
    compiled (`capacity`).

Why it is bad:
    The service refuses the call, halfway through an apply; it also refuses a larger message from
    the sender, whatever the policy says.

Bad:
    version: 1
    archives:
      team-1: {retention: ONE_YEAR}
      team-2: {retention: ONE_YEAR}
      team-3: {retention: ONE_YEAR}
      team-4: {retention: ONE_YEAR}
      team-5: {retention: ONE_YEAR}
      team-6: {retention: ONE_YEAR}
      team-7: {retention: ONE_YEAR}
      team-8: {retention: ONE_YEAR}
      team-9: {retention: ONE_YEAR}
      team-10: {retention: ONE_YEAR}
      team-11: {retention: ONE_YEAR}

Good:
    version: 1
    archives:
      teams: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.quota_uses import account_uses, list_uses, policy_uses, tag_uses
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.quotas import GENEROUS, MESSAGE_BYTES
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.quota_uses import Use
    from mmctl.language.project import Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the first of each thing that is over its quota."""
    for use in _uses(subject.project):
        if use.over and use.owner is not None:
            yield finding(use.owner, use.path, use.message, help=use.advice)
    for policy in subject.project.traffic_policies.values():
        size = policy.policy.max_message_size_bytes
        if size is not None and size > MESSAGE_BYTES.most * GENEROUS:
            yield finding(
                policy,
                ("MaxMessageSizeBytes",),
                f"the service takes messages of {MESSAGE_BYTES.most:,} bytes, got {size:,}",
                help="write 40MB, or remove it",
                severity=Severity.WARNING,
            )


def _uses(project: Project) -> Iterator[Use]:
    yield from account_uses(project)
    for policy in project.traffic_policies.values():
        yield from policy_uses(policy)
    yield from (use for _, use in list_uses(project))
    yield from tag_uses(project)


CHECK = Check(id="over-quota", severity=Severity.ERROR, text=__doc__, run=run)
