"""A network that is none, that is written for the wrong family, or has host bits set.

What it does:
    Reads every network in `source_ip` and `sender_ip` (IPv4) and `sender_ipv6`. What is not a
    network of that family is an error; host bits, as in `192.0.2.5/24`, are a warning.

Why it is bad:
    The API takes any digits, dots, colons and slashes for `source_ip`; what is no IPv4 network
    matches no client. With host bits set it is unclear which network is meant.

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

from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network
from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.networks import IPV6, network_tests
from mmctl.language.fix import Replace
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.checks.networks import NetworkTest


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the values that are no network of their family."""
    for test in network_tests(subject.project):
        for index, value in enumerate(test.values):
            fault = _fault(test, value)
            if fault is not None:
                message, help_, severity = fault
                path = (*test.path, "Values", index)
                at, network = test.owner.positions.at(path), _read(value)
                # A network with bits behind its prefix is compared as the network that it is in.
                safe = severity is Severity.WARNING
                fix = Replace(at=at, old=value, new=str(network)) if safe else None
                yield finding(test.owner, path, message, help=help_, severity=severity, fix=fix)


def _fault(test: NetworkTest, value: str) -> tuple[str, str, Severity | None] | None:
    family = IPv6Network if test.version == IPV6 else IPv4Network
    network = _read(value)
    if network is None:
        example = "2001:db8::/32" if family is IPv6Network else "192.0.2.0/24"
        return f"`{value}` is no network", f"write it as `{example}`", None
    if not isinstance(network, family):
        return (
            f"`{value}` is IPv{network.version}, and `{test.subject}` is IPv{test.version}",
            "rules see IPv4 addresses only; traffic policies have `sender_ipv6`",
            None,
        )
    host, slash, _ = value.partition("/")
    if not slash:
        return f"`{value}` has no prefix length", f"write `{network}`", None
    if ip_interface(value).ip != network.network_address:
        return (
            f"`{value}` has bits set behind its prefix",
            f"for the network write `{network}`, for one host `{host}/{network.max_prefixlen}`",
            Severity.WARNING,
        )
    return None


def _read(value: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None


CHECK = Check(id="unusable-network", severity=Severity.ERROR, text=__doc__, run=run)
