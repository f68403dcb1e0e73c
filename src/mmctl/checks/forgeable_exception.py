"""An exception by what any sender can write: From, Sender, HELO, subject, MAIL FROM, a header.

What it does:
    Finds `from`, `sender`, `helo`, `subject`, `header` and `mail_from` under `unless`, and negative
    conditions on them, in rules that drop, hold or bounce, that replace the recipient whoever it
    is, or that relay elsewhere what failed a verdict. `mail_from` counts unless the rule requires
    SPF PASS, the others unless it requires DKIM PASS. It is an info where the rule is for all other
    mail, and for a subject or `mail_from` where the rule is not about a verdict, a network, an
    add-on or a list. It does not report an exception on the same text as a condition, unless the
    rule doubts the sender by SPF, DKIM or DMARC (else it only makes the rule more precise); a
    header that a rule above adds, if another rule ends mail that arrives with it; and exceptions
    below a rule that ends all mail that failed SPF, DKIM, DMARC or an add-on (SPF or an add-on for
    `mail_from`).

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
from mmctl.model.operands import MAIL_FROM
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.forgeable import Claim


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the exceptions that anybody can claim."""
    for claim in claims(subject.project):
        if claim.spared is None and not claim.own:
            yield finding(
                claim.rule,
                claim.placed.path,
                _message(claim),
                help="use `source_ip`, `spf` or `dkim` under `unless`; a name and "
                f"`{'spf' if claim.operand is MAIL_FROM else 'dkim'}` together need a separate "
                "rule above",
                severity=None if claim.is_grave else Severity.INFO,
            )


def _message(claim: Claim) -> str:
    if claim.only_forged and claim.operand is MAIL_FROM:
        return (
            "this rule is for mail that did not pass SPF, so nothing confirms `mail_from`: "
            "the exception spares forged mail"
        )
    return f"any sender can write `{claim.what}`, and then this rule does not apply"


CHECK = Check(
    id="forgeable-exception", severity=Severity.WARNING, text=__doc__, run=run, from_absence=True
)
