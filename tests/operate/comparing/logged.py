"""Logs made of judgments, as the embedded Mail Manager writes them and `mmctl logs` reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.records.ingress import IngressPieces
from mmctl.emulator.records.rule_sets import LoggedAction, RuleSetPieces, matched_of, tried_of
from mmctl.judge.trace import ActionResult
from mmctl.mail.email import Tls
from mmctl.model.enums import IngressPointType
from mmctl.model.logs import ActionStatus
from mmctl.operate.logs.members import record_of
from mmctl.operate.logs.messages import messages_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import Trace
    from mmctl.operate.logs.messages import LoggedMessage

AT: Final = "2026-11-28T21:00:00.000+00:00"
INGRESS_ARN: Final = "arn:aws:ses:us-east-1:000000000000:mailmanager-ingress-point/inp-1"
RULE_SET_ARN: Final = "arn:aws:ses:us-east-1:000000000000:mailmanager-rule-set/rs-1"


def id_number(number: int) -> str:
    """An id as the service gives."""
    return f"{number:040d}"


def lines_of(
    gateway: Gateway, submission: Submission, trace: Trace, id: str, *, point: str = "mx-in"
) -> str:
    """The records of an accepted message and of its rules."""
    admitted = [got.recipient for got in trace.recipients if got.copies]
    pieces = IngressPieces.of(INGRESS_ARN, IngressPointType.OPEN, point, rule_set_id="rs-1")
    session = submission.session
    accepted: dict[str, Any] = {
        "id": id,
        "at": AT,
        "session": {
            "source_ip": session.source_ip,
            "helo": session.helo,
            "tls": None if session.tls is None else session.tls.value,
        },
        "tls": None,
        "envelope": {"mail_from": submission.envelope.mail_from, "recipients": admitted},
        "size": submission.email.size,
    }
    rule_set = RuleSetPieces.of(RULE_SET_ARN, "inbound", gateway.rules)
    tried = tried_of(trace, len(gateway.rules))
    return pieces.accepted(accepted) + rule_set.lines(id, AT, done_of(trace), tried)


def done_of(trace: Trace) -> list[LoggedAction]:
    """What was done, action by action."""
    matched = matched_of(trace)
    found: dict[tuple[int, int], LoggedAction] = {}
    for recipient in trace.recipients:
        for rule in recipient.rules:
            for action in rule.actions if rule.applied else ():
                if action.result is ActionResult.CANCELLED:
                    continue
                failed = action.result is ActionResult.FAILED
                status = ActionStatus.FAILURE if failed else ActionStatus.SUCCESS
                place = int(action.path[1])
                found[rule.index, place] = LoggedAction(
                    rule.index, place, matched[rule.index], status
                )
    return list(found.values())


def read(lines: Iterable[str]) -> list[LoggedMessage]:
    """The messages of some lines."""
    records = (record_of(json.loads(line)) for text in lines for line in text.splitlines())
    return list(messages_of(records))


def certain_tls(submission: Submission) -> bool:
    """Whether the log says what TLS there was."""
    return submission.session.tls in {Tls.NONE, Tls.TLS1_2, Tls.TLS1_3}
