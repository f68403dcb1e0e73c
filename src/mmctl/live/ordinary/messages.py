"""The standing set: ordinary mail that is judged before and after each plan, without a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.analysis.ordinary_mail import ELSEWHERE, bounce, ordinary
from mmctl.judge.submission import Scenario
from mmctl.live.ordinary.clients import clients_of_the_internet
from mmctl.live.ordinary.named import (
    admitted_domains,
    domain_of,
    domains_of_recipients,
    is_address,
    recipients,
    senders,
)
from mmctl.live.ordinary.values import About
from mmctl.mail.email import Tls
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.judge.submission import Submission
    from mmctl.live.ordinary.clients import Clients
    from mmctl.live.ordinary.values import CaseMail, ProjectMail

T = TypeVar("T")

MOST_DOMAINS: Final = 40
MOST_ADDRESSES: Final = 150
MOST_SENDERS: Final = 60
MOST_CLIENTS: Final = 20
MOST_CASES: Final = 400
_FROM_EVERYWHERE: Final = 3
"""The number of domains that get mail from clients in every part of the internet."""
_ANYBODY: Final = "someone"
_PICTURE: Final = 120_000
_ATTACHMENTS: Final = 5_000_000
"""Sizes of ordinary mail, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingMessage:
    """One message of the standing set."""

    about: About
    subject: str
    """What it stands for: a domain, an address, a sender, the name of a case."""
    how: str
    """How it differs from others of the same subject: `over IPv6`; empty for the basic one."""
    submission: Submission
    scenario: Scenario = field(default_factory=Scenario)
    """What a case says about functions that answer and actions that fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSet:
    """All messages of a comparison, and what was left out for lack of room."""

    messages: tuple[StandingMessage, ...]
    left_out: int
    recipients: tuple[str, ...]


def standing_set(
    before: LiveConfiguration,
    after: LiveConfiguration,
    project: ProjectMail,
    large: Sequence[str],
) -> StandingSet:
    """The messages to judge; `large` are the large public domains whose mail is judged."""
    both = (before, after)
    domains, more_domains = _bounded(_domains(both), MOST_DOMAINS)
    addresses, more_addresses = _bounded(_addresses(both, project, domains), MOST_ADDRESSES)
    named, more_senders = _bounded(_senders(both), MOST_SENDERS)
    clients = clients_of_the_internet(both)
    to = f"{_ANYBODY}@{domains[0]}"
    messages: list[StandingMessage] = []
    for number, domain in enumerate(domains):
        messages += _for_domain(domain, clients, everywhere=number < _FROM_EVERYWHERE)
    messages += (_for_address(address, clients) for address in addresses)
    messages += (_from(About.SENDER, each, _sender(each), to, clients) for each in named)
    messages += (
        _from(About.LARGE_SENDER, each, f"{_ANYBODY}@{each}", to, clients) for each in large
    )
    messages.append(_stranger(clients))
    return StandingSet(
        messages=tuple(messages),
        left_out=more_domains + more_addresses + more_senders,
        recipients=(*(f"{_ANYBODY}@{domain}" for domain in domains), *addresses),
    )


def _bounded(found: Sequence[T], most: int) -> tuple[list[T], int]:
    """At most this many, spread over all of them, and how many are left out."""
    if len(found) <= most:
        return list(found), 0
    return [found[number * len(found) // most] for number in range(most)], len(found) - most


def _domains(both: Iterable[LiveConfiguration]) -> list[str]:
    """Domains that policies admit by name; if there are none, those that rules name."""
    admitted = [domain for each in both for domain in admitted_domains(each)]
    named = [domain for each in both for domain in domains_of_recipients(each)]
    return list(dict.fromkeys(admitted or named or [ELSEWHERE.rpartition("@")[2]]))


def _addresses(
    both: Iterable[LiveConfiguration], project: ProjectMail, domains: Sequence[str]
) -> list[str]:
    """Addresses that rules, policies or cases name, and the postmaster."""
    named = [address for each in both for address in recipients(each)]
    found = [*named, f"postmaster@{domains[0]}", *filter(is_address, project.recipients())]
    return list(dict.fromkeys(found))


def _senders(both: Iterable[LiveConfiguration]) -> list[str]:
    found = (each for configuration in both for each in senders(configuration))
    return [each for each in dict.fromkeys(found) if _sender(each)]


def _sender(named: str) -> str:
    """An address for a text of a rule or a member of a list; empty if none is known."""
    if is_address(named):
        return named
    domain = domain_of(named)
    if domain is None:
        return ""
    below = (
        "" if named.lstrip("*").startswith("@") or ("@" not in named and "*" not in named) else "a."
    )
    return f"{_ANYBODY}@{below if named.startswith(('*.', '.')) else ''}{domain}"


def _for_domain(domain: str, clients: Clients, *, everywhere: bool) -> Iterator[StandingMessage]:
    to = (f"{_ANYBODY}@{domain}",)
    ipv4, ipv6 = clients.ipv4[0], clients.ipv6[0]

    def message(how: str, submission: Submission) -> StandingMessage:
        return StandingMessage(about=About.DOMAIN, subject=domain, how=how, submission=submission)

    yield message("", ordinary(to, source_ip=ipv4))
    yield message("over IPv6", ordinary(to, source_ip=ipv6, tls=Tls.TLS1_2, size=_PICTURE))
    yield message("with attachments", ordinary(to, source_ip=ipv4, size=_ATTACHMENTS))
    yield message("with the null sender", bounce(to[0], source_ip=ipv4))
    if everywhere:
        for client in (*clients.ipv4[1:], *clients.ipv6[1:]):
            yield message(f"from {client}", ordinary(to, source_ip=client))


def _for_address(address: str, clients: Clients) -> StandingMessage:
    submission = ordinary((address,), source_ip=clients.ipv4[0])
    return StandingMessage(about=About.ADDRESS, subject=address, how="", submission=submission)


def _from(about: About, subject: str, sender: str, to: str, clients: Clients) -> StandingMessage:
    submission = ordinary((to,), source_ip=clients.ipv4[0], sender=sender)
    return StandingMessage(about=about, subject=subject, how="", submission=submission)


def _stranger(clients: Clients) -> StandingMessage:
    submission = ordinary((ELSEWHERE,), source_ip=clients.ipv4[0])
    domain = ELSEWHERE.rpartition("@")[2]
    return StandingMessage(about=About.STRANGER, subject=domain, how="", submission=submission)


def from_network(domain: str, client: str) -> StandingMessage:
    """Mail for a domain from a client that a policy admits by name."""
    submission = ordinary((f"{_ANYBODY}@{domain}",), source_ip=client)
    return StandingMessage(
        about=About.DOMAIN, subject=domain, how=f"from {client}", submission=submission
    )


def of_case(case: CaseMail) -> Iterator[StandingMessage]:
    """The message of a case, for each of its recipients."""
    for recipient in case.submission.envelope.recipients:
        envelope = replace(case.submission.envelope, recipients=(recipient,))
        yield StandingMessage(
            about=About.CASE,
            subject=case.name,
            how=f"for {recipient}" if len(case.submission.envelope.recipients) > 1 else "",
            submission=replace(case.submission, envelope=envelope),
            scenario=case.scenario,
        )
