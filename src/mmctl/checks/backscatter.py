"""A bounce for mail whose sender is most likely forged.

What it does:
    Finds rules with `bounce` whose conditions match mail that failed SPF, DKIM or DMARC, or that an
    add-on did not pass.

Why it is bad:
    `bounce` writes to the envelope sender after the mail was accepted. The sender of such mail is
    forged, so a stranger gets your bounces, and the reputation of your domain suffers.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: refuse-forged
            conditions: [{spf: {equals: FAIL}}, {dkim: {not_equals: PASS}}]
            actions:
              - bounce:
                  sender: postmaster@example.com
                  role: arn:aws:iam::111122223333:role/mail-bounce
                  status_code: 5.7.1
                  smtp_reply_code: 550
                  diagnostic_message: not authenticated
              - drop
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: drop-forged
            conditions: [{spf: {equals: FAIL}}, {dkim: {not_equals: PASS}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import bounces
from mmctl.analysis.project_conditions import rules
from mmctl.analysis.verdicts import asks_for_failed
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the bounces of mail with a failed verdict, whose sender nobody vouches for."""
    for _, rule in rules(subject.project):
        if bounces(rule) and any(map(asks_for_failed, rule.conditions)):
            yield finding(
                rule,
                ("Actions", rule.does.index(Does.BOUNCES)),
                "the sender of this mail is most likely forged, and the bounce goes to a stranger",
                help="drop the mail or archive it; refuse what you can in the traffic policy",
            )


CHECK = Check(id="backscatter", severity=Severity.WARNING, text=__doc__, run=run)
