"""A rule set that never delivers, stores or bounces anything.

What it does:
    Finds rule sets none of whose rules delivers, stores or bounces. Headers, replaced recipients,
    SNS topics and Lambda functions alone keep no mail. A rule that is `final: true`, or drops
    everything, ends its mail on purpose.

Why it is bad:
    Mail that the traffic policy admits is accepted and then lost: no delivery, no copy, no bounce.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            actions: [{add_header: {name: X-Seen, value: "yes"}}]

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            actions: [{add_header: {name: X-Seen, value: "yes"}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import ends, has_outcome
from mmctl.analysis.project_conditions import is_whole
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rule sets that lose all mail that they do not drop."""
    for name, rule_set in subject.project.rule_sets.items():
        live = rule_set.live_rules(subject.project.environment.name)
        if is_whole(rule_set) and not any(map(has_outcome, live)):
            what = "all mail that it does not drop" if any(map(ends, live)) else "all mail"
            yield finding(
                rule_set,
                (),
                f"no rule of `{name}` delivers, stores or bounces: {what} is lost",
                help="add a rule with `relay`, `send`, `deliver_to_mailbox` or `archive`",
            )


CHECK = Check(
    id="rule-set-without-outcome", severity=Severity.ERROR, text=__doc__, run=run, from_absence=True
)
