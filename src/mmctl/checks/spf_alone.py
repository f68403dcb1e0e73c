"""Mail is dropped only because SPF failed.

What it does:
    Finds rules that drop without a bounce and have conditions on SPF, and besides at most
    exceptions and conditions on the size or the connection.

Why it is bad:
    Forwarded mail fails SPF, because the server that forwards it is not one of the sender's
    domain. So do many mailing lists. The mail disappears without an answer.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-forged
            conditions: [{spf: {equals: FAIL}}]
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
          - name: block-forged
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
from mmctl.analysis.vouching import failed_alone
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.enums import RuleVerdictAttribute
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rules that drop because of SPF only."""
    for _, rule in rules(subject.project):
        failed: tuple[PlacedCondition, ...] = ()
        if drops(rule) and not bounces(rule):
            failed = failed_alone(rule, RuleVerdictAttribute.SPF)
        if failed:
            yield finding(
                rule,
                failed[0].path,
                "forwarded mail fails SPF too, and is dropped here",
                help="also require `dkim: {not_equals: PASS}` and a `dmarc_policy`, or archive "
                "the mail first",
            )


CHECK = Check(id="spf-alone", severity=Severity.WARNING, text=__doc__, run=run)
