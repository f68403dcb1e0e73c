"""The address of the client: IPv4 or IPv6, and in which networks it is.

All addresses are on one line, IPv6 above IPv4. An IPv4 address that is written as IPv6 is IPv4
(`judge.compare.client_address`), so those are left out of IPv6.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Final, Literal

from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.analysis.theories.order import Order
from mmctl.analysis.theories.theory import other_than

if TYPE_CHECKING:
    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.judge.compare import IpAddress, IpNetwork

_IPV6: Final = 1 << 32
"""Where IPv6 begins on the line."""
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_FIRST_MAPPED: Final = int(_MAPPED.network_address)
_END: Final = _IPV6 + (1 << 128) - _MAPPED.num_addresses
_PLAIN: Final = (
    IPv4Address("192.0.2.1"),
    IPv4Address("198.51.100.1"),
    IPv4Address("203.0.113.1"),
    IPv6Address("2001:db8::1"),
)
"""What people recognize as examples."""


class NetworkTheory:
    """One address."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._line: Order[int] = Order(circuit, 0)

    def inside(self, network: IpNetwork) -> int:
        """The literal that the address is in a network of its own family."""
        first = _place(network.network_address)
        end = _place(network.broadcast_address, after=True)
        if first == end:
            return FALSE
        return self._circuit.all_of(self._line.between(first, None if end == _END else end))

    def version(self, family: Literal[4, 6]) -> int:
        """The literal that the address is of a family."""
        above = self._line.at_least(_IPV6)
        return above if family == 6 else -above  # noqa: PLR2004 - as in IPv6

    def settle(self) -> None:
        """Put the networks asked for since the last time into their order."""
        self._line.settle()

    def value(self, model: frozenset[int]) -> IpAddress:
        """An address of a model: one of the examples, else one that is not the network's first."""
        low, high = self._line.gap(model)
        end = _END if high is None else high
        for plain in _PLAIN:
            if low <= _place(plain) < end:
                return plain
        return _address(low if low + 1 >= end else low + 1)

    def plain(self) -> tuple[int, ...]:
        """The literals of an address that people recognize as an example."""
        return tuple(each for each in self._line.gap_of(_place(_PLAIN[0])) if each != TRUE)

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands an address between other points."""
        return other_than(self._line.gap_of(self._line.gap(model)[0]), model)


def _place(address: IpAddress, *, after: bool = False) -> int:
    """The place of an address on the line, or the place after it."""
    number = int(address) + after
    if address.version == 4:  # noqa: PLR2004 - as in IPv4
        return number
    left_out = min(max(number - _FIRST_MAPPED, 0), _MAPPED.num_addresses)
    return _IPV6 + number - left_out


def _address(place: int) -> IpAddress:
    if place < _IPV6:
        return IPv4Address(place)
    number = place - _IPV6
    return IPv6Address(number + (_MAPPED.num_addresses if number >= _FIRST_MAPPED else 0))
