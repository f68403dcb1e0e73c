"""An action for a service that ends, or that takes no new customers.

What it does:
    Compares today (UTC) with what AWS announced: Amazon WorkMail ends on 2027-03-31, Amazon Q
    Business takes no new customers since 2026-07-31. It is an error after the last day of a
    service, a warning in the year before, and an info where a service is closed to new customers.

Why it is bad:
    After the last day the action fails for each message. With `on_failure: continue` the mail goes
    on, and is lost where no other rule delivers it.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions:
              - deliver_to_mailbox:
                  mailbox: arn:aws:workmail:us-east-1:111122223333:organization/m-0123456789
                  role: arn:aws:iam::111122223333:role/mail

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import row_of
from mmctl.model.endings import ENDINGS
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mmctl.model.endings import ServiceEnding

NOTICE_DAYS: Final = 365
_ENDING: Final = {ending.thing: ending for ending in ENDINGS}


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the actions whose service ends."""
    for _, rule in rules(subject.project):
        for index, action in enumerate(rule.actions):
            ending = next(
                (_ENDING[key.names] for key in row_of(action).keys if key.names in _ENDING), None
            )
            said = _said(ending, subject.today) if ending is not None else None
            if ending is not None and said is not None:
                message, severity = said
                yield finding(
                    rule,
                    ("Actions", index),
                    message,
                    help=f"see {ending.source}",
                    severity=severity,
                )


def _said(ending: ServiceEnding, today: date) -> tuple[str, Severity | None] | None:
    if ending.ends is not None and today > ending.ends:
        return f"`{ending.service}` ended on {ending.ends}: this fails", Severity.ERROR
    if ending.ends is not None and (ending.ends - today).days <= NOTICE_DAYS:
        days = (ending.ends - today).days
        return f"`{ending.service}` ends on {ending.ends}, in {days} days", None
    if ending.closes is not None and today >= ending.closes:
        said = f"`{ending.service}` takes no new customers since {ending.closes}"
        return f"{said}: this works only for those that it has", Severity.INFO
    return None


CHECK = Check(id="ending-service", severity=Severity.WARNING, text=__doc__, run=run)
