"""What an entry of an address list asks of a local part and a domain, under the readings.

The same as `judge.compare.Members.include`, for one entry: its texts come stripped, and folded if
letter case is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

BareDomain = Literal["that_domain", "that_domain_and_below"]
StarDomain = Literal["below", "below_and_d"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Texts that start and end so, and are at least as long as both together."""

    start: str
    end: str

    @classmethod
    def of(cls, pattern: str) -> Ends | str:
        """A pattern with a `*`, of which further ones are plain characters; a text: only that."""
        start, star, end = pattern.partition("*")
        return cls(start=start, end=end) if star else pattern

    def too_short(self) -> Iterator[str]:
        """The texts that start and end so but are shorter: the two overlap."""
        for length in range(1, min(len(self.start), len(self.end)) + 1):
            if self.start.endswith(self.end[:length]):
                yield self.start + self.end[length:]


ANY: Ends = Ends(start="", end="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Addresses with such a local part, before the last `@`, and such a domain after it."""

    local: Ends | str
    domain: Ends | str
    """The domain is never empty, except where the whole address is given."""


def alternatives(
    entry: str, *, bare_domain: BareDomain, star_domain: StarDomain
) -> Iterator[Alternative]:
    """The addresses that an entry includes."""
    local, at, domain = entry.rpartition("@")
    if not at:
        yield from _domains(entry, bare_domain, star_domain)
        return
    if entry.startswith("*@") and local == "*":
        if domain:
            yield Alternative(local=ANY, domain=domain)
        else:
            yield Alternative(local=local, domain=domain)
        return
    yield Alternative(local=local, domain=domain)
    if "*" in entry and domain and not entry.startswith("*@"):
        locals_ = Ends.of(local)
        yield Alternative(local=locals_, domain=Ends.of(domain))
        below = domain.removeprefix("*.")
        if star_domain == "below_and_d" and below and below != domain:
            yield Alternative(local=locals_, domain=below)


def _domains(entry: str, bare_domain: BareDomain, star_domain: StarDomain) -> Iterator[Alternative]:
    if entry:
        yield Alternative(local=ANY, domain=entry)
    if bare_domain == "that_domain_and_below":
        yield Alternative(local=ANY, domain=Ends(start="", end=f".{entry}"))
    if entry.startswith("*."):
        below = entry[2:]
        yield Alternative(local=ANY, domain=Ends(start="", end=f".{below}"))
        if star_domain == "below_and_d" and below:
            yield Alternative(local=ANY, domain=below)
