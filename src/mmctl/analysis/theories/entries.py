"""What an entry of an address list asks of a local part and a domain, under the readings.

The same as `judge.compare.Members.include`, for one entry: its texts come stripped, and folded if
letter case is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BareDomain = Literal["that_domain", "that_domain_and_below"]
StarDomain = Literal["below", "below_and_d"]


class Ends(NamedTuple):
    """Texts that start and end so, and are at least as long as both together."""

    start: str
    end: str

    @classmethod
    def of(cls, pattern: str) -> Ends | str:
        """A pattern with a `*`, of which further ones are plain characters; a text: only that."""
        start, star, end = pattern.partition("*")
        return cls(start, end) if star else pattern

    def include(self, text: str) -> bool:
        """Whether a text is one of them."""
        long_enough = len(text) >= len(self.start) + len(self.end)
        return long_enough and text.startswith(self.start) and text.endswith(self.end)

    def too_short(self) -> Iterator[str]:
        """The texts that start and end so but are shorter: the two overlap."""
        for length in range(1, min(len(self.start), len(self.end)) + 1):
            if self.start.endswith(self.end[:length]):
                yield self.start + self.end[length:]


ANY: Final = Ends("", "")


class AddressForm(NamedTuple):
    """Addresses with such a local part, before the last `@`, and such a domain after it.

    A domain that is not given as a whole is not empty.
    """

    local: Ends | str
    domain: Ends | str

    def includes(self, text: str) -> bool:
        """Whether a text is one of them."""
        local, at, domain = text.rpartition("@")
        if not at or (not domain and self.domain):
            return False
        return _is_of(local, self.local) and _is_of(domain, self.domain)


def _is_of(text: str, wanted: Ends | str) -> bool:
    return text == wanted if isinstance(wanted, str) else wanted.include(text)


def forms(entry: str, *, bare_domain: BareDomain, star_domain: StarDomain) -> Iterator[AddressForm]:
    """The addresses that an entry includes."""
    local, at, domain = entry.rpartition("@")
    if not at:
        yield from _domains(entry, bare_domain, star_domain)
        return
    if local == "*" and domain:
        yield AddressForm(ANY, domain)
        return
    yield AddressForm(local, domain)
    if "*" in entry and domain and not entry.startswith("*@"):
        yield AddressForm(Ends.of(local), Ends.of(domain))
        below = domain.removeprefix("*.")
        if star_domain == "below_and_d" and below and below != domain:
            yield AddressForm(Ends.of(local), below)


def _domains(entry: str, bare_domain: BareDomain, star_domain: StarDomain) -> Iterator[AddressForm]:
    if entry:
        yield AddressForm(ANY, entry)
    if bare_domain == "that_domain_and_below":
        yield AddressForm(ANY, Ends("", f".{entry}"))
    if entry.startswith("*."):
        below = entry[2:]
        yield AddressForm(ANY, Ends("", f".{below}"))
        if star_domain == "below_and_d" and below:
            yield AddressForm(ANY, below)
