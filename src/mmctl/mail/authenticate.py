"""SPF, DKIM and DMARC of one message, computed, in the service's verdicts.

docs/semantics.md says how results become verdicts; the tables are in
`mmctl.mail.authentication_results`. Needs the extra `authenticate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.mail.authentication_results import DKIM_VERDICTS, DMARC_VERDICTS, SPF_VERDICTS
from mmctl.mail.email import Authenticated, Facts, NoPolicy
from mmctl.mail.verify_dkim import dkim_signatures
from mmctl.mail.verify_dmarc import dmarc_result, same_organization
from mmctl.mail.verify_spf import spf_result
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import VerdictFact
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.mail.email import Email, Envelope, Session
    from mmctl.mail.records import Records
    from mmctl.mail.verify_dkim import Signature
    from mmctl.mail.verify_dmarc import Dmarc


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Authenticates messages by the records that it is given."""

    records: Records

    def __call__(
        self, message: bytes, email: Email, envelope: Envelope, session: Session, stated: Facts
    ) -> Authenticated:
        """SPF, DKIM and DMARC; what cannot be computed because a fact is missing stays unknown.

        SPF needs the client's address and the sender, and for the null sender the HELO name.
        Verdicts that are `stated` are not computed, and DMARC uses them. Never fails on a
        message.
        """
        authors = _authors(email)
        signatures = dkim_signatures(self.records, message) if _signed(email) else ()
        spf = self._spf(envelope, session)
        found = dmarc_result(
            self.records,
            authors,
            _sender_domain(envelope, session) if _passed(spf, stated.spf) else None,
            _signed_by(signatures, stated.dkim, authors),
        )
        # If SPF is unknown, it might have passed for the author's domain.
        unsure = spf is None and stated.spf is None and found.result == "fail"
        dmarc = None if unsure else found
        facts = Facts(
            spf=None if spf is None else SPF_VERDICTS[spf],
            dkim=_dkim(signatures, authors),
            dmarc=None if dmarc is None else DMARC_VERDICTS[dmarc.result],
            dmarc_policy=None if dmarc is None else _policy(dmarc),
        )
        return Authenticated(facts=facts, results=_results(spf, signatures, dmarc))

    def _spf(self, envelope: Envelope, session: Session) -> str | None:
        sender, helo = envelope.mail_from, session.helo
        if session.source_ip is None or sender is None or (not sender and helo is None):
            return None
        return spf_result(self.records, session.source_ip, sender, helo or "")


def _authors(email: Email) -> tuple[str, ...]:
    """The domains of From; none if From is repeated, as there is no single author."""
    if len(email.header_values("From", decoded=False)) != 1:
        return ()
    return tuple(spec.rpartition("@")[2] for spec in email.addresses("From"))


def _signed(email: Email) -> bool:
    return bool(email.header_values("DKIM-Signature", decoded=False))


def _passed(spf: str | None, stated: RuleVerdict | None) -> bool:
    return spf == "pass" if stated is None else stated is RuleVerdict.PASS


def _sender_domain(envelope: Envelope, session: Session) -> str:
    """The domain that SPF is about; for the null sender that of HELO."""
    return (envelope.mail_from or f"@{session.helo or ''}").rpartition("@")[2]


def _signed_by(
    signatures: Iterable[Signature], stated: RuleVerdict | None, authors: tuple[str, ...]
) -> tuple[str, ...]:
    """The domains whose signatures are valid; a stated verdict is about the author's."""
    if stated is not None:
        return authors if stated is RuleVerdict.PASS else ()
    return tuple(each.domain for each in signatures if each.result == "pass")


def _dkim(signatures: Iterable[Signature], authors: Iterable[str]) -> RuleVerdict:
    """Signatures only of domains other than From's, or none at all, give GRAY."""
    verdicts = {
        DKIM_VERDICTS[signature.result]
        for signature in signatures
        if not signature.domain
        or any(same_organization(signature.domain, author) for author in authors)
    }
    for verdict in (RuleVerdict.PASS, RuleVerdict.FAIL, RuleVerdict.PROCESSING_FAILED):
        if verdict in verdicts:
            return verdict
    return RuleVerdict.GRAY


def _policy(dmarc: Dmarc) -> RuleDmarcPolicy | NoPolicy | None:
    """The published policy; unknown if the DNS did not answer."""
    if dmarc.policy is not None:
        return RuleDmarcPolicy[dmarc.policy.upper()]
    return None if dmarc.result == "temperror" else NoPolicy.NO_POLICY


def _results(
    spf: str | None, signatures: tuple[Signature, ...], dmarc: Dmarc | None
) -> dict[str, str]:
    """The results in the words of the RFCs, by verdict."""
    signed = [
        f"{each.result} d={each.domain or '?'}" + (f" ({each.reason})" if each.reason else "")
        for each in signatures
    ]
    results = {VerdictFact.DKIM.value: ", ".join(signed) or "not signed"}
    if spf is not None:
        results[VerdictFact.SPF.value] = spf
    if dmarc is not None:
        results[VerdictFact.DMARC.value] = dmarc.result
    return results
