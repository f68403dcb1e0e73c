"""Which records an environment wants in the DNS, from its rules and from what is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.own_domains import admitted_domains, is_open
from mmctl.operate.dns.mta_sts import policy_id, policy_text
from mmctl.operate.dns.records import RecordRole, RecordType, WantedRecord, host_of
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.language.project import Project

FIRST: Final = 10
"""The preference of the MX records."""
SES_SENDS: Final = "include:amazonses.com"
"""The mechanism of SPF for mail that SES sends."""
_DKIM_HOST: Final = "dkim.amazonses.com"
_TOKENS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsFacts:
    """What only the services know; what nobody could ask is left out."""

    a_records: Mapping[str, str] = field(default_factory=dict)
    """The host name of each ingress point, by logical name."""
    dkim_tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The tokens that SES made for each identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDomain:
    """A domain whose mail comes to ingress points from the internet."""

    name: str
    points: tuple[str, ...]
    """Logical names of the ingress points that admit mail for it."""
    hosts: tuple[str, ...]
    """Their host names, as far as they are known."""


def mail_domains(project: Project, facts: DnsFacts) -> tuple[MailDomain, ...]:
    """The domains that open public ingress points admit mail for by name, sorted."""
    points: dict[str, list[str]] = {}
    for point in project.ingress_points.values():
        policy = project.traffic_policies.get(point.ingress_point.traffic_policy_id)
        if policy is None or not is_open(point):
            continue
        for each in admitted_domains(project, policy.policy):
            domain = host_of(each)
            if domain is not None and not domain.startswith("below."):
                points.setdefault(domain, []).append(point.name)
    return tuple(
        MailDomain(
            name=domain,
            points=tuple(names),
            hosts=tuple(
                dict.fromkeys(
                    host
                    for name in names
                    if (host := host_of(facts.a_records.get(name))) is not None
                )
            ),
        )
        for domain, names in sorted(points.items())
    )


def records_wanted(
    project: Project, identities: tuple[str, ...], facts: DnsFacts
) -> tuple[WantedRecord, ...]:
    """All records, domain by domain: those that mail needs first."""
    domains = {each.name: each for each in mail_domains(project, facts)}
    verified = [name for each in identities if (name := host_of(each)) is not None]
    found: list[WantedRecord] = []
    for name in sorted({*domains, *verified}):
        if name in domains:
            found += _incoming(domains[name])
        if name in verified:
            found += _identity(name, facts)
        found += _protecting(name)
    return tuple(found)


def _incoming(domain: MailDomain) -> Iterator[WantedRecord]:
    named = ", ".join(f"`{each}`" for each in domain.points)
    missing = "" if domain.hosts else "; the name of its host is known once it is live"
    yield WantedRecord(
        domain=domain.name,
        name=domain.name,
        type=RecordType.MX,
        role=RecordRole.MX,
        values=tuple(f"{FIRST} {host}" for host in domain.hosts),
        why=f"mail for the domain comes to {named}{missing}",
    )
    text = policy_text(domain.hosts)
    yield WantedRecord(
        domain=domain.name,
        name=f"_mta-sts.{domain.name}",
        type=RecordType.TXT,
        role=RecordRole.MTA_STS,
        values=(f"v=STSv1; id={policy_id(text)}",) if domain.hosts else (),
        why="senders insist on TLS to the hosts of the policy; publish the policy first",
        needed=False,
    )
    yield WantedRecord(
        domain=domain.name,
        name=f"_smtp._tls.{domain.name}",
        type=RecordType.TXT,
        role=RecordRole.TLS_RPT,
        values=(f"v=TLSRPTv1; rua=mailto:tls-reports@{domain.name}",),
        why="senders report where TLS failed (RFC 8460)",
        needed=False,
    )


def _identity(domain: str, facts: DnsFacts) -> Iterator[WantedRecord]:
    tokens = tuple(
        token
        for token in facts.dkim_tokens.get(domain, ())
        if host_of(f"{token}.example.com") is not None and "." not in token
    )
    why = "SES signs mail of the domain, and knows by it that the domain is yours"
    if not tokens:
        for number in range(1, _TOKENS + 1):
            yield WantedRecord(
                domain=domain,
                name="",
                type=RecordType.CNAME,
                role=RecordRole.DKIM,
                values=(),
                why=f"{why}: record {number} of {_TOKENS}, whose name SES says once the"
                " identity is made",
            )
    for token in tokens:
        yield WantedRecord(
            domain=domain,
            name=f"{token}._domainkey.{domain}",
            type=RecordType.CNAME,
            role=RecordRole.DKIM,
            values=(f"{token}.{_DKIM_HOST}",),
            why=why,
        )
    yield WantedRecord(
        domain=domain,
        name=domain,
        type=RecordType.TXT,
        role=RecordRole.SPF,
        values=(f"v=spf1 {SES_SENDS} ~all",),
        why="SES sends mail of the domain; keep what others of yours send by",
        needed=False,
    )


def _protecting(domain: str) -> Iterator[WantedRecord]:
    yield WantedRecord(
        domain=domain,
        name=f"_dmarc.{domain}",
        type=RecordType.TXT,
        role=RecordRole.DMARC,
        values=(f"v=DMARC1; p=none; rua=mailto:dmarc-reports@{domain}",),
        why="receivers report who sends in the name of the domain",
        needed=False,
    )
