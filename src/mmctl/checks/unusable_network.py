"""A network that is invalid, of the wrong family, or has host bits set.

What it does:
    Looks at every network in `source_ip` and `sender_ip` (IPv4) and `sender_ipv6`, also under
    `when` of invariants. Anything but a network of that family is an error; host bits, as in
    `192.0.2.5/24`, are a warning in rules and policies.

Why it is bad:
    The API accepts any digits, dots, colons and slashes for `source_ip`; anything but an IPv4
    network matches no client. With host bits set, the intended network is unclear.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{source_ip: {cidr_matches: ["2001:db8::/32"]}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: block
            conditions: [{source_ip: {cidr_matches: [192.0.2.0/24]}}]
            actions: [drop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import (
    IPv4Network,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
    summarize_address_range,
)
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.analysis.networks import IPV4, IPV6, network_tests
from mmctl.analysis.networks import network as network_in
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.formatting.fix import Replace
from mmctl.model.rules import RuleIpExpression
from mmctl.patterns import Pattern
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.networks import NetworkTest
    from mmctl.language.project import Invariant
    from mmctl.problem import Path


FEW: Final = 4
"""At most this many networks are named in place of a range."""
_WILDCARD: Final = Pattern(r"((?:[0-9]{1,3}\.){1,3})(?:\*(?:\.\*)*)?")


class _OtherNetworks(NamedTuple):
    """What networks are compared with."""

    subject: str
    version: int


_OF_RULES: Final = _OtherNetworks(subject="source_ip", version=IPV4)


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that are not a network of their family."""
    for test in network_tests(subject.project):
        for index, value in enumerate(test.values):
            fault = _fault(test, value)
            if fault is not None:
                message, help_, severity = fault
                path = (*test.path, "Values", index)
                at, network = test.owner.positions.at(path), _read(value)
                # A network with host bits is compared as the network without them.
                safe = severity is Severity.WARNING
                fix = Replace(at=at, old=value, new=str(network)) if safe else None
                yield finding(test.owner, path, message, help=help_, severity=severity, fix=fix)
    for invariant in subject.project.invariants:
        for path, message, advice in unusable_in(invariant):
            yield Finding(positions=invariant.positions, path=path, message=message, help=advice)


def unusable_in(invariant: Invariant) -> Iterator[tuple[Path, str, str]]:
    """What is no network among those that an invariant is about: no message is from there."""
    for at, condition in enumerate(invariant.when):
        expression = condition.value
        if isinstance(expression, RuleIpExpression):
            for index, value in enumerate(expression.values):
                fault = _fault(_OF_RULES, value)
                if fault is not None and fault[2] is None:
                    yield ("when", at, condition.kind, "Values", index), *fault[:2]


def _fault(
    test: _OtherNetworks | NetworkTest, value: str
) -> tuple[str, str, Severity | None] | None:
    if str(network_in(value, test.version)) == value:
        return None  # as nearly all are
    family = IPv6Network if test.version == IPV6 else IPv4Network
    network = _read(value)
    if network is None:
        return (*_no_network(value, family), None)
    if not isinstance(network, family):
        return (
            f"`{value}` is IPv{network.version}, and `{test.subject}` is IPv{test.version}",
            "rules see IPv4 addresses only; traffic policies have `sender_ipv6`",
            None,
        )
    host, slash, length = value.partition("/")
    if not slash:
        return f"`{value}` has no prefix length", f"write `{network}`", None
    if not length.isdecimal():
        return f"`{value}` has a mask, expected a prefix length", f"write `{network}`", None
    if ip_interface(value).ip != network.network_address:
        return (
            f"`{value}` has bits set after its prefix",
            f"for the network write `{network}`, for one host `{host}/{network.max_prefixlen}`",
            Severity.WARNING,
        )
    return None


def _no_network(value: str, family: type[IPv4Network | IPv6Network]) -> tuple[str, str]:
    """What is wrong with a text that is not a network, and what was probably meant."""
    host, _, length = value.partition("/")
    with suppress(ValueError):
        address = ip_address(host)
        if length.isdecimal():
            most = address.max_prefixlen
            lengths = f"a prefix length of IPv{address.version} is 0 to {most}"
            message = f"`{value}` is not a network: {lengths}"
            return message, f"for one host write `{address}/{most}`"
    meant = _read("".join(value.split())) or _wildcard(value)
    if meant is not None:
        return f"`{value}` is not a network", f"write `{meant}`"
    inside = _range(value)
    if inside:
        listed = ", ".join(f"`{network}`" for network in inside[:FEW])
        more = " …" if len(inside) > FEW else ""
        return f"`{value}` is a range, expected a network", f"write {listed}{more}"
    example = "2001:db8::/32" if family is IPv6Network else "192.0.2.0/24"
    if re.search(r"[g-z]", value, re.IGNORECASE):
        return (
            f"`{value}` is not a network: names are not looked up",
            f"write a network such as `{example}`",
        )
    return f"`{value}` is not a network", f"write a network such as `{example}`"


def _wildcard(value: str) -> IPv4Network | None:
    """The network of `10.1.*`, `10.1.*.*` and `10.1.`."""
    found = _WILDCARD.fullmatch(value)
    if found is None:
        return None
    parts = found[1].rstrip(".").split(".")
    with suppress(ValueError):
        return IPv4Network((".".join([*parts, "0", "0", "0"][:4]), 8 * len(parts)), strict=False)
    return None


def _range(value: str) -> list[IPv4Network | IPv6Network]:
    """The networks of `first-last`; none if it is not a range."""
    first, _, last = value.partition("-")
    with suppress(ValueError, TypeError):
        return list(summarize_address_range(ip_address(first.strip()), ip_address(last.strip())))
    return []


def _read(value: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None


CHECK = Check(id="unusable-network", severity=Severity.ERROR, text=__doc__, run=run)
