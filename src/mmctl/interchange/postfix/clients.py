"""Client addresses in tables and lists → tests on `source_ip` (access(5), cidr_table(5)).

Client names come from DNS, and Mail Manager does not see them: such keys are unseen.
"""

from __future__ import annotations

from collections import defaultdict
from ipaddress import IPv4Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.interchange.postfix.entries import is_exception
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.entries import Ends, Group, Match, Network, TableEntry

_OCTETS: Final = Pattern(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){0,3}")
_GROUPS: Final = Pattern(r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){1,6}")
_HOST: Final = Pattern(r"\.?(?:[a-z0-9_-]+\.)*[a-z0-9_-]+")
_FULL: Final = 4
_FIRST_OCTETS: Final = Pattern(
    r"\^((?:[0-9]{1,3}\\\.){1,3})(?:\.\*)?|\^((?:[0-9]{1,3}\\\.){3}[0-9]{1,3})\$"
)

CLIENT_NAME: Final = Deviation(
    code="client-name-not-seen",
    says="the name of a client comes from DNS, and Mail Manager sees its address alone",
    instead="write the networks of these clients as `source_ip`",
    loses=True,
)


def network_of(key: str) -> Network | None:
    """The network that a key of an indexed table stands for: `192.0.2` is 192.0.2.0/24."""
    if _OCTETS.fullmatch(key):
        octets = key.split(".")
        if any(int(octet) > 255 for octet in octets):  # noqa: PLR2004 - an octet
            return None
        whole = ".".join(octets + ["0"] * (_FULL - len(octets)))
        return ip_network(f"{whole}/{8 * len(octets)}")
    try:
        address = ip_address(key)
    except ValueError:
        if _GROUPS.fullmatch(key):
            groups = key.split(":")
            return ip_network(f"{key}::/{16 * len(groups)}")
        return None
    return ip_network(address)


def within(networks: Iterable[Network]) -> Test:
    """The test of a client in one of some networks."""
    values = tuple(str(network) for network in networks)
    return Matches(operand="source_ip", operator="cidr_matches", values=values)


def indexed(entries: Sequence[TableEntry], ends: Ends, idle: list[TableEntry]) -> dict[Group, Test]:
    """For each group of an indexed table the test of the clients that have its result.

    `idle` gets the entries that no lookup asks for.
    """
    networks: dict[Network, TableEntry] = {}
    names: defaultdict[Group, list[TableEntry]] = defaultdict(list)
    for entry in entries:
        network = network_of(entry.key)
        if network is None and not _HOST.fullmatch(entry.key):
            idle.append(entry)
        elif network is None:
            names[entry.group].append(entry)
        else:
            networks.setdefault(network, entry)
    inside = _inside(networks, ends)
    by_group: defaultdict[Group, list[Network]] = defaultdict(list)
    for network, entry in networks.items():
        by_group[entry.group].append(network)
    found: dict[Group, Test] = {}
    for group, own in by_group.items():
        test = _except(own, inside)
        others = [
            each
            for other, named in names.items()
            if is_exception(group[0], other[0], ends)
            for each in named
        ]
        found[group] = Near(test=test, difference=_named_elsewhere(others)) if others else test
    for group in names:
        unseen = Unseen(difference=CLIENT_NAME)
        found[group] = EitherOf((found[group], unseen)) if group in found else unseen
    return found


def in_order(
    entries: Sequence[TableEntry], ends: Ends, idle: list[TableEntry]
) -> list[tuple[TableEntry, Test]]:
    """For each entry of a `cidr` table the test of the clients that it decides about.

    Exceptions are what entries before it decide with another result. `idle` gets the entries
    that never decide.
    """
    simple = {
        entry.matches[0].network: place
        for place, entry in reversed(list(enumerate(entries)))
        if len(entry.matches) == 1 and not entry.matches[0].negated
    }
    networks = {each: entries[place] for each, place in simple.items() if each is not None}
    inside = _inside(networks, ends)
    lengths = sorted({(each.version, each.prefixlen) for each in networks})
    made: list[tuple[TableEntry, Test]] = []
    complex_before: list[tuple[TableEntry, Test]] = []
    for place, entry in enumerate(entries):
        test = AllOf(tuple(_match_test(match) for match in entry.matches))
        own = entry.matches[-1].network
        before: list[Test] = [
            each for other, each in complex_before if is_exception(entry.value, other.value, ends)
        ]
        if len(entry.matches) == 1 and not entry.matches[0].negated:
            if (
                own is None
                or simple[own] != place
                or _within_earlier(own, place, simple, entries, lengths)
            ):
                idle.append(entry)
                continue
            earlier = [each for each in inside.get(own, ()) if simple[each] < place]
            before += [within(earlier)] if earlier else []
            test = AllOf((within([own]),))
        else:
            earlier = [
                each
                for each, at in simple.items()
                if at < place
                and each is not None
                and is_exception(entry.value, entries[at].value, ends)
            ]
            before += [within(earlier)] if earlier else []
            complex_before.append((entry, test))
        made.append((entry, AllOf((*test.tests, *map(Negated, before)))))
    return made


def _within_earlier(
    own: Network,
    place: int,
    simple: dict[Network | None, int],
    entries: Sequence[TableEntry],
    lengths: Sequence[tuple[int, int]],
) -> bool:
    """Whether an entry before decides about all clients of a network, with another result."""
    for version, length in lengths:
        if version == own.version and length < own.prefixlen:
            at = simple.get(own.supernet(new_prefix=length))
            if at is not None and at < place and entries[at].value != entries[place].value:
                return True
    return False


def _match_test(match: Match) -> Test:
    if match.network is None:
        return Unseen(difference=CLIENT_NAME)
    test = within([match.network])
    if not match.negated:
        return test
    family = ip_network("0.0.0.0/0" if match.network.version == 4 else "::/0")  # noqa: PLR2004
    return AllOf((Negated(test), within([family])))


def _inside(networks: dict[Network, TableEntry], ends: Ends) -> defaultdict[Network, list[Network]]:
    """For each network those inside it that have another result."""
    inside: defaultdict[Network, list[Network]] = defaultdict(list)
    lengths = sorted({(each.version, each.prefixlen) for each in networks})
    for network, entry in networks.items():
        for version, length in lengths:
            if version == network.version and length < network.prefixlen:
                around = network.supernet(new_prefix=length)
                known = networks.get(around)
                if known is not None and is_exception(known.value, entry.value, ends):
                    inside[around].append(network)
    return inside


def _except(own: list[Network], inside: defaultdict[Network, list[Network]]) -> Test:
    free = [each for each in own if each not in inside]
    tests: list[Test] = [within(free)] if free else []
    tests += [
        AllOf((within([each]), Negated(within(inside[each])))) for each in own if each in inside
    ]
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def _named_elsewhere(entries: list[TableEntry]) -> Deviation:
    first = entries[0]
    more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    return Deviation(
        code="client-name-decides",
        says=f"the table has client names with another result (`{first.key[:60]} "
        f"{first.value[:40]}`{more}), which come first there; here the address alone decides",
        instead="if such a client has an address in these networks, except its address",
    )


def pattern_network(pattern: str) -> Network | None:
    r"""The network of a regular expression on addresses: `^192\.0\.2\.` is 192.0.2.0/24."""
    found = _FIRST_OCTETS.fullmatch(pattern)
    if found is None:
        return None
    octets = (found[1] or found[2]).replace("\\", "").strip(".").split(".")
    network = network_of(".".join(octets))
    return network if isinstance(network, IPv4Network) else None
