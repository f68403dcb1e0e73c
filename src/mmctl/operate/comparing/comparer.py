"""Compares messages of a log with the evaluator: the same, different, or not to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.following import answer_of_policy, followed
from mmctl.judge.submission import Submission
from mmctl.mail.email import Email, Envelope, Facts, Session, Size, UnknownSize
from mmctl.mail.headers import UnreadHeaders
from mmctl.operate.comparing.compared import (
    ComparedMessage,
    ComparedRecipient,
    Discrepancy,
    Told,
)
from mmctl.operate.comparing.heard import HeardMessage, heard_of
from mmctl.operate.comparing.telling import (
    Sentences,
    answer_discrepancy,
    recorded_elsewhere,
    together,
)
from mmctl.operate.comparing.together import clashing, forced
from mmctl.operate.logs.submission import submission_of
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.heard import Followed, FoundDisagreement, Heard, RuleSaid
    from mmctl.judge.submission import Gateway
    from mmctl.language.readings import Readings
    from mmctl.operate.comparing.gateways import NamedGateway
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.records import PolicyRecord

RECORDS: Final = "later records of the log"
"""The missing fact where records of a message may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedWith:
    """One message with what it was compared by, for whoever tries other readings on it."""

    message: ComparedMessage
    named: NamedGateway
    heard: HeardMessage
    submission: Submission


def compare_message(
    logged: LoggedMessage,
    named: NamedGateway,
    *,
    whole: bool,
    submission: Submission | None = None,
    assume_pass: bool = False,
) -> ComparedWith:
    """Compare one message; `submission` is what is known of it beyond the log."""
    heard = heard_of(logged, named, whole=whole)
    known = submission or submission_of(logged)
    recipients = compared_recipients(named, heard, known, assume_pass=assume_pass)
    message = ComparedMessage(
        id=logged.id,
        at=logged.at,
        mail_from=known.envelope.mail_from,
        gateway=named.name,
        recipients=recipients,
        read=submission is not None and submission.email.headers.are_known,
    )
    return ComparedWith(message=message, named=named, heard=heard, submission=known)


def under(compared: ComparedWith, readings: Readings, *, assume_pass: bool) -> ComparedMessage:
    """The same message, compared under other readings."""
    gateway = replace(compared.named.gateway, readings=readings)
    named = replace(compared.named, gateway=gateway)
    recipients = compared_recipients(
        named, compared.heard, compared.submission, assume_pass=assume_pass
    )
    return replace(compared.message, recipients=recipients)


def compared_recipients(
    named: NamedGateway, heard: HeardMessage, submission: Submission, *, assume_pass: bool
) -> tuple[ComparedRecipient, ...]:
    """What the comparison tells of each recipient."""
    readings = named.gateway.readings
    world, clash = _best(named.gateway, submission, heard.heard, assume_pass=assume_pass)
    sentences = Sentences(named, submission)
    found: dict[int, list[Discrepancy]] = {}
    for each in world.found:
        for place in _concerned(each, heard, world):
            found.setdefault(place, []).append(sentences.of(each))
    for record in heard.strangers:
        for place in _places(record.recipients, world):
            found.setdefault(place, []).append(recorded_elsewhere(record))
    for place in dict.fromkeys(each.place for each in clash):
        found.setdefault(place, []).append(together(clash, named))
    missing = _missing(world, readings, whole=heard.heard.whole)
    return tuple(
        _recipient(address, found.get(place, ()), missing.get(place, {}))
        for place, address in enumerate(submission.envelope.recipients)
    )


def _best(
    gateway: Gateway, submission: Submission, heard: Heard, *, assume_pass: bool
) -> tuple[Followed, tuple[RuleSaid, ...]]:
    """The world that agrees best with the record, and what in it cannot be so together."""
    best: tuple[Followed, tuple[RuleSaid, ...]] | None = None
    least = (0, 0)
    for each in followed(gateway, submission, heard, assume_pass=assume_pass):
        clash = clashing(each.said, gateway.readings)
        disagrees = (len(each.found) + bool(clash), each.open)
        if best is None or disagrees < least:
            best, least = (each, clash), disagrees
        if least == (0, 0):
            break
    assert best is not None  # noqa: S101 - there is one world at least
    return best


def _recipient(
    address: str, found: tuple[Discrepancy, ...] | list[Discrepancy], missing: Mapping[str, None]
) -> ComparedRecipient:
    if found:
        return ComparedRecipient(
            recipient=address,
            told=Told.DIFFERS,
            discrepancies=tuple(dict.fromkeys(found)),
            missing=tuple(missing),
        )
    if missing:
        return ComparedRecipient(recipient=address, told=Told.UNTOLD, missing=tuple(missing))
    return ComparedRecipient(recipient=address, told=Told.SAME)


def _concerned(found: FoundDisagreement, heard: HeardMessage, followed: Followed) -> list[int]:
    """The recipients whom a disagreement is about; everybody if nobody is known."""
    if found.place is not None:
        return [found.place]
    rule = None if found.index is None else heard.heard.rules.get(found.index)
    places = [] if rule is None else _places(rule.recipients, followed)
    return places or list(range(len(followed.policies)))


def _places(addresses: frozenset[str] | tuple[str, ...], followed: Followed) -> list[int]:
    """The recipients of the envelope behind addresses in a record."""
    names = set(addresses)
    found = {copy.place for copy in followed.copies if {copy.seen, copy.address} & names}
    return sorted(found) or list(range(len(followed.policies)))


def _missing(followed: Followed, readings: Readings, *, whole: bool) -> dict[int, dict[str, None]]:
    """The names of the missing facts, by recipient."""
    found: dict[int, dict[str, None]] = {}
    for place, policy in enumerate(followed.policies):
        for fact in policy.admitted.missing:
            found.setdefault(place, {})[fact.fact] = None
    for said in followed.said:
        if said.asked.answer.is_unknown:
            if forced(said, readings) is said.applied is not None:
                continue
            names = found.setdefault(said.place, {})
            names.update(dict.fromkeys(fact.fact for fact in said.asked.answer.missing))
        elif said.applied is None and said.asked.answer.is_true and not whole:
            found.setdefault(said.place, {})[RECORDS] = None
    return found


def compare_answer(record: PolicyRecord, named: NamedGateway) -> ComparedMessage:
    """Compare what the traffic policy answered at RCPT, or about the size, with the evaluator."""
    size = next((each.received_size for each in record.elements if each.received_size), None)
    submission = Submission(
        email=Email(headers=UnreadHeaders(), length=UnknownSize() if size is None else Size(size)),
        session=Session(source_ip=record.source_ip, helo=record.helo, tls=record.tls),
        envelope=Envelope(mail_from=record.mail_from, recipients=(record.recipient,)),
        facts=Facts(),
    )
    recipient = _asked(record, named, submission)
    return ComparedMessage(
        id=None,
        at=record.at,
        mail_from=record.mail_from,
        gateway=named.name,
        recipients=(recipient,),
    )


def _asked(record: PolicyRecord, named: NamedGateway, submission: Submission) -> ComparedRecipient:
    address = record.recipient
    trace = answer_of_policy(named.gateway, submission)
    if trace.admitted.is_unknown:
        names = dict.fromkeys(fact.fact for fact in trace.admitted.missing)
        return ComparedRecipient(recipient=address, told=Told.UNTOLD, missing=tuple(names))
    if trace.admitted.is_true is record.accepted:
        return ComparedRecipient(recipient=address, told=Told.SAME)
    found = answer_discrepancy(record, trace)
    return ComparedRecipient(recipient=address, told=Told.DIFFERS, discrepancies=(found,))
