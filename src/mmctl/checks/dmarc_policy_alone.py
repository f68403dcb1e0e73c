"""Mail is dropped or bounced because of a DMARC policy alone.

What it does:
    Finds rules that drop or bounce, keep no copy, and have a condition on `dmarc_policy` and none
    on an add-on or on SPF or DKIM that did not pass. It does not report them where `semantics:` of
    the project settles that `dmarc_policy_means: policy_when_dmarc_failed`; where it says
    `published_policy`, it is an error.

Why it is bad:
    AWS does not say whether `dmarc_policy` is the policy that a message failed, or the one that its
    domain publishes. In the second case the rule drops all good mail of every domain that publishes
    this policy, as most banks and large companies do.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: dmarc
            conditions: [{dmarc_policy: {equals: REJECT}}]
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
          - name: dmarc
            conditions:
              - dmarc_policy: {equals: REJECT}
              - spf: {not_equals: PASS}
              - dkim: {not_equals: PASS}
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, drops, stores
from mmctl.analysis.project_conditions import rule_conditions, rules
from mmctl.analysis.vouching import doubts_sender
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import operand_of
from mmctl.model.operands import ADD_ON, DMARC_POLICY
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that may drop what passed DMARC."""
    settings = subject.project.settings
    published = settings.readings.dmarc_policy_means == "published_policy"
    if not published and "dmarc_policy_means" in settings.settled:
        return
    for _, rule in rules(subject.project):
        placed = _policy(rule) if _asks(rule) and (drops(rule) or bounces(rule)) else None
        if placed is not None and not stores(rule):
            does = "drops" if drops(rule) else "bounces"
            yield finding(
                rule,
                placed.path,
                f"this {does} all mail of domains with that policy, also what passed DMARC"
                if published
                else f"this {does} good mail, should `dmarc_policy` be the policy that a domain "
                "publishes",
                help="also require `spf: {not_equals: PASS}` and `dkim: {not_equals: PASS}`, or "
                "archive the mail and `stop`",
                severity=Severity.ERROR if published else None,
            )


def _asks(rule: LogicalRule) -> bool:
    return any(each.dmarc_expression is not None for each in (*rule.conditions, *rule.unless))


def _policy(rule: LogicalRule) -> PlacedCondition | None:
    """The condition on the policy that decides by itself."""
    found: PlacedCondition | None = None
    for placed in rule_conditions(rule):
        operand = operand_of(placed.condition)
        if operand is DMARC_POLICY:
            found = found or placed
        elif operand is ADD_ON or doubts_sender(placed):
            return None
    return found


CHECK = Check(id="dmarc-policy-alone", severity=Severity.WARNING, text=__doc__, run=run)
