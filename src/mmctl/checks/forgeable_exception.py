"""An `unless` on HELO, or on a From, Sender or `X-` header, which any sender can write.

What it does:
    Finds conditions on `from`, `sender`, `helo` and `header` under `unless` of rules that drop,
    hold or bounce. It does not report a header that a rule above adds; an `unless` on the same text
    as a condition of the rule (it only makes the rule more precise); and `from`, `sender` and
    `helo` below a rule that ends all mail that failed SPF, DKIM, DMARC or an add-on.

Why it is bad:
    The sender writes all of these. Whoever knows the right word passes the rule.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block-executables
            conditions: [{header: {name: X-Attachment, ends_with: .exe}}]
            unless: [{from: {ends_with: "@partner.example"}}]
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
          - name: block-executables
            conditions: [{header: {name: X-Attachment, ends_with: .exe}}]
            unless: [{source_ip: {cidr_matches: [198.51.100.0/28]}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.forgeable import claims
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the exceptions that anybody can claim."""
    for claim in claims(subject.project):
        if claim.is_exception and not claim.own and claim.what != "mail_from":
            yield finding(
                claim.rule,
                claim.placed.path,
                f"any sender can write `{claim.what}`, and then this rule does not apply",
                help="use `source_ip`, `spf` or `dkim` under `unless`; a name and `dkim` "
                "together need a separate rule above",
            )


CHECK = Check(
    id="forgeable-exception", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
