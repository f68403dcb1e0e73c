"""Whether the internal mail server answers only the relays of Mail Manager."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.language.stack import MailServer

Network: TypeAlias = IPv4Network | IPv6Network


def answers_others(server: MailServer, admitted: Iterable[str]) -> tuple[str, ...]:
    """The networks that a security group admits and that are no relay's; what is none is one."""
    relays = [ip_network(each, strict=False) for each in server.relay_networks]
    return tuple(each for each in admitted if not _is_within(each, relays))


def _is_within(network: str, relays: list[Network]) -> bool:
    try:
        found = ip_network(network, strict=False)
    except ValueError:
        return False
    return any(_covers(relay, found) for relay in relays)


def _covers(relay: Network, found: Network) -> bool:
    if isinstance(relay, IPv4Network) and isinstance(found, IPv4Network):
        return found.subnet_of(relay)
    if isinstance(relay, IPv6Network) and isinstance(found, IPv6Network):
        return found.subnet_of(relay)
    return False
