"""Headers that are made to cost much: CPU time for a MiB, and how it grows with the size.

Each header section is read by each reader. Readers that need what others have read are charged for
that as well, but not for what they do with any message.
"""

from __future__ import annotations

import gc
import sys
import time
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.headers.run import theirs
from benchmarks.hostile.judging import evaluated, forget, judged
from benchmarks.hostile.shapes import headers
from benchmarks.mail import mail
from benchmarks.measure import Ratio, watching_others
from benchmarks.result import Measured, alone
from mmctl.mail.authenticate import Authenticator
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.reader import read_email
from mmctl.mail.records import ZoneRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MIB: Final = 1024 * 1024
ORDINARY: Final = b"From: a@b\r\n\r\n"
EVALUATOR: Final = "evaluator"
GROWTH: Final = 4
"""How many times as much the larger message of a pair has."""
GARBAGE: Final = (500_000, 50, 100)
"""As the commands collect it (`mmctl.cli.start`)."""
READ_BY_RULES: Final = 400
"""Headers that are read by name: a rule set has at most 40 rules of 10 conditions."""
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
    names = islice(email.headers, READ_BY_RULES)
    return [email.header_values(name, decoded=True) for name in names]


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
    "judging": judged,
    EVALUATOR: evaluated,
}


def measured(quick: bool) -> Iterator[Measured]:
    """The worst header for what reads many messages, the worst for the evaluator, and growth."""
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    with watching_others() as others:
        ordinary = _ordinary()
        found = list(_costs(MIB // 16 if quick else MIB // 4, 6 if quick else 1))
    gc.set_threshold(*before)
    costs = sorted((each for each in found if each.reader != EVALUATOR), reverse=True)
    worst = costs[0].milliseconds
    above = sum(each.milliseconds > 100 for each in costs)
    yield Measured(
        row="hostile",
        figure=Ratio.of([worst / ordinary]),
        detail=f"{len(costs):,} pairs of a header and a reader; the median takes "
        f"{costs[len(costs) // 2].milliseconds:.1f} ms for a MiB, {above} take more than 100 ms, "
        f"the standard library {ordinary:,.0f} ms for ordinary headers. The worst: {_shown(costs)}",
    )
    yield Measured(
        row="hostile-time",
        figure=Ratio.of([worst]),
        detail="the same",
        others=others.too_much,
    )
    costs = sorted((each for each in found if each.reader == EVALUATOR), reverse=True)
    yield Measured(
        row="hostile-evaluator",
        figure=Ratio.of([costs[0].milliseconds / ordinary]),
        detail=f"the worst, in ms for a MiB: {_shown(costs)}",
    )
    growing = sorted((each for each in found if each.growth), key=_growth, reverse=True)
    yield Measured(
        row="hostile-growth",
        figure=Ratio.of([_growth(growing[0])]),
        detail=f"{GROWTH} times as long; the worst is {growing[0].header} ({growing[0].reader})",
        others=others.too_much,
    )


def _shown(costs: Sequence[Cost]) -> str:
    return "; ".join(
        f"{each.header} {each.milliseconds:,.0f} ({each.reader})" for each in costs[:_SHOWN]
    )


def _growth(cost: Cost) -> float:
    return cost.growth or 0


def _ordinary() -> float:
    """Milliseconds of the standard library for a MiB of ordinary headers."""
    headers = [each.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for each in mail(100)]
    taken = min(seconds(lambda _: [*map(theirs, headers)], b"") for _ in range(3))
    return taken / sum(map(len, headers)) * MIB * 1000


def _costs(size: int, step: int) -> Iterator[Cost]:
    """What each reader takes for every so many-th header section."""
    least = {
        reader: min(seconds(read, ORDINARY) for _ in range(5)) for reader, read in READERS.items()
    }
    for name, header in islice(headers(), 0, None, step):
        small, large = header(size // GROWTH), header(size)
        for reader, read in READERS.items():
            cost = min(seconds(read, large) for _ in range(2)) - least[reader]
            growth = None
            if cost > _SOON * GROWTH:
                shorter = min(seconds(read, small) for _ in range(3)) - least[reader]
                if shorter > _SOON:
                    growth = cost / len(large) / (shorter / len(small))
            yield Cost(cost / len(large) * MIB * 1000, growth, reader, name)


def seconds(read: Callable[[bytes], object], message: bytes) -> float:
    """CPU seconds that a reader takes."""
    if read is judged:
        forget()
    start = time.process_time()
    read(message)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(alone(measured))
