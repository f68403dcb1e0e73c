"""What is known of a message beyond its bytes, fact by fact: read, replaced, and written in a case.

The only module that takes the values of `mmctl.model.facts` out of sessions, envelopes and verdicts
and puts them in. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never

from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import FACT_OF, EnvelopeFact, SessionFact, VerdictFact
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.model.facts import Fact, StatedFact

STATED: Final[tuple[StatedFact, ...]] = (*SessionFact, *EnvelopeFact, *VerdictFact)
"""Every fact that is not in the message."""
Value = (
    str
    | bool
    | tuple[str, ...]
    | Mapping[str, tuple[str, ...]]
    | Mapping[str, Mapping[str, str | bool]]
)
"""The value of a fact; verdicts, TLS versions and policies are texts too."""


class Parts(Protocol):
    """Anything with the three parts of a message's story that are not in its bytes."""

    @property
    def envelope(self) -> Envelope:
        """MAIL FROM and RCPT TO."""

    @property
    def session(self) -> Session:
        """The connection."""

    @property
    def facts(self) -> Facts:
        """What others found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What is stated about a message; None and empty: nothing."""

    envelope: Envelope = field(default_factory=Envelope)
    session: Session = field(default_factory=Session)
    facts: Facts = field(default_factory=Facts)
    assume_pass: bool = False
    """Whether verdicts and answers that nobody states are assumed to be good."""


def value_of(name: StatedFact, parts: Parts) -> Value | None:
    """The value of a fact; None: it is unknown."""
    match name:
        case SessionFact():
            return session_value(name, parts.session)
        case EnvelopeFact():
            return envelope_value(name, parts.envelope)
        case VerdictFact():
            return verdict_value(name, parts.facts)
        case _:
            assert_never(name)


def session_value(name: SessionFact, session: Session) -> Value | None:
    """The value of a fact of the session."""
    match name:
        case SessionFact.SOURCE_IP:
            return session.source_ip
        case SessionFact.HELO:
            return session.helo
        case SessionFact.TLS:
            return session.tls
        case SessionFact.TLS_WRAPPED:
            return session.tls_wrapped
        case SessionFact.CLIENT_CERTIFICATE:
            return session.client_certificate
        case _:
            assert_never(name)


def envelope_value(name: EnvelopeFact, envelope: Envelope) -> Value | None:
    """The value of a fact of the envelope."""
    match name:
        case EnvelopeFact.MAIL_FROM:
            return envelope.mail_from
        case EnvelopeFact.RECIPIENTS:
            return envelope.recipients or None
        case _:
            assert_never(name)


def verdict_value(name: VerdictFact, facts: Facts) -> Value | None:
    """The value of what others found out."""
    match name:
        case VerdictFact.SPF:
            return facts.spf
        case VerdictFact.DKIM:
            return facts.dkim
        case VerdictFact.DMARC:
            return facts.dmarc
        case VerdictFact.DMARC_POLICY:
            return facts.dmarc_policy
        case VerdictFact.ADD_ONS:
            return facts.add_ons or None
        case _:
            assert_never(name)


def stating_session(session: Session, name: SessionFact, written: Any) -> Session:
    """The session with another value of a fact, as a case writes it."""
    match name:
        case SessionFact.SOURCE_IP:
            return replace(session, source_ip=str(written))
        case SessionFact.HELO:
            return replace(session, helo=str(written))
        case SessionFact.TLS:
            return replace(session, tls=Tls(str(written)))
        case SessionFact.TLS_WRAPPED:
            return replace(session, tls_wrapped=bool(written))
        case SessionFact.CLIENT_CERTIFICATE:
            fields = {str(key).upper(): tuple(map(str, each)) for key, each in written.items()}
            return replace(session, client_certificate=fields)
        case _:
            assert_never(name)


def stating_envelope(envelope: Envelope, name: EnvelopeFact, written: Any) -> Envelope:
    """The envelope with another value of a fact: addresses without angle brackets."""
    match name:
        case EnvelopeFact.MAIL_FROM:
            return replace(envelope, mail_from=str(written))
        case EnvelopeFact.RECIPIENTS:
            return replace(envelope, recipients=tuple(map(str, written)))
        case _:
            assert_never(name)


def stating_verdict(facts: Facts, name: VerdictFact, written: Any) -> Facts:
    """The verdicts with another value of a fact, as a case writes it."""
    match name:
        case VerdictFact.SPF:
            return replace(facts, spf=RuleVerdict(str(written)))
        case VerdictFact.DKIM:
            return replace(facts, dkim=RuleVerdict(str(written)))
        case VerdictFact.DMARC:
            return replace(facts, dmarc=RuleVerdict(str(written)))
        case VerdictFact.DMARC_POLICY:
            return replace(facts, dmarc_policy=dmarc_policy_of(written))
        case VerdictFact.ADD_ONS:
            answers = {
                str(add_on): {str(field): _answer(value) for field, value in fields.items()}
                for add_on, fields in written.items()
            }
            return replace(facts, add_ons=answers)
        case _:
            assert_never(name)


def stating(stated: Stated, name: StatedFact, written: Any) -> Stated:
    """What is stated, with another value of one fact as a case writes it."""
    match name:
        case SessionFact():
            return replace(stated, session=stating_session(stated.session, name, written))
        case EnvelopeFact():
            return replace(stated, envelope=stating_envelope(stated.envelope, name, written))
        case VerdictFact():
            return replace(stated, facts=stating_verdict(stated.facts, name, written))
        case _:
            assert_never(name)


def over(stated: Parts, found: Parts) -> Stated:
    """What is stated, else what was found."""
    result = Stated(envelope=found.envelope, session=found.session, facts=found.facts)
    for name in STATED:
        value = value_of(name, stated)
        if value is not None:
            result = stating(result, name, value)
    return result


def as_stated(known: Facts, stated: Facts) -> Facts:
    """The verdicts if a DMARC policy is stated: conditions see it, whatever the result of DMARC."""
    return known if stated.dmarc_policy is None else replace(known, dmarc=stated.dmarc)


def session_of(written: Mapping[str, Any]) -> Session:
    """The session as a case states it; what it leaves out is unknown."""
    session = Session()
    for name in SessionFact:
        if written.get(name) is not None:
            session = stating_session(session, name, written[name])
    return session


def envelope_of(written: Mapping[str, Any]) -> Envelope:
    """The envelope as a case states it; what it leaves out is unknown."""
    envelope = Envelope()
    for name in EnvelopeFact:
        if written.get(name) is not None:
            envelope = stating_envelope(envelope, name, bare(written[name]))
    return envelope


def facts_of(written: Mapping[str, Any]) -> Facts:
    """The verdicts as a case states them; what it leaves out is unknown."""
    facts = Facts()
    for name in VerdictFact:
        if written.get(name) is not None:
            facts = stating_verdict(facts, name, written[name])
    return facts


def written_facts(names: Iterable[StatedFact], parts: Parts) -> dict[str, Any]:
    """The known ones of some facts, as a case writes them."""
    values = {name: value_of(name, parts) for name in names}
    return {
        name.value: _written(FACT_OF[name], value)
        for name, value in values.items()
        if value is not None
    }


def shown(value: Value) -> str:
    """A value as reports show it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value or "<>"
        case tuple():
            return ", ".join(value)
        case _:
            return ", ".join(line for name, held in value.items() for line in _lines(name, held))


def _lines(name: str, held: tuple[str, ...] | Mapping[str, str | bool]) -> Iterator[str]:
    if isinstance(held, tuple):
        yield from (f"{name.lower()}={text}" for text in held)
    else:
        yield from (f"{name}.{field}={shown(answer)}" for field, answer in held.items())


def bare_address(text: str) -> str:
    """An envelope address without the angle brackets of SMTP: `<>` is the null sender."""
    text = text.strip()
    enclosed = text.startswith("<") and text.endswith(">")
    return text[1:-1] if enclosed else text


def bare(written: str | Iterable[str]) -> str | tuple[str, ...]:
    """One envelope address, or several, without angle brackets."""
    if isinstance(written, str):
        return bare_address(written)
    return tuple(bare_address(str(each)) for each in written)


def dmarc_policy_of(written: str) -> RuleDmarcPolicy | NoPolicy:
    """A DMARC policy as written, in any case: `absent` means that there is none."""
    text = written.upper()
    none = isinstance(written, NoPolicy) or text == "ABSENT"
    return NoPolicy.NO_POLICY if none else RuleDmarcPolicy(text)


def _written(fact: Fact, value: Value) -> Any:
    match value:
        case NoPolicy.NO_POLICY:
            return "absent"
        case StrEnum():
            return value.value
        case bool():
            return value
        case str():
            return "<>" if fact.empty_is_none and not value else value
        case tuple():
            return list(value)
        case Mapping():
            return dict(_item(name, held) for name, held in value.items())
        case _:
            assert_never(value)


def _item(name: str, held: tuple[str, ...] | Mapping[str, str | bool]) -> tuple[str, Any]:
    """A field of a certificate with its texts, or an add-on with its answers."""
    return (name.lower(), list(held)) if isinstance(held, tuple) else (name, dict(held))


def _answer(value: object) -> str | bool:
    return value if isinstance(value, bool) else str(value)
