"""A bounce for mail whose sender is most likely forged.

What it does:
    Finds rules with `bounce` whose conditions match mail that failed SPF, DKIM or DMARC, or that an
    add-on did not pass; and rules that bounce mail for all recipients but some, without any other
    condition but on the connection.

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
from mmctl.analysis.project_conditions import rule_conditions, rules
from mmctl.analysis.verdicts import asks_for_failed
from mmctl.analysis.vouching import selects
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.model.comparisons import Takes
from mmctl.model.conditions import asked_by, operand_of
from mmctl.model.facts import RECIPIENTS
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalRule


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the bounces of mail whose sender nobody vouches for, and which spammers write."""
    for _, rule in rules(subject.project):
        if not bounces(rule):
            continue
        if any(map(asks_for_failed, rule.conditions)):
            yield finding(
                rule,
                ("Actions", rule.does.index(Does.BOUNCES)),
                "the sender of this mail is most likely forged, and the bounce goes to a stranger",
                help="drop the mail or archive it; refuse what you can in the traffic policy",
            )
        elif _is_for_unknown(rule):
            yield finding(
                rule,
                ("Actions", rule.does.index(Does.BOUNCES)),
                "spammers try unknown recipients under forged senders, and the bounce goes to a "
                "stranger",
                help="admit only known recipients in the traffic policy, or require "
                "`spf: {equals: PASS}`",
            )


def _is_for_unknown(rule: LogicalRule) -> bool:
    """Whether a rule is for all recipients but some, whoever the sender is."""
    placed = tuple(rule_conditions(rule))
    others = any(
        operand_of(each.condition).fact is RECIPIENTS and not selects(each) for each in placed
    )
    asked = [each for each in placed if selects(each)]
    known = any(map(_says_more, asked))
    return (others or not asked) and not known


def _says_more(placed: PlacedCondition) -> bool:
    """Whether a condition is about more than the recipient and the connection."""
    operand, takes = asked_by(placed.condition)
    connection = takes is Takes.FLAG and not operand.vouched
    return operand.fact is not RECIPIENTS and not connection


CHECK = Check(id="backscatter", severity=Severity.WARNING, text=__doc__, run=run, about_mail=True)
