"""IP address filters → rules that refuse.

SES developer guide, "Email receiving concepts": mail of a blocked address is refused. It also says
to block `0.0.0.0/0` and to allow what is trusted, so what is allowed is an exception to what is
blocked. Allowing an address has one more effect there: the block list of SES itself does not hold
for it; Mail Manager has no such list.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.interchange.migration.source import Deviation, Example, SourceRule, Then, Unread
from mmctl.interchange.migration.tests import AllOf, Matches, Negated
from mmctl.interchange.receipt_rules.members import Remarks, add_problem
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.migration.source import OtherGateway
    from mmctl.interchange.receipt_rules.rule_sets import IpFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlacedFilter:
    """A filter and its IPv4 network."""

    filter: IpFilter
    network: IPv4Network


def add_filters(filters: list[IpFilter], source: OtherGateway, found: Remarks) -> None:
    """Add a rule that refuses for each filter that blocks, with what is allowed as exceptions."""
    placed = list(_ipv4(filters, source, found))
    allowed = [each for each in placed if not each.filter.blocks]
    blocked = [each for each in placed if each.filter.blocks]
    for block in blocked:
        source.rules.append(_rule(block, [a for a in allowed if a.network.overlaps(block.network)]))
    for allow in allowed:
        over = [b.filter.name for b in blocked if b.network.overlaps(allow.network)]
        if over:
            source.notes.append(
                f"filter `{allow.filter.name}` allows {allow.network}: an exception of "
                + ", ".join(f"`{name}`" for name in over[:3])
                + (f" and {counted(len(over) - 3, 'more filter')}" if len(over) > 3 else "")  # noqa: PLR2004
            )
        else:
            source.unread.append(_without_effect(allow))
    source.notes.append(
        "Mail Manager has no block list of its own, as SES receiving has: subscribe to an add-on "
        "(Spamhaus, Abusix) if clients on such lists are to be refused"
    )


def _rule(block: _PlacedFilter, exceptions: list[_PlacedFilter]) -> SourceRule:
    blocked = Matches(operand="source_ip", operator="cidr_matches", values=(str(block.network),))
    allowed = tuple(dict.fromkeys(str(each.network) for each in exceptions))
    test = (
        AllOf(
            (
                blocked,
                Negated(Matches(operand="source_ip", operator="cidr_matches", values=allowed)),
            )
        )
        if allowed
        else blocked
    )
    wide = [each for each in exceptions if each.network.supernet_of(block.network)]
    name = block.filter.name
    return SourceRule(
        name=name,
        place=block.filter.place,
        text=f"Block {block.filter.cidr}" + (f", but {', '.join(allowed)}" if allowed else ""),
        test=test,
        actions=("drop",),
        then=Then.END,
        refuse=True,
        differences=tuple(_never_blocks(block, each) for each in wide[:1]),
    )


def _never_blocks(block: _PlacedFilter, allow: _PlacedFilter) -> Deviation:
    """A block inside what is allowed: of one the guide says "always accept"."""
    address = str(block.network.network_address)
    return Deviation(
        code="allowed-and-blocked",
        says=(
            f"filter `{allow.filter.name}` allows all of {block.network}, which this filter "
            "blocks; the guide does not say which of them holds, and here it is allowed"
        ),
        instead="remove one of the two filters",
        example=Example(
            mail={"session": {"source_ip": address}},
            there="refused, if the smaller network holds",
        ),
    )


def _ipv4(filters: list[IpFilter], source: OtherGateway, found: Remarks) -> Iterator[_PlacedFilter]:
    for each in filters:
        try:
            network = ip_network(each.cidr, strict=False)
        except ValueError:
            add_problem(
                found,
                each.place,
                f"filter `{each.name}`: got `{each.cidr[:60]}`, expected an address or a network",
                "write it as 192.0.2.0/24",
            )
            continue
        if isinstance(network, IPv6Network):
            source.unread.append(
                Unread(
                    place=each.place,
                    text=f"filter `{each.name}`: {'Block' if each.blocks else 'Allow'} {network}",
                    why="rules of Mail Manager do not see IPv6 addresses of clients",
                    instead=(
                        "write `sender_ipv6: {cidr_matches: …}` into a statement of the traffic "
                        "policy, if the ingress point takes IPv6"
                    ),
                )
            )
        else:
            yield _PlacedFilter(filter=each, network=network)


def _without_effect(allow: _PlacedFilter) -> Unread:
    return Unread(
        place=allow.filter.place,
        text=f"filter `{allow.filter.name}`: Allow {allow.network}",
        why="no filter blocks any of it, and Mail Manager has no block list of its own",
        instead="nothing: its mail gets in",
    )
