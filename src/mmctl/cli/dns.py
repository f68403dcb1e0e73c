"""What `mmctl dns` reads and asks: the project, what is live, SES, and a zone file or the DNS."""

from __future__ import annotations

from functools import cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot, ProblemsFound, UsageError
from mmctl.inputs import FILE_AT_MOST, read_text
from mmctl.model.kinds import Kind
from mmctl.operate.dns.comparing import RecordMatch, RecordState, compared
from mmctl.operate.dns.cut_over import PublishedMail, cut_over
from mmctl.operate.dns.mta_sts import (
    AT_MOST,
    policy_text,
    policy_url,
    read_policy,
    sentences_about,
)
from mmctl.operate.dns.records import RecordRole
from mmctl.operate.dns.report import DnsReport, WantedPolicy
from mmctl.operate.dns.wanted import DnsFacts, mail_domains, records_wanted
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.mail.records import DnsRecords, ZoneRecords
    from mmctl.operate.dns.cut_over import CutOver
    from mmctl.operate.dns.wanted import MailDomain


_UNKNOWN: Final = "hosts of ingress points and names of DKIM are unknown"
_NOT_ASKED: Final = f"what is live was not asked: {_UNKNOWN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsOptions:
    """What the command line says."""

    zone: Path | None = None
    ask: bool = False
    resolver: str | None = None
    steps: bool = False
    policy: Path | None = None
    offline: bool = False
    endpoint_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _FoundOut:
    """The project with what is live of it."""

    project: Project
    identities: tuple[str, ...]
    facts: DnsFacts = field(default_factory=DnsFacts)
    notes: tuple[str, ...] = ()


def report_of(run: Run, options: DnsOptions) -> DnsReport:
    """The DNS of the environment of a run.

    Raises:
        UsageError, ProblemsFound: a file or an option cannot be used.
        Refused: the credentials belong to another account.
        CouldNot: the DNS is to be asked, and this machine has no resolver.
    """
    records = _records(run, options)
    policy = None if options.policy is None else read_policy(_text(run, options.policy, AT_MOST))
    known = _files_alone(run, _NOT_ASKED) if options.offline else _known(run, options)
    name = known.project.environment.name
    domains = mail_domains(known.project, known.facts)
    wanted = records_wanted(known.project, known.identities, known.facts)
    hosts = tuple(dict.fromkeys(host for domain in domains for host in domain.hosts))
    if records is None:
        states = tuple(
            RecordState(record=each, published=None, match=RecordMatch.UNKNOWN, sentence=each.why)
            for each in wanted
        )
    else:
        from mmctl.mail.records import UnansweredError

        states = compared(wanted, records, unanswered=UnansweredError, environment=name)
    return DnsReport(
        environment=name,
        looked_at=_looked_at(options, records),
        states=states,
        policies=tuple(map(_policy, domains)) if hosts else (),
        about_policy=() if policy is None else sentences_about(policy, hosts),
        cut_overs=_cut_overs(domains, states, records, name) if options.steps else (),
        notes=known.notes,
    )


def _policy(domain: MailDomain) -> WantedPolicy:
    text = policy_text(domain.hosts)
    return WantedPolicy(domain=domain.name, url=policy_url(domain.name), text=text)


def _known(run: Run, options: DnsOptions) -> _FoundOut:
    """What is live, or the files alone where the service cannot be asked: half is more than none.

    Raises:
        Refused: the credentials belong to another account.
    """
    try:
        return _live(run, options)
    except CouldNot as error:
        return _files_alone(run, f"what is live could not be asked: {error.message}; {_UNKNOWN}")


def _files_alone(run: Run, note: str) -> _FoundOut:
    """What the files say; the compiler says which domains SES must know."""
    from mmctl.compiler.compile import compile_project
    from mmctl.operate.foundation.needs import verified_domains

    project = run.project()
    desired, problems = compile_project(project, run.packings)
    if problems:
        raise ProblemsFound("the rules exceed the quotas of the service", problems, project.files)
    return _FoundOut(
        project=project,
        identities=tuple(verified_domains(project, desired)),
        notes=(note,),
    )


def _live(run: Run, options: DnsOptions) -> _FoundOut:
    """The files, with the hosts of live ingress points and what SES says of identities."""
    from mmctl.cli.changes.change import open_change
    from mmctl.live.state.read import read_live
    from mmctl.operate.foundation.needs import verified_domains

    change = open_change(run, endpoint_url=options.endpoint_url)
    desired = change.desired()
    live = read_live(change.means.service, desired, change.means.history.known()).configuration
    identities = tuple(verified_domains(change.project, desired))
    embedded = change.means.service.identity.embedded
    notes = ("EMBEDDED, not AWS: the hosts are invented, and SES is not asked",) if embedded else ()
    tokens: dict[str, tuple[str, ...]] = {}
    if not embedded:
        try:
            tokens = _tokens(change.project, identities)
        except CouldNot as error:
            notes = (f"SES could not be asked, so names of DKIM are unknown: {error.message}",)
    return _FoundOut(
        project=change.project,
        identities=identities,
        facts=DnsFacts(a_records=_a_records(live), dkim_tokens=tokens),
        notes=notes,
    )


def _a_records(live: LiveConfiguration) -> dict[str, str]:
    return {
        point.name: point.a_record
        for point in live.of_kind(Kind.INGRESS_POINT)
        if point.a_record is not None
    }


def _tokens(project: Project, identities: Sequence[str]) -> dict[str, tuple[str, ...]]:
    from mmctl.live.aws.connect import open_service
    from mmctl.live.aws.sending_account import SesSending

    if not identities:
        return {}
    ses = SesSending(cache(partial(open_service, project.environment)))
    found = {domain: ses.identity(domain) for domain in identities}
    return {domain: () if each is None else each.tokens for domain, each in found.items()}


def _records(run: Run, options: DnsOptions) -> ZoneRecords | DnsRecords | None:
    """Where what is published comes from."""
    if options.zone is None and not options.ask:
        return None
    if options.resolver is not None:
        try:
            ip_address(options.resolver)
        except ValueError:
            raise UsageError(
                f"got `--resolver {options.resolver}`, expected an address such as `192.0.2.53`"
            ) from None
    try:
        from mmctl.mail.records import DnsRecords, ZoneRecords
    except ImportError as error:
        raise UsageError(
            f"the DNS cannot be read: package `{error.name}` is not installed",
            help="install it: pip install 'mmctl[authenticate]'",
        ) from None
    if options.zone is None:
        return DnsRecords(server=options.resolver)
    text = _text(run, options.zone, FILE_AT_MOST)
    try:
        return ZoneRecords(text)
    except UsageError as error:
        raise UsageError(
            f"`{options.zone}` is not a zone file: {error.message}",
            help="write one record per line: `example.com. 3600 MX 10 mail.example.com.`",
        ) from None


def _looked_at(options: DnsOptions, records: ZoneRecords | DnsRecords | None) -> str | None:
    if records is None:
        return None
    if options.zone is not None:
        return f"zone file {options.zone}"
    from mmctl.mail.records import DnsRecords

    servers = records.servers() if isinstance(records, DnsRecords) else ()
    if not servers:
        raise CouldNot("this machine has no resolver", help="name one: --resolver ADDRESS")
    return f"resolver {', '.join(servers)}"


def _text(run: Run, path: Path, at_most: int) -> str:
    try:
        return read_text(run.directory / path, at_most=at_most)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{path}`: {(reason or '').lower()}") from None


def _cut_overs(
    domains: Sequence[MailDomain],
    states: Sequence[RecordState],
    records: ZoneRecords | DnsRecords | None,
    environment: str,
) -> tuple[CutOver, ...]:
    found = []
    for domain in domains:
        of_role = {
            state.record.role: state for state in states if state.record.domain == domain.name
        }
        now = _published(domain, of_role[RecordRole.MX], of_role[RecordRole.MTA_STS], records)
        found.append(cut_over(domain, now, environment))
    return tuple(found)


def _published(
    domain: MailDomain,
    mx: RecordState,
    mta_sts: RecordState,
    records: ZoneRecords | DnsRecords | None,
) -> PublishedMail:
    from mmctl.mail.records import ZoneRecords

    ttl = records.seconds_kept(domain.name, "MX") if isinstance(records, ZoneRecords) else None
    pairs = None
    if mx.published is not None:
        split = (text.partition(" ") for text in mx.published)
        pairs = tuple((int(rank), host) for rank, _, host in split)
    has_policy = None if mta_sts.published is None else bool(mta_sts.published)
    return PublishedMail(hosts=pairs, ttl=ttl, has_mta_sts=has_policy)
