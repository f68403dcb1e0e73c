"""A bounce whose status code and reply code say different things.

What it does:
    Compares the first digits of `status_code` (RFC 3463) and `smtp_reply_code` (RFC 5321) of
    `bounce`. Both must be 5, refused for good, or both 4, for now.

Why it is bad:
    The sender's server believes one of the two. It may try again what is refused for good, or give
    up what was refused for now, and people get a report that explains nothing.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: refuse
            conditions: [{recipient: {equals: fax@example.com}}, {spf: {equals: PASS}}]
            actions:
              - bounce:
                  sender: postmaster@example.com
                  role: arn:aws:iam::111122223333:role/bounce
                  status_code: 5.1.6
                  smtp_reply_code: "450"
                  diagnostic_message: This mailbox was closed.
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
          - name: refuse
            conditions: [{recipient: {equals: fax@example.com}}, {spf: {equals: PASS}}]
            actions:
              - bounce:
                  sender: postmaster@example.com
                  role: arn:aws:iam::111122223333:role/bounce
                  status_code: 5.1.6
                  smtp_reply_code: "550"
                  diagnostic_message: This mailbox was closed.
              - drop
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEANS: Final = {"4": "try again later", "5": "refused for good"}


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the bounces whose codes contradict each other."""
    for _, rule in rules(subject.project):
        for index, action in enumerate(rule.actions):
            bounce = action.bounce
            if bounce is None:
                continue
            status, reply = bounce.status_code[0], bounce.smtp_reply_code[0]
            if status != reply:
                yield finding(
                    rule,
                    ("Actions", index, "Bounce", "SmtpReplyCode"),
                    f"`{bounce.smtp_reply_code}` means `{_MEANS[reply]}`, and the status "
                    f"`{bounce.status_code}` means `{_MEANS[status]}`",
                    help="begin both with 5, or both with 4",
                )


CHECK = Check(id="contradicting-bounce-codes", severity=Severity.ERROR, text=__doc__, run=run)
