"""Envelope, session and facts in the headers of a stored message, and where they were found.

For messages that come without a case. Each value found is named with its header; what no header
records stays unknown. Recipients are never guessed from To or Cc.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from mmctl.mail.addresses import addresses
from mmctl.mail.authentication_results import found_verdicts
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.lexical import Token, TokenKind, tokens
from mmctl.model.facts import EnvelopeFact, SessionFact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.mail.email import Email

RETURN_PATH: Final = "Return-Path"
RECEIVED: Final = "Received"
# The recipient as received comes before the one that aliases made of it.
RECIPIENT_HEADERS: Final = ("X-Original-To", "Envelope-To", "Delivered-To")

_HELO_IN_COMMENT: Final = re.compile(r"\b(?:helo=|HELO |EHLO )\[?([^\s\])]+)", re.ASCII)
_BRACKETED: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]")
_POSSIBLE_IP: Final = re.compile(r"(?<![\w.:-])[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*(?![\w-])", re.ASCII)
_LONGEST_IP: Final = 45
_TLS_VERSION: Final = re.compile(r"TLS ?v?1[._]([23])\b", re.ASCII | re.IGNORECASE)
_TLS: Final = {"2": Tls.TLS1_2, "3": Tls.TLS1_3}


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
    values = email.header_values(RETURN_PATH, decoded=False)
    if not values:
        return None
    specs = addresses(values[0])
    sender = specs[0] if specs else ""
    if not sender and "<" not in values[0]:
        return None
    sources[EnvelopeFact.MAIL_FROM.value] = RETURN_PATH
    return sender


def _to(email: Email, sources: dict[str, str]) -> tuple[str, ...]:
    """The recipients of the topmost of the first header that names any."""
    for name in RECIPIENT_HEADERS:
        values = email.header_values(name, decoded=False)
        if values and (specs := addresses(values[0])):
            sources[EnvelopeFact.RECIPIENTS.value] = name
            return tuple(dict.fromkeys(specs))
    return ()


def found_session(email: Email, sources: dict[str, str]) -> Session:
    """The client of the topmost Received that has a `from` (RFC 5321 §4.4).

    The header is noted in `sources`.
    """
    for value in email.header_values(RECEIVED, decoded=False):
        read = [token for token in tokens(value) if token.kind is not TokenKind.SPACE]
        if read and read[0].text.lower() == "from":
            found = _client(read[1:], value)
            sources |= dict.fromkeys((name.value for name in found), RECEIVED)
            return Session(
                source_ip=found.get(SessionFact.SOURCE_IP),
                helo=found.get(SessionFact.HELO),
                tls=_TLS.get(found.get(SessionFact.TLS, "")),
            )
    return Session()


def _client(read: list[Token], value: str) -> dict[SessionFact, str]:
    """What a Received value says about the client."""
    clause: list[Token] = []
    for token in read:
        if token.kind is TokenKind.WORD and token.text.lower() == "by":
            break
        clause.append(token)
    comments = " ".join(token.text for token in clause if token.kind is TokenKind.COMMENT)
    plain = "".join(token.text for token in clause[:1] if token.kind is not TokenKind.COMMENT)
    helo = _HELO_IN_COMMENT.search(comments)
    version = _TLS_VERSION.search(value)
    found = {
        SessionFact.SOURCE_IP: _address_in(_HELO_IN_COMMENT.sub("", comments))
        or _address_in(plain),
        SessionFact.HELO: helo[1] if helo else plain,
        SessionFact.TLS: version[1] if version else None,
    }
    return {name: text for name, text in found.items() if text}


def _address_in(text: str) -> str | None:
    """The first IP address in brackets, else the first outside of them."""
    for pattern in (_BRACKETED, _POSSIBLE_IP):
        for candidate in pattern.finditer(text):
            written = candidate[candidate.lastindex or 0]
            try:
                return str(ip_address(written[:_LONGEST_IP]))
            except ValueError:
                continue
    return None
