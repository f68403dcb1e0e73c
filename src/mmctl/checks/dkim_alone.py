"""Mail is dropped only because it has no good DKIM signature.

What it does:
    Finds rules that drop without a bounce and have conditions on DKIM, and besides at most
    exceptions and conditions on the size or the connection.

Why it is bad:
    A missing or broken signature does not prove a forgery: many small senders do not sign, and
    mailing lists and gateways change messages on the way. The mail disappears without an answer.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-unsigned
            conditions: [{dkim: {not_equals: PASS}}]
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
          - name: block-unsigned
            conditions:
              - spf: {equals: FAIL}
              - dkim: {not_equals: PASS}
              - dmarc_policy: {equals: REJECT}
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces, drops
from mmctl.analysis.project_conditions import rules
from mmctl.analysis.verdicts import accepted
from mmctl.analysis.vouching import failed_alone
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.enums import RuleVerdict, RuleVerdictAttribute
from mmctl.model.rules import RuleVerdictExpression
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.model.conditions import Condition


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that drop because of DKIM only."""
    for _, rule in rules(subject.project):
        failed: tuple[PlacedCondition, ...] = ()
        if drops(rule) and not bounces(rule):
            failed = failed_alone(rule, RuleVerdictAttribute.DKIM)
        if failed:
            unsigned = all(_takes_unsigned(each.condition) for each in failed)
            yield finding(
                rule,
                failed[0].path,
                "mail that is not signed, or was changed on its way, is dropped here"
                if unsigned
                else "mail that was changed on its way, as mailing lists do, is dropped here",
                help="also require `spf: {equals: FAIL}` and a `dmarc_policy`, or archive the "
                "mail first",
            )


def _takes_unsigned(condition: Condition) -> bool:
    verdict = condition.value
    return isinstance(verdict, RuleVerdictExpression) and RuleVerdict.GRAY in accepted(verdict)


CHECK = Check(id="dkim-alone", severity=Severity.WARNING, text=__doc__, run=run)
