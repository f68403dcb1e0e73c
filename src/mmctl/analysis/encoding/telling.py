"""A witness in a line: who writes to whom, and what is not as in ordinary mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.mail.email import NoPolicy, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import HeaderName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.encoding.witness import Witness

LONGEST: Final = 80
"""The most characters of a text in the line."""


def told(witness: Witness) -> str:
    """Sender, recipient, and the facts that make it another message than an ordinary one."""
    envelope = witness.submission.envelope
    facts = [*_facts(witness), *(f"`{n}: {c}`" for n, c in witness.readings.items())]
    more = f" ({', '.join(facts)})" if facts else ""
    sender = f"`{_short(envelope.mail_from)}`" if envelope.mail_from else "the null sender"
    return f"from {sender} to `{_short(envelope.recipients[0])}`{more}"


def _facts(witness: Witness) -> Iterator[str]:
    submission, email = witness.submission, witness.submission.email
    others = len(submission.envelope.recipients) - 1
    if others:
        yield f"and {others} more recipients" if others > 1 else "and one more recipient"
    facts, session = submission.facts, submission.session
    for name, verdict in (("spf", facts.spf), ("dkim", facts.dkim)):
        if verdict not in {None, RuleVerdict.PASS}:
            yield f"{name}: {verdict}"
    if facts.dmarc_policy not in {None, NoPolicy.NO_POLICY, RuleDmarcPolicy.NONE}:
        yield f"dmarc_policy: {facts.dmarc_policy}"
    for add_on, answers in facts.add_ons.items():
        yield from (f"{add_on} {field}: {value}" for field, value in answers.items())
    if session.tls is Tls.NONE:
        yield "without TLS"
    if session.source_ip:
        yield f"source_ip: {session.source_ip}"
    for header in (HeaderName.FROM, HeaderName.SUBJECT):
        for text in email.header_values(header.value, decoded=True):
            yield f"{header.value.lower()}: `{_short(text)}`"
    if witness.size is not None:
        yield f"size: {witness.size:,}"


def _short(text: str | None) -> str:
    shown = text or ""
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"
