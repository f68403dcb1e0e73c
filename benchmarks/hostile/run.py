"""Headers that are made to cost much: CPU time for a MiB, and how it grows with the size.

Each header section is read by each reader. Readers that need what others have read are charged for
that as well.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.hostile.shapes import headers
from benchmarks.measure import Ratio
from benchmarks.result import Measured, alone
from mmctl.mail.authenticate import Authenticator
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.reader import read_email
from mmctl.mail.records import ZoneRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MIB: Final = 1024 * 1024
GROWTH: Final = 4
"""How many times as much the larger message of a pair has."""
_SHOWN: Final = 8
_SOON: Final = 0.002
"""Seconds below which growth is not measured: it would be noise."""
_ZONE: Final = """
b. TXT "v=spf1 -all"
s._domainkey.b. TXT "v=DKIM1; p=YQ=="
_dmarc.b. TXT "v=DMARC1; p=none"
"""
_AUTHENTICATE: Final = Authenticator(ZoneRecords(_ZONE))


class Cost(NamedTuple):
    """What one reader takes for one header section."""

    milliseconds: float
    """For a MiB."""
    growth: float | None
    """The cost of a byte of the larger message over that of the smaller one."""
    reader: str
    header: str


def _texts(message: bytes) -> object:
    email = read_email(message)
    return [email.header_values(name, decoded=True) for name in email.headers]


def _addresses(message: bytes) -> object:
    email = read_email(message)
    return [email.addresses(name) for name in ("from", "sender", "to", "cc")]


def _authenticated(message: bytes) -> object:
    email = read_email(message)
    found = found_facts(email)
    envelope = Envelope(mail_from=found.envelope.mail_from or "a@b", recipients=("x@y",))
    session = Session(source_ip="192.0.2.1", helo="h")
    return _AUTHENTICATE(message, email, envelope, session, Facts())


READERS: Final[Mapping[str, Callable[[bytes], object]]] = {
    "fields": read_email,
    "size": lambda message: read_email(message).size,
    "texts": _texts,
    "addresses": _addresses,
    "notes": lambda message: read_email(message).notes,
    "facts": lambda message: found_facts(read_email(message)),
    "authentication": _authenticated,
}


def measured(quick: bool) -> Iterator[Measured]:
    """Two rows: the worst header, and the one whose cost grows most."""
    costs = sorted(_costs(MIB // 16 if quick else MIB // 4), reverse=True)
    growing = sorted((each for each in costs if each.growth), key=_growth, reverse=True)
    above = sum(each.milliseconds > 100 for each in costs)
    worst = "; ".join(
        f"{each.header} {each.milliseconds:,.0f} ({each.reader})" for each in costs[:_SHOWN]
    )
    yield Measured(
        row="hostile",
        figure=Ratio.of([costs[0].milliseconds]),
        detail=f"{len(costs):,} pairs of a header and a reader, {above} above 100 ms; the median "
        f"takes {costs[len(costs) // 2].milliseconds:.1f} ms. The worst: {worst}",
    )
    yield Measured(
        row="hostile-growth",
        figure=Ratio.of([_growth(growing[0])]),
        detail=f"{GROWTH} times as long; the worst is {growing[0].header} ({growing[0].reader})",
    )


def _growth(cost: Cost) -> float:
    return cost.growth or 0


def _costs(size: int) -> Iterator[Cost]:
    for name, header in headers():
        small, large = header(size // GROWTH), header(size)
        for reader, read in READERS.items():
            cost = min(_seconds(read, large) for _ in range(2)) / len(large)
            growth = None
            if cost * len(large) > _SOON * GROWTH:
                growth = cost / min(_seconds(read, small) / len(small) for _ in range(3))
            yield Cost(cost * MIB * 1000, growth, reader, name)


def _seconds(read: Callable[[bytes], object], message: bytes) -> float:
    start = time.process_time()
    read(message)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(alone(measured))
