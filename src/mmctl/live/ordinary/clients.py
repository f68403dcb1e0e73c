"""Clients that send ordinary mail: spread over the internet, and in networks admitted by name.

A small network that a file names does not count as the internet: blocking one is daily work. A
large one does, so that `0.0.0.0/0` is noticed, also when it is written as two networks.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TYPE_CHECKING, Final

from mmctl.live.ordinary.named import networks, networks_of
from mmctl.model.enums import AcceptAction
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.model.policies import TrafficPolicy

_IPV4: Final = 4
_WIDE: Final = {4: 8, 6: 16}
"""A network with a prefix of at most this many bits is a large part of the internet."""
_BITS: Final = {4: 32, 6: 128}
_TRIES: Final = 64
_EIGHTHS: Final = [(4, eighth << 29, 29) for eighth in range(7)]
"""IPv4 in eighths, without the last: nobody sends mail from there."""
_REGIONS: Final = [(6, first << 112, 112 - 4) for first in (0x2400, 0x2600, 0x2800, 0x2A00, 0x2C00)]
"""The blocks of IPv6 that the five regional registries hand out: one client in each."""
_STEP: Final = 0x9E3779B97F4A7C15
"""An odd number without a pattern: candidates are far apart, and the same in every run."""


@dataclass(frozen=True, slots=True)
class _Network:
    version: int
    first: int
    prefix: int

    def holds(self, version: int, address: int) -> bool:
        shift = _BITS[self.version] - self.prefix
        return version == self.version and address >> shift == self.first >> shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Addresses of clients."""

    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Addresses of both families."""
        return (*self.ipv4, *self.ipv6)


def clients_of_the_internet(configurations: Iterable[LiveConfiguration]) -> Clients:
    """Clients in every part of the internet, outside of small networks in the configurations."""
    named = [net for each in configurations for net in _read(networks(each))]
    small = [net for net in named if net.prefix > _WIDE[net.version]]
    found = [_client(version, base, bits, small) for version, base, bits in _EIGHTHS + _REGIONS]
    return Clients(
        ipv4=tuple(str(IPv4Address(address)) for version, address in found if version == _IPV4),
        ipv6=tuple(str(IPv6Address(address)) for version, address in found if version != _IPV4),
    )


def _client(version: int, base: int, bits: int, small: list[_Network]) -> tuple[int, int]:
    candidates = list(_candidates(version, base, bits))
    free = (
        address for address in candidates if not any(net.holds(version, address) for net in small)
    )
    return version, next(free, candidates[0])


def _candidates(version: int, base: int, bits: int) -> Iterator[int]:
    """Public addresses in a block, far apart."""
    found = 0
    number = 0
    while found < _TRIES:
        number += 1
        address = base + (number * _STEP) % (1 << min(bits, 62)) * (1 << max(bits - 62, 0))
        public = IPv4Address(address) if version == _IPV4 else IPv6Address(address)
        if public.is_global and not public.is_multicast:
            found += 1
            yield address


def _read(texts: Iterable[str]) -> Iterator[_Network]:
    for text in texts:
        try:
            network = ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        yield _Network(network.version, int(network.network_address), network.prefixlen)


def let_in_by_name(before: TrafficPolicy, after: TrafficPolicy) -> tuple[str, ...]:
    """A client in each network that both policies admit by name."""
    still = set(_let_in(after))
    found = _read(text for text in dict.fromkeys(_let_in(before)) if text in still)
    return tuple(str(_second(network)) for network in found)


def _let_in(policy: TrafficPolicy) -> Iterator[str]:
    for statement in policy.policy_statements:
        if statement.action is AcceptAction.ALLOW:
            for condition in statement.conditions:
                yield from networks_of(condition)


def _second(network: _Network) -> IPv4Address | IPv6Address:
    """The second address of a network, the first one for a host; else the only one."""
    address = network.first + (network.prefix < _BITS[network.version])
    return IPv4Address(address) if network.version == _IPV4 else IPv6Address(address)
