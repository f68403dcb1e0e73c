"""A relay to a server that no mail can be relayed to.

What it does:
    Finds relays whose server is `localhost` or a loopback address, or (a warning) a private or
    link-local IPv4 address, and those with the port of another protocol: reading mail (110, 143,
    993, 995), HTTP (80, 443, 8080, 8443), SSH (22), DNS (53), LDAP (389, 636).

Why it is bad:
    The relay runs at AWS: `localhost` is not your server there, and private addresses are routed
    nowhere. Where no SMTP server answers, each delivery fails, and mail is lost.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 993, authentication: none}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from mmctl.analysis.networks import is_inside_only
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROTOCOLS: Final = {
    22: "SSH",
    53: "DNS",
    80: "HTTP",
    110: "POP3",
    143: "IMAP",
    389: "LDAP",
    443: "HTTPS",
    636: "LDAP over TLS",
    993: "IMAP over TLS",
    995: "POP3 over TLS",
    8080: "HTTP",
    8443: "HTTPS",
}


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the relays that reach no SMTP server."""
    for relay in subject.project.relays.values():
        server, port = relay.relay.server_name, relay.relay.server_port
        name = server.lower().rstrip(".")
        if _is_loopback(name):
            yield finding(
                relay,
                ("ServerName",),
                f"`{server}` is the machine of AWS that relays the mail, not yours",
                help=_PUBLIC,
            )
        elif _is_private(name):
            yield finding(
                relay,
                ("ServerName",),
                f"`{server}` is a private address, which AWS does not reach",
                help=_PUBLIC,
                severity=Severity.WARNING,
            )
        if port in _PROTOCOLS:
            yield finding(
                relay,
                ("ServerPort",),
                f"port {port} is for {_PROTOCOLS[port]}, not SMTP",
                help="write 25, or the port on which your server takes mail",
            )


_PUBLIC: Final = "write the public name of the server"


def _is_loopback(server: str) -> bool:
    address = _address(server)
    of_host = server == "localhost" or server.endswith(".localhost")
    return of_host or (address is not None and (address.is_loopback or address.is_unspecified))


def _is_private(server: str) -> bool:
    address = _address(server)
    return isinstance(address, IPv4Address) and is_inside_only(IPv4Network(address))


def _address(server: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(server.strip("[]"))
    except ValueError:
        return None


CHECK = Check(id="non-smtp-relay", severity=Severity.ERROR, text=__doc__, run=run)
