"""The ways to the ingress points of cases: where they are, and what a session there has."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from mmctl.cli import world
from mmctl.cli.sending.data_folder import Follower
from mmctl.cli.sending.destination import destination_of
from mmctl.cli.sending.sent import context_for
from mmctl.client.endpoint import TlsMode
from mmctl.client.failure import SessionFailed
from mmctl.client.session import SmtpSession
from mmctl.client.sorting import SessionHas
from mmctl.client.stating import versions_for
from mmctl.errors import CouldNot, UsageError
from mmctl.mail.email import Tls
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cases.case import Case
    from mmctl.cli.run import Run
    from mmctl.cli.sending.destination import Destination
    from mmctl.cli.sending.options import SendOptions
    from mmctl.client.endpoint import Endpoint
    from mmctl.client.sorting import SortedCase


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWay:
    """The way to one ingress point, and what a session there has."""

    destination: Destination
    has: SessionHas
    follower: Follower | None


def ways_to(run: Run, options: SendOptions, cases: Sequence[Case]) -> Iterator[tuple[str, OpenWay]]:
    """The ingress points of the cases that can be sent to; the ports are tried first.

    Raises:
        UsageError: it is unknown which ingress point listens at `--to`.
        CouldNot: none can be sent to.
    """
    named = dict.fromkeys(case.ingress_point for case in cases if case.ingress_point)
    if options.to is not None or options.ingress_point is not None:
        destination = destination_of(run, options)
        name = destination.endpoint.ingress_point
        if name is None:
            raise UsageError(
                "it is unknown which ingress point of the project listens there",
                help="--ingress-point NAME",
            )
        if name in named:
            yield name, _way(destination)
        return
    failed: list[CouldNot] = []
    for name in named:
        try:
            way = _way(destination_of(run, replace(options, ingress_point=name)))
        except CouldNot as error:
            failed.append(error)
        else:
            yield name, way
    if failed and len(failed) == len(named):
        raise failed[0]


def _way(destination: Destination) -> OpenWay:
    """A way, after its port was tried.

    Raises:
        CouldNot: nothing answers there.
    """
    endpoint = loose(destination.endpoint)
    session = SmtpSession(endpoint, context_for(endpoint), world.elapsed)
    try:
        session.open()
    except SessionFailed as failed:
        if not failed.failure.answered:
            raise CouldNot(failed.failure.message, help=failed.failure.help) from None
    address, takes = session.address, session.takes_facts
    encrypts = session.agreed is not None
    session.close()
    has = replace(
        session_has(endpoint, address, encrypts=encrypts),
        takes_facts=takes and destination.embedded,
        assumes_pass=destination.embedded,
    )
    follower = None if destination.data is None else Follower(destination.data)
    return OpenWay(destination=replace(destination, endpoint=endpoint), has=has, follower=follower)


def session_has(endpoint: Endpoint, address: str | None, *, encrypts: bool) -> SessionHas:
    """What a session with an endpoint has, by what the first one showed."""
    mode = endpoint.tls
    return SessionHas(
        ingress_points=frozenset(),
        helo=endpoint.helo,
        address=address if _is_seen(endpoint, address) else None,
        wrapped=mode is TlsMode.WRAPPED,
        encrypts=encrypts,
        plain=mode is TlsMode.OPTIONAL and endpoint.credentials is None,
    )


def loose(endpoint: Endpoint) -> Endpoint:
    """The endpoint; on this machine, where nobody listens in, TLS is optional."""
    optional = endpoint.on_loopback and endpoint.tls is TlsMode.REQUIRED
    return replace(endpoint, tls=TlsMode.OPTIONAL) if optional else endpoint


def _is_seen(endpoint: Endpoint, address: str | None) -> bool:
    """Whether the server sees the address that the connection has here: no router changes it."""
    if address is None:
        return False
    return endpoint.on_loopback or ip_address(address).is_global


def endpoint_for(way: OpenWay, case: SortedCase) -> Endpoint:
    """The endpoint, with the name and the encryption of a case."""
    endpoint = replace(way.destination.endpoint, helo=case.helo)
    if way.has.takes_facts or endpoint.tls is TlsMode.WRAPPED:
        return endpoint
    session = case.case.session
    if session.tls is Tls.NONE and way.has.plain:
        return replace(endpoint, tls=TlsMode.NONE)
    version = versions_for(session) if way.has.encrypts else None
    return replace(endpoint, tls_version=version)
