"""What the records of a log say of a message, as the evaluator takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.submission import Submission
from mmctl.mail.email import Email, Envelope, Facts, Session, Size, SomeFields, UnknownSize
from mmctl.mail.headers import UnreadHeaders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.records import IngressRecord, RuleRecord


def submission_of(message: LoggedMessage) -> Submission:
    """What the records say of a message: its size, session and envelope, and nothing in it."""
    accepted = message.accepted
    size = None if accepted is None else accepted.size
    return Submission(
        email=Email(
            headers=UnreadHeaders(),
            length=UnknownSize() if size is None else Size(size),
        ),
        session=Session() if accepted is None else session_of(accepted),
        envelope=envelope_of(message),
        facts=Facts(),
    )


def session_of(accepted: IngressRecord) -> Session:
    """The session of an accepted message."""
    return Session(
        source_ip=accepted.source_ip,
        helo=accepted.helo,
        tls=accepted.tls,
        client_certificate=None
        if accepted.certificate is None
        else SomeFields(accepted.certificate),
    )


def envelope_of(message: LoggedMessage) -> Envelope:
    """The envelope of a message; without the record of its arrival, whom rules applied to."""
    if message.accepted is not None:
        return Envelope(
            mail_from=message.accepted.mail_from, recipients=message.accepted.recipients
        )
    return Envelope(mail_from=None, recipients=_matched(message.acted))


def _matched(rules: Iterable[RuleRecord]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for record in rules:
        for recipient in record.recipients:
            found.setdefault(recipient.lower(), recipient)
    return tuple(found.values())
