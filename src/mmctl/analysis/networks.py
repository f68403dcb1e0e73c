"""The conditions of a project on client addresses, with their networks. No check lives here."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import Same, conditions
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import operand_of
from mmctl.model.policies import IngressIpv4Expression, IngressIpv6Expression
from mmctl.model.rules import RuleIpExpression
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.analysis.project_conditions import PlacedCondition, Role
    from mmctl.language.project import LogicalRule, LogicalTrafficPolicy, Project
    from mmctl.problem import Path

    Network = IPv4Network | IPv6Network

IPV4: Final = 4
IPV6: Final = 6


_INSIDE_ONLY: Final = tuple(
    map(
        IPv4Network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
        ),
    )
)
"""RFC 1918, RFC 6598, RFC 1122 and RFC 3927: not routed on the internet."""


def is_inside_only(network: IPv4Network) -> bool:
    """Whether no client on the internet has an address of a network."""
    return any(map(network.subnet_of, _INSIDE_ONLY))


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTest:
    """One condition on the address of the client."""

    owner: LogicalRule | LogicalTrafficPolicy
    role: Role
    path: Path
    """The path of its expression."""
    subject: str
    """`source_ip`, `sender_ip` or `sender_ipv6`."""
    version: int
    """4 or 6."""
    negated: bool
    values: tuple[str, ...]

    def networks(self) -> tuple[Network | None, ...]:
        """Its values as networks; None for a value that is not a network of the family."""
        return tuple(network(value, self.version) for value in self.values)


def network_tests(project: Project) -> tuple[NetworkTest, ...]:
    """Every condition on the address of the client."""
    return _tests_of(Same(project))


@lru_cache(maxsize=1)
def _tests_of(same: Same) -> tuple[NetworkTest, ...]:
    tests = map(network_test, conditions(same.project))
    return tuple(test for test in tests if test is not None)


def network_test(placed: PlacedCondition) -> NetworkTest | None:
    """Return the condition as one on the client's address; None when it is of another kind."""
    expression = placed.condition.value
    if not isinstance(expression, (RuleIpExpression, IngressIpv4Expression, IngressIpv6Expression)):
        return None
    return NetworkTest(
        owner=placed.owner,
        role=placed.role,
        path=(*placed.path, placed.condition.kind),
        subject=operand_of(placed.condition).key,
        version=IPV6 if isinstance(expression, IngressIpv6Expression) else IPV4,
        negated=expression.operator in NEGATED,
        values=expression.values,
    )


@lru_cache(maxsize=8192)  # Several checks read the same networks, one after the other.
def network(value: str, version: int = IPV4) -> Network | None:
    """Parse a network of a family without its host bits; None when the text is not one."""
    try:
        return (IPv4Network if version == IPV4 else IPv6Network)(value, strict=False)
    except ValueError:
        return None


def hold_all(values: Sequence[str], version: int) -> bool:
    """Whether networks contain all addresses of a family, together too: two halves do."""
    lengths = (value.rpartition("/")[2] for value in values)
    if sum(2.0 ** -int(length[:3]) for length in lengths if length.isdecimal()) < 1:
        return False
    read = [network(value, version) for value in values]
    fours = collapse_addresses([each for each in read if isinstance(each, IPv4Network)])
    sixes = collapse_addresses([each for each in read if isinstance(each, IPv6Network)])
    return any(each.prefixlen == 0 for each in fours) or any(each.prefixlen == 0 for each in sixes)


class Networks:
    """Networks of one family, arranged for looking up which of them contain another."""

    def __init__(self, networks: Iterable[Network | None]) -> None:
        self._known = {
            (found.prefixlen, _bits(found, found.prefixlen)): found
            for found in networks
            if found is not None
        }
        self._lengths = sorted({length for length, _ in self._known})

    def around(self, inner: Network) -> Network | None:
        """The widest of these networks that contains or equals a network."""
        for length in self._lengths:
            if length > inner.prefixlen:
                return None
            found = self._known.get((length, _bits(inner, length)))
            if found is not None:
                return found
        return None


def _bits(of: Network, length: int) -> int:
    return int(of.network_address) >> (of.max_prefixlen - length)
