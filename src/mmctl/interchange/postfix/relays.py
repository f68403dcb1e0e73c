"""Where mail goes next: `[mail.example.com]:25`, `smtp:[…]`, relayhost → relays."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation
from mmctl.interchange.migration.usual import MAILBOXES
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import OtherGateway

_HOP: Final = Pattern(r"(\[)?([A-Za-z0-9._:-]+?)(?(1)\])(?::([a-z0-9]+))?")
_SERVER: Final = Pattern(r"[a-z0-9.-]{1,100}")
"""What the service takes as the server of a relay; no address of IPv6."""
_PORTS: Final = {"smtp": 25, "submission": 587, "smtps": 465, "submissions": 465}
_PORT_AT_MOST: Final = 65_535
_NAME_AT_MOST: Final = 60

LOOKED_UP: Final = Deviation(
    code="mx-of-the-name",
    says="the source looks up the MX records of this name; a relay connects to the name itself",
    instead="write the host that the MX record names",
)


def next_hop(text: str, source: OtherGateway) -> str | None:
    """The relay of a next hop, which is added to the source; None: it is no host of SMTP."""
    found = _HOP.fullmatch(text.strip())
    if found is None:
        return None
    bracket, host, port = found[1], found[2].lower(), found[3]
    if not bracket and port is None and host.count(":") == 1:
        host, _, port = host.partition(":")
    number = _port(port)
    if not _SERVER.fullmatch(host) or not host.strip(".-") or not 0 < number <= _PORT_AT_MOST:
        return None
    name = _named(host, number, source)
    source.relays.setdefault(name, {"server": host, "port": number, "authentication": "none"})
    return name


def _port(text: str | None) -> int:
    """The port that a text is; 0: it is none."""
    if not text:
        return 25
    plain = text.lstrip("0")
    if plain.isdecimal():
        return int(plain) if len(plain) <= len(str(_PORT_AT_MOST)) else 0
    return _PORTS.get(text, 0)


def is_looked_up(text: str) -> bool:
    """Whether the MX records of a next hop count."""
    return bool(text) and not text.startswith("[") and not _is_address(text.partition(":")[0])


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _named(host: str, port: int, source: OtherGateway) -> str:
    suffix = "" if port == 25 else f"-{port}"  # noqa: PLR2004 - the port of SMTP
    wanted = re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:_NAME_AT_MOST] + suffix
    name, number = wanted, 2
    while name == MAILBOXES or source.relays.get(name, {"server": host})["server"] != host:
        name, number = f"{wanted}-{number}", number + 1
    return name
