"""`stack:` of an environment → its values, and what the grammar cannot say about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.stack import (
    USUAL_INSTANCE,
    USUAL_LOG_RETENTION,
    USUAL_NETWORK,
    MailServer,
    Stack,
)

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.text.placed import Table, Text

_LARGEST_VPC: Final = 16
_SMALLEST_VPC: Final = 24
_LARGEST_OF_RELAYS: Final = 8
"""The shortest prefix of a network of relays."""


def stack_of(table: Table | None) -> Stack | None:
    """What `stack:` says, with the defaults for the rest; None: there is none."""
    if table is None:
        return None
    server: Table | None = table.get("mail_server")
    return Stack(
        name=table.get("name"),
        log_retention_days=int(table.get("log_retention_days", USUAL_LOG_RETENTION)),
        object_lock_days=table.get("object_lock_days"),
        alarms_to=table.get("alarms_to"),
        ci=tuple(table.get("ci", ())),
        identities=tuple(table.get("identities", ())),
        network=table.get("network", USUAL_NETWORK),
        mail_server=None if server is None else _mail_server(server),
        sender=table.get("sender", False),
    )


def check_stack(table: Table, builder: Builder) -> None:
    """Report invalid networks, and those too wide or too small for what goes in them."""
    if "network" in table:
        _check_vpc(table["network"], builder)
    for network in table.get("mail_server", {}).get("relay_networks", ()):
        _check_relays(network, builder)


def _mail_server(table: Table) -> MailServer:
    return MailServer(
        domains=tuple(table.get("domains", ())),
        relay_networks=tuple(table.get("relay_networks", ())),
        instance_type=table.get("instance_type", USUAL_INSTANCE),
    )


def _check_vpc(text: Text, builder: Builder) -> None:
    network = _network(text, builder)
    if network is None:
        return
    fits = network.version == 4 and _LARGEST_VPC <= network.prefixlen <= _SMALLEST_VPC  # noqa: PLR2004
    if not fits or not network.is_private:
        builder.report(
            "wrong-text",
            text.position,
            f"got `{text}`, expected a private IPv4 network of /{_LARGEST_VPC} to /{_SMALLEST_VPC}",
            f"write one such as `{USUAL_NETWORK}`",
        )


def _check_relays(text: Text, builder: Builder) -> None:
    network = _network(text, builder)
    if network is None:
        return
    if network.version != 4:  # noqa: PLR2004
        builder.report(
            "wrong-text",
            text.position,
            f"got `{text}`, expected an IPv4 network: the mail server has no other address",
            "write the networks that the relays of the region come from",
        )
    elif network.prefixlen < _LARGEST_OF_RELAYS:
        builder.report(
            "wrong-text",
            text.position,
            f"`{text}` would open the mail server to nearly everybody",
            "write the networks that the relays of the region come from",
        )


def _network(text: Text, builder: Builder) -> IPv4Network | IPv6Network | None:
    from ipaddress import ip_network  # noqa: PLC0415 - few projects

    try:
        return ip_network(text)
    except ValueError:
        builder.report(
            "wrong-text",
            text.position,
            f"`{text}` is not a network",
            "write its first address and its prefix, such as `192.0.2.0/24`",
        )
        return None
