"""Envelope, session and facts in the headers of a stored message, and where they were found.

For messages that come without a case. Each value found is named with its header; what no header
records stays unknown. Recipients are never guessed from To or Cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.mail.addresses import addresses
from mmctl.mail.authentication_results import found_verdicts
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.headers import LONGEST_RECORDS, records
from mmctl.mail.received import client_of
from mmctl.model.facts import EnvelopeFact, SessionFact
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.mail.email import Email

RETURN_PATH: Final = "Return-Path"
RECEIVED: Final = "Received"
_RETURN_PATH_KEY: Final = RETURN_PATH.lower()
_RECEIVED_KEY: Final = RECEIVED.lower()
# The recipient as received comes before the one that aliases made of it.
RECIPIENT_HEADERS: Final = ("X-Original-To", "Envelope-To", "Delivered-To")
_RECIPIENT_KEYS: Final = tuple((name, name.lower()) for name in RECIPIENT_HEADERS)
# Members of enums are slow to ask for their values.
_MAIL_FROM: Final = EnvelopeFact.MAIL_FROM.value
_RECIPIENTS: Final = EnvelopeFact.RECIPIENTS.value
_SOURCE_IP: Final = SessionFact.SOURCE_IP.value
_HELO: Final = SessionFact.HELO.value
_TLS: Final = SessionFact.TLS.value
_UNKNOWN: Final = Session()
ENVELOPE_KEYS: Final = (_RETURN_PATH_KEY, *(key for _, key in _RECIPIENT_KEYS))
"""The headers that record the envelope, in lower case."""
SESSION_KEYS: Final = (_RECEIVED_KEY,)
"""The headers that record the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFacts:
    """What the headers record."""

    envelope: Envelope
    session: Session
    facts: Facts
    sources: Mapping[str, str] = field(hash=False)
    """Member (`mail_from`, `recipients`, `source_ip`, `helo`, `tls`, `spf` …) → header name."""


def found_facts(email: Email) -> FoundFacts:
    """Find envelope, session and verdicts in the headers that the last server wrote on top."""
    sources: dict[str, str] = {}
    envelope = found_envelope(email, sources)
    session = found_session(email, sources)
    facts, verdict_sources = found_verdicts(email)
    return FoundFacts(
        envelope=envelope, session=session, facts=facts, sources=sources | dict(verdict_sources)
    )


def found_envelope(email: Email, sources: dict[str, str]) -> Envelope:
    """Sender and recipients; the headers they come from are noted in `sources`."""
    return Envelope(mail_from=_mail_from(email, sources), recipients=_to(email, sources))


def _mail_from(email: Email, sources: dict[str, str]) -> str | None:
    """The sender of the topmost Return-Path (RFC 5321 §4.4); `<>` is the null sender."""
    value = _topmost(email, _RETURN_PATH_KEY)
    if value is None:
        return None
    specs = addresses(value)
    sender = specs[0] if specs else ""
    if not sender and "<" not in value:
        return None
    sources[_MAIL_FROM] = RETURN_PATH
    return sender


def _to(email: Email, sources: dict[str, str]) -> tuple[str, ...]:
    """The recipients of the topmost of the first header that names any."""
    for name, key in _RECIPIENT_KEYS:
        value = _topmost(email, key)
        if value and (specs := addresses(value)):
            sources[_RECIPIENTS] = name
            return specs if len(specs) == 1 else tuple(dict.fromkeys(specs))
    return ()


def found_session(email: Email, sources: dict[str, str]) -> Session:
    """The client of the topmost Received that has a `from` (RFC 5321 §4.4).

    The header is noted in `sources`.
    """
    session = _client(email)
    if session is None:
        return _UNKNOWN
    if session.source_ip is not None:
        sources[_SOURCE_IP] = RECEIVED
    if session.helo is not None:
        sources[_HELO] = RECEIVED
    if session.tls is not None:
        sources[_TLS] = RECEIVED
    return session


def _client(email: Email) -> Session | None:
    topmost = _topmost(email, _RECEIVED_KEY)
    if topmost is None:
        return None
    session = client_of(topmost)
    if session is None:
        all_of_them = records(email.headers.values_of(_RECEIVED_KEY))
        session = next((found for value in all_of_them if (found := client_of(value))), None)
    return session


def _topmost(email: Email, key: str) -> str | None:
    """The topmost value of a header that a server may have written."""
    value = email.headers.topmost(key)
    return None if value is None or len(value) > LONGEST_RECORDS else value
