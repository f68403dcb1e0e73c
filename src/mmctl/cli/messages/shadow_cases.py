"""Cases made of logged messages that a shadow rule marked: the facts of the log, no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.messages.case_text import put, text_of
from mmctl.language.project import Outcome
from mmctl.language.text.layout import Branch
from mmctl.mail.email import Tls
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.outcomes import endings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.shadow import ShadowHits

_HEADER: Final = (
    "# Messages that shadow rules marked, as the log tells them, and how they ended without the\n"
    "# rule. A log holds no header, subject, body, verdict or answer of an add-on: state what the\n"
    "# rules read of these under `message:` and `verdicts:`, and what is meant to happen; then\n"
    "# take `todo:` away."
)

_MISSING: Final = "state headers, subject, verdicts and add-on answers: a log does not hold them"


def shadow_cases(found: Sequence[ShadowHits], names: LogNames) -> str:
    """A file of cases, up to ten for each rule; "" if there is no message."""
    cases = [
        _case(each, number, example, names)
        for each in found
        for number, example in enumerate(each.examples, 1)
    ]
    return text_of(cases, _HEADER) if cases else ""


def _case(found: ShadowHits, number: int, message: LoggedMessage, names: LogNames) -> Branch:
    case = Branch(mapping=True)
    put(case, "name", f"{found.rule.name} in the log, {number}: {message.id}")
    put(case, "todo", _MISSING)
    put(case, "message", {})
    accepted = message.accepted
    point = None if accepted is None else names.point(accepted.ingress_point)
    if point is not None and point in names.points.values():
        put(case, "ingress_point", point)
    if accepted is not None:
        session: dict[str, Any] = {
            "source_ip": accepted.source_ip,
            "helo": accepted.helo,
            "tls": None if accepted.tls in {None, Tls.NONE} else str(accepted.tls),
        }
        put(case, "session", {key: value for key, value in session.items() if value})
        envelope: dict[str, Any] = {"recipients": list(accepted.recipients)}
        if accepted.mail_from is not None:
            envelope = {"mail_from": accepted.mail_from} | envelope
        put(case, "envelope", envelope)
    put(case, "expect", _expected(message, names), below=True)
    return case


def _expected(message: LoggedMessage, names: LogNames) -> dict[str, Any]:
    """How each recipient ended, where the log says it."""
    expected: dict[str, Any] = {}
    named = MessageNames(message, names)
    for end in endings(message, names):
        if end.outcome in {Outcome.UNKNOWN, Outcome.REFUSED}:
            continue
        said: dict[str, Any] = {"outcome": end.outcome.value}
        rules = [
            named.of(record, end.recipient)
            for record in message.acted
            if end.recipient in record.recipients
        ]
        by = end.by_rule
        if end.by is not None and (by is None or not by.is_open):
            said["by"] = end.by
        applied = list(dict.fromkeys(name for rule in rules for name in rule.names))
        # A case says what applied: nothing is said where it is one of several rules.
        if not any(rule.is_open for rule in rules) and (end.by is None or end.by in applied):
            said["rules"] = applied
        expected[end.recipient] = said
    return expected
