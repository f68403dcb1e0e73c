"""How values are compared: texts by operator, addresses with lists, client addresses with networks.

Pure functions on values; `mmctl.judge.texts` finds what a message has to compare.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, assert_never

from mmctl.model.enums import RuleNumberOperator, RuleStringOperator
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mmctl.language.readings import Case

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

_MEETS: Final[Mapping[RuleStringOperator, Callable[[str, str], bool]]] = MappingProxyType(
    {
        RuleStringOperator.EQUALS: str.__eq__,
        RuleStringOperator.NOT_EQUALS: str.__eq__,
        RuleStringOperator.STARTS_WITH: str.startswith,
        RuleStringOperator.ENDS_WITH: str.endswith,
        RuleStringOperator.CONTAINS: str.__contains__,
    }
)


def folded(text: str, case: Case) -> str:
    """The text as it is compared: in lower case if the reading ignores case."""
    return text.lower() if case == "insensitive" else text


@lru_cache(maxsize=4096)
def _all_folded(texts: tuple[str, ...], case: Case) -> tuple[str, ...]:
    """Cached: the values of a rule are compared with many messages."""
    return tuple(folded(text, case) for text in texts)


def text_matches(operator: RuleStringOperator, text: str, value: str) -> bool:
    """Whether one text meets one literal value; `NOT_EQUALS` is compared as `EQUALS`."""
    return _MEETS[operator](text, value)


def values_met(
    operator: RuleStringOperator, texts: Sequence[str], values: Sequence[str], case: Case
) -> tuple[str, ...]:
    """The values that at least one text meets."""
    meets = _MEETS[operator]
    compared = [folded(text, case) for text in texts]
    return tuple(
        [
            value
            for value, wanted in zip(values, _all_folded(tuple(values), case), strict=True)
            if any(meets(text, wanted) for text in compared)
        ]
    )


def number_matches(operator: RuleNumberOperator, size: int, value: float) -> bool:
    """Whether a size in bytes meets a number; the operators say what they mean."""
    match operator:
        case RuleNumberOperator.EQUALS:
            return size == value
        case RuleNumberOperator.NOT_EQUALS:
            return size != value
        case RuleNumberOperator.LESS_THAN:
            return size < value
        case RuleNumberOperator.GREATER_THAN:
            return size > value
        case RuleNumberOperator.LESS_THAN_OR_EQUAL:
            return size <= value
        case RuleNumberOperator.GREATER_THAN_OR_EQUAL:
            return size >= value
        case _:
            assert_never(operator)


@lru_cache(maxsize=4096)
def network(text: str) -> IpNetwork | None:
    """A network in CIDR notation; None for an invalid text, which has no address."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def client_address(text: str) -> IpAddress | None:
    """A client's address; an IPv4 address written as IPv6 is IPv4; None for an invalid text."""
    try:
        address = ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def networks_around(address: IpAddress, values: Iterable[str]) -> tuple[str, ...]:
    """The networks that contain the address."""
    return tuple(
        value
        for value in values
        if (around := network(value)) is not None
        and around.version == address.version
        and address in around
    )


def same_family(address: IpAddress, values: Iterable[str]) -> bool:
    """Whether one of the networks is of the address's family, IPv4 or IPv6."""
    return any(
        (around := network(value)) is not None and around.version == address.version
        for value in values
    )


@dataclass(frozen=True, slots=True)
class Members:
    """The entries of an address list, arranged for lookups.

    Forms of entries: https://docs.aws.amazon.com/ses/latest/dg/eb-addlist.html: an address, one
    `*` before or after the `@`, `*.domain`, or a bare domain.
    """

    entries: frozenset[str]
    entries_in_lower_case: frozenset[str]
    with_star: tuple[str, ...]
    """Entries that a lookup of whole texts does not find: `prefix*@domain`, `local@*.domain`."""
    longest: int
    """Characters of the longest entry, in either letter case."""

    @classmethod
    def of(cls, entries: Iterable[str]) -> Members:
        """Arrange the entries of a list."""
        cleaned = [entry.strip() for entry in entries]
        starred = [entry for entry in cleaned if "@" in entry and "*" in entry]
        lowered = frozenset(entry.lower() for entry in cleaned)
        return cls(
            entries=frozenset(cleaned),
            entries_in_lower_case=lowered,
            longest=max(map(len, (*cleaned, *lowered)), default=0),
            with_star=tuple(entry for entry in starred if not entry.startswith("*@")),
        )

    def include_any(
        self,
        addresses: Sequence[str],
        *,
        case: Case,
        bare_domain: Literal["that_domain", "that_domain_and_below"],
        star_domain: Literal["below", "below_and_d"],
    ) -> bool:
        """Whether one of the entries matches one of some addresses."""
        return any(
            self.include(address, case=case, bare_domain=bare_domain, star_domain=star_domain)
            for address in addresses
        )

    def include(
        self,
        address: str,
        *,
        case: Case,
        bare_domain: Literal["that_domain", "that_domain_and_below"],
        star_domain: Literal["below", "below_and_d"],
    ) -> bool:
        """Whether one of the entries matches an address, under three readings."""
        address = folded(address, case)
        entries = self.entries if case == "sensitive" else self.entries_in_lower_case
        _, at, domain = address.rpartition("@")
        if address in entries and at:
            return True
        if not at or not domain:
            return False
        if domain in entries or f"*@{domain}" in entries:
            return True
        if star_domain == "below_and_d" and f"*.{domain}" in entries:
            return True
        for parent in parents(domain, self.longest):
            if f"*.{parent}" in entries:
                return True
            if bare_domain == "that_domain_and_below" and parent in entries:
                return True
        apex = star_domain == "below_and_d"
        return any(
            entry_matches(folded(entry, case), address, apex=apex) for entry in self.with_star
        )


def parents(domain: str, longest: int) -> list[str]:
    """The domains above a domain: `a.b.example` has `b.example` and `example`.

    Only those with at most so many characters: a hostile domain may have a million labels, and no
    list has the domains above it.
    """
    labels = domain[-longest - 1 :].split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels))]


def entry_matches(entry: str, address: str, *, apex: bool) -> bool:
    """Whether an entry with a `*` matches an address; `apex`: `*.d` is also `d` itself."""
    entry_local, _, entry_domain = entry.rpartition("@")
    local, _, domain = address.rpartition("@")
    if apex and entry_domain.startswith("*.") and domain == entry_domain[2:]:
        return _star_matches(entry_local, local)
    return _star_matches(entry_local, local) and _star_matches(entry_domain, domain)


def _star_matches(pattern: str, text: str) -> bool:
    """Whether a text meets a pattern with at most one `*`; further stars are plain characters."""
    start, star, end = pattern.partition("*")
    if not star:
        return text == pattern
    return len(text) >= len(start) + len(end) and text.startswith(start) and text.endswith(end)
