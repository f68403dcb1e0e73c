"""Where conditions find what they look at, and what of a message their answers depend on.

A *state* is everything that the answers about one field depend on; what was found out for one
message is remembered under it for all others. None instead of a state: it is the recipient.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.judge.add_ons import add_on_value
from mmctl.judge.compare import client_address
from mmctl.judge.index.fields import FieldSource, Work
from mmctl.judge.submission import Submission
from mmctl.judge.texts import header_addresses, header_texts, stated_texts, written_texts
from mmctl.mail.facts import session_value
from mmctl.model.facts import (
    FROM,
    SENDER,
    EnvelopeFact,
    HeaderFact,
    HeaderName,
    MessageFact,
    SessionFact,
    VerdictFact,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.submission import Gateway
    from mmctl.language.readings import Readings
    from mmctl.model.enums import RuleClientCertificateAttribute
    from mmctl.model.facts import Fact
    from mmctl.model.policies import IngressAnalysis
    from mmctl.model.rules import Analysis

State: TypeAlias = Callable[[Submission], Hashable]


def source_of_texts(fact: Fact) -> tuple[FieldSource, State | None]:
    """Where the texts of a fact are."""
    return _source(fact, addresses=False)


def source_of_addresses(fact: Fact) -> tuple[FieldSource, State | None]:
    """Where the addresses of a fact are."""
    return _source(fact, addresses=True)


def source_of_header(name: str) -> tuple[FieldSource, State]:
    """Where the texts of an X-header are."""
    key = name.lower()

    def read(submission: Submission, readings: Readings, _: str) -> tuple[str, ...]:
        return written_texts(key, submission.email.headers, readings)

    return FieldSource(read, _header(key), Work.TEXT), _written(key)


def _source(fact: Fact, *, addresses: bool) -> tuple[FieldSource, State | None]:
    if isinstance(fact, HeaderFact):
        return _header_source(fact, addresses=addresses)

    def read(submission: Submission, _: Readings, recipient: str) -> tuple[str, ...] | None:
        return stated_texts(fact, submission, recipient)

    return FieldSource(read), fact_state(fact)


def _header_source(fact: HeaderFact, *, addresses: bool) -> tuple[FieldSource, State]:
    read_header = header_addresses if addresses else header_texts

    def read(submission: Submission, readings: Readings, _: str) -> tuple[str, ...]:
        return read_header(fact, submission.email.headers, readings)

    if fact is SENDER:
        return FieldSource(read, _sender, Work.ADDRESSES), _sender_state
    values, state = _header(fact.key), _written(fact.key)
    if fact.holds_addresses:
        return FieldSource(read, values, Work.ADDRESSES, fact.key), state
    return FieldSource(read, values, Work.TEXT), state


def _header(key: str) -> Callable[[Submission], tuple[str, ...]]:
    return lambda submission: submission.email.headers.values_of(key)


def _written(key: str) -> State:
    """The headers as they are written, which are not unfolded if they are known."""
    return lambda submission: submission.email.headers.as_written(key)


_senders = _header(SENDER.key)
_froms = _header(FROM.key)


def _sender(submission: Submission) -> tuple[str, ...]:
    """The Sender headers, else those of From, which one reading takes instead."""
    return _senders(submission) or _froms(submission)


def _sender_state(submission: Submission) -> tuple[bool, tuple[str, ...]]:
    senders = _senders(submission)
    return (True, senders) if senders else (False, _froms(submission))


def fact_state(fact: Fact) -> State | None:
    """What the answers about a fact without a header depend on; None: on the recipient."""
    match fact.name:
        case SessionFact() as name:
            return _session_state(name)
        case EnvelopeFact() as name:
            return None if name is EnvelopeFact.RECIPIENTS else _mail_from
        case VerdictFact() as name:
            return _verdict_state(name)
        case MessageFact.SIZE:
            return lambda submission: submission.email.size
        case MessageFact() | HeaderName():
            return lambda submission: submission.email.read_receipt_requested
        case _:
            assert_never(fact.name)


def _mail_from(submission: Submission) -> Hashable:
    return submission.envelope.mail_from


def _session_state(name: SessionFact) -> State:
    known = _OF_SESSION.get(name)
    if known is not None:
        return known
    # Without TLS, some facts about it are known.
    return lambda submission: (submission.session.tls, _stated(name, submission))


def _stated(name: SessionFact, submission: Submission) -> Hashable:
    """What is stated of the session, as a key."""
    value = session_value(name, submission.session)
    return tuple(value.items()) if isinstance(value, Mapping) else value


_OF_SESSION: Final[dict[SessionFact, State]] = {
    SessionFact.SOURCE_IP: lambda submission: submission.session.source_ip,
    SessionFact.HELO: lambda submission: submission.session.helo,
    SessionFact.TLS: lambda submission: submission.session.tls,
}
"""The frequent ones, in the quick way."""


def _verdict_state(name: VerdictFact) -> State:
    match name:
        case VerdictFact.SPF:
            return lambda submission: submission.facts.spf
        case VerdictFact.DKIM:
            return lambda submission: submission.facts.dkim
        case VerdictFact.DMARC | VerdictFact.DMARC_POLICY:
            return lambda submission: (submission.facts.dmarc, submission.facts.dmarc_policy)
        case VerdictFact.ADD_ONS:
            return lambda submission: str(submission.facts.add_ons)
        case _:
            assert_never(name)


def certificate_state(field: RuleClientCertificateAttribute, gateway: Gateway) -> State:
    """What the answers about a field of the client's certificate depend on."""
    if not gateway.certificates:
        return lambda _: None

    def state(submission: Submission) -> Hashable:
        certificate = submission.session.client_certificate
        return None if certificate is None else tuple(certificate.get(field, ()))

    return state


def add_on_state(analysis: Analysis | IngressAnalysis) -> State:
    """What the answers about a field of an add-on depend on."""

    def state(submission: Submission) -> Hashable:
        facts = submission.facts
        return add_on_value(facts, analysis) if facts.add_ons else None

    return state


def policy_add_on_state(analysis: IngressAnalysis) -> State:
    """The same in a traffic policy, where the client's family counts too."""
    answered = add_on_state(analysis)

    def state(submission: Submission) -> Hashable:
        stated = submission.session.source_ip
        address = None if stated is None else client_address(stated)
        return answered(submission), None if address is None else address.version

    return state


def size_state(numbers: Sequence[float]) -> State:
    """Between which of some numbers a size is."""
    return lambda submission: submission.email.length.place_among(numbers)
