"""Moving the mail of a domain to its ingress points, step by step, each with its way back.

The order: shorten how long others keep the records, let both servers take mail, prefer the new
one, take the old one away, lengthen again. A sender that still knows the old record is never
turned away, since the old server stays until nobody can know it any longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.dns.mta_sts import policy_url
from mmctl.operate.dns.records import SHORT_TTL, USUAL_TTL, RecordType, host_of, zone_line
from mmctl.operate.dns.wanted import FIRST
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.operate.dns.wanted import MailDomain

_SECOND: Final = 20
_HIGHEST: Final = 65535
"""The highest preference of an MX record (RFC 1035 §3.3.9)."""
_RETRYING: Final = "5 days"
"""How long senders try again at least (RFC 5321 §4.5.4.1: 4 to 5 days)."""
_HOUR: Final = 3600
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOverStep:
    """One thing to do in the DNS, and what to wait for before the next."""

    title: str
    publish: tuple[str, ...]
    """All lines of that name and type, as they are to be after the step."""
    wait: str
    watch: tuple[str, ...] = ()
    """Commands that show whether mail arrives."""
    back: str = "publish again"
    """How to undo it, as long as nothing further is done."""
    back_to: tuple[str, ...] = ()
    """The lines to publish again for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOver:
    """The way of one domain; without steps there is nothing to do, or nothing known."""

    domain: str
    said: str
    steps: tuple[CutOverStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMail:
    """What the DNS says of the mail of one domain now."""

    hosts: tuple[tuple[int, str], ...] | None
    """Preference and host of each MX record; None: nobody answered."""
    ttl: int | None = None
    """Seconds that others keep them; None: unknown."""
    has_mta_sts: bool | None = None
    """Whether senders may keep a policy; None: unknown."""


def cut_over(domain: MailDomain, now: PublishedMail, environment: str) -> CutOver:
    """The steps that bring the mail of a domain here."""
    if not domain.hosts:
        said = "the ingress point is not live: apply first, its A record is the target of MX"
        return CutOver(domain=domain.name, said=said)
    if now.hosts is None:
        said = "nobody answered what is published now, so there are no steps"
        return CutOver(domain=domain.name, said=said)
    known = [(rank, host) for rank, host in now.hosts if host_of(host) is not None]
    old = [host for _, host in known if host not in domain.hosts]
    if not old and {host for _, host in known} == set(domain.hosts):
        return CutOver(domain=domain.name, said="mail comes here: nothing to do")
    if not old:
        return CutOver(
            domain=domain.name,
            said="no other server takes its mail: one step",
            steps=(_first_records(domain, environment),),
        )
    steps = tuple(_steps(domain, known, now, environment))
    names = ", ".join(host for _, host in known)
    return CutOver(
        domain=domain.name,
        said=f"mail goes to {names} now: {counted(len(steps), 'step')}",
        steps=steps,
    )


def _first_records(domain: MailDomain, environment: str) -> CutOverStep:
    return CutOverStep(
        title="publish the MX record",
        publish=_lines(domain.name, SHORT_TTL, _ours(domain, FIRST)),
        wait=f"{_time(SHORT_TTL)}, then raise the TTL to {USUAL_TTL}",
        watch=_watching(environment),
        back="take the record away: mail for the domain then goes nowhere, as before",
    )


def _steps(
    domain: MailDomain, known: Sequence[tuple[int, str]], now: PublishedMail, environment: str
) -> Iterator[CutOverStep]:
    """The steps that are left: what is published may be what one of them says."""
    name, watch = domain.name, _watching(environment)
    there = _lines(name, now.ttl or USUAL_TTL, known)
    if now.ttl is None or now.ttl > SHORT_TTL:
        kept = "as long as the former TTL" if now.ttl is None else _time(now.ttl)
        short = _lines(name, SHORT_TTL, known)
        yield CutOverStep(
            title=f"lower the TTL to {SHORT_TTL} seconds",
            publish=short,
            wait=f"{kept}, until nobody keeps the former record"
            + (f": dig +noall +answer MX {name}" if now.ttl is None else ""),
            back_to=there,
        )
        there = short
    old = [(rank, host) for rank, host in known if host not in domain.hosts]
    if now.has_mta_sts is not False:
        hosts = "; ".join(f"mx: {host}" for host in (*(host for _, host in old), *domain.hosts))
        unknown = "if the domain has an MTA-STS policy, " if now.has_mta_sts is None else ""
        yield CutOverStep(
            title=f"{unknown}allow both servers in the policy",
            publish=(f"{policy_url(name)} with {hosts}", f"_mta-sts.{name}. TXT with a new id"),
            wait="a day, so that senders have seen the new id",
            back="the policy may name more servers than take mail: leave it",
        )
    ranks = {host: rank for rank, host in known}
    if not ranks.keys() >= {*domain.hosts}:
        behind = _behind(old, min(rank for rank, _ in old))
        last = max(rank for rank, _ in behind)
        both = _lines(name, SHORT_TTL, [*behind, *_ours(domain, last + FIRST)])
        yield CutOverStep(
            title="let both take mail, the old one first",
            publish=both,
            wait=f"an hour or more; {_time(SHORT_TTL)} until all senders know both",
            watch=watch,
            back_to=there,
        )
        there = both
    first = min(rank for rank, _ in old)
    if not all(ranks.get(host, first) < first for host in domain.hosts):
        turned = _lines(name, SHORT_TTL, [*_ours(domain, FIRST), *_behind(old, _SECOND)])
        yield CutOverStep(
            title="prefer the new one",
            publish=turned,
            wait="a working day without surprises",
            watch=watch,
            back_to=there,
        )
        there = turned
    alone = _lines(name, SHORT_TTL, _ours(domain, FIRST))
    yield CutOverStep(
        title="take the old one away",
        publish=alone,
        wait=f"{_RETRYING} with the old server still on: senders may hold mail for it",
        watch=watch,
        back_to=there,
    )
    yield CutOverStep(
        title="raise the TTL again",
        publish=_lines(name, USUAL_TTL, _ours(domain, FIRST)),
        wait="nothing more; the old server can go",
        back_to=alone,
    )


def _behind(hosts: Sequence[tuple[int, str]], first: int) -> list[tuple[int, str]]:
    """Hosts in their order, from a preference on that leaves room below the highest one."""
    least = min(rank for rank, _ in hosts)
    if max(rank for rank, _ in hosts) - least + first + FIRST <= _HIGHEST:
        return [(rank - least + first, host) for rank, host in hosts]
    ranks = sorted({rank for rank, _ in hosts})
    return [(_SECOND + FIRST * ranks.index(rank), host) for rank, host in hosts]


def _ours(domain: MailDomain, rank: int) -> list[tuple[int, str]]:
    return [(rank, host) for host in domain.hosts]


def _lines(name: str, ttl: int, hosts: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(zone_line(name, ttl, RecordType.MX, f"{rank} {host}") for rank, host in hosts)


def _watching(environment: str) -> tuple[str, ...]:
    return (
        f"mmctl logs SOURCE --env {environment} --stats --since 1h",
        f"mmctl watchdog --env {environment}",
    )


def _time(seconds: int) -> str:
    if seconds >= _HOUR and seconds % _HOUR == 0:
        return counted(seconds // _HOUR, "hour")
    if seconds >= _MINUTE and seconds % _MINUTE == 0:
        return counted(seconds // _MINUTE, "minute")
    return counted(seconds, "second")
