"""Reading headers with mmctl against the standard library, in one process.

Both get whole messages and give From, To, Cc, Sender and Subject, decoded.
"""

from __future__ import annotations

import statistics
import sys
from email import policy
from email.errors import MessageError
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING, Final

from benchmarks.mail import mail
from benchmarks.measure import cpu, in_pairs
from benchmarks.result import Measured, alone
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: Final = ("from", "to", "cc", "sender", "subject")


def measured(quick: bool) -> Iterator[Measured]:
    """One row: how many times faster mmctl reads."""
    messages = [each.content for each in mail(100 if quick else 400)]
    same = sum(_plain(ours(message)) == _plain(theirs(message)) for message in messages)
    pairs = in_pairs(
        lambda: cpu(lambda: [ours(message) for message in messages]),
        lambda: cpu(lambda: [theirs(message) for message in messages]),
        5 if quick else 9,
    )
    fast, slow = (
        1e6 * statistics.median(costs) / len(messages) for costs in (pairs.ours, pairs.theirs)
    )
    yield Measured(
        row="headers",
        figure=pairs.faster,
        detail=f"{fast:,.0f} µs a message against {slow:,.0f} µs; "
        f"both read the same of {same} in {len(messages)} messages",
    )


def ours(message: bytes) -> list[str]:
    """The five fields by mmctl."""
    email = read_email(message)
    return [value for name in FIELDS for value in email.header_values(name, decoded=True)]


def theirs(message: bytes) -> list[str]:
    """The five fields by the standard library, which raises on some messages."""
    try:
        email = BytesHeaderParser(policy=policy.default).parsebytes(message)
        return [str(value) for name in FIELDS for value in email.get_all(name, ())]
    except (MessageError, ValueError, IndexError, AttributeError):
        return []


def _plain(values: list[str]) -> list[str]:
    """Values without what differs in writing: white space, quotes of display names."""
    return ["".join(value.replace('"', "").split()) for value in values]


if __name__ == "__main__":
    sys.exit(alone(measured))
