"""Reading headers with mmctl against the standard library, in one process, in turn.

    python benchmarks/headers/run.py [--messages 400] [--rounds 9]

Both get whole messages and give From, To, Cc, Sender and Subject, decoded. They take turns, so that
they have the machine as it is just then; what counts is the median of the ratios of CPU time.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from email import policy
from email.errors import MessageError
from email.parser import BytesHeaderParser
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from mail import messages
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Callable

AT_LEAST: Final = 30
"""The ratio that is promised."""
FIELDS: Final = ("from", "to", "cc", "sender", "subject")


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


def main() -> int:
    """Print the ratios; 1 where they are below what is promised."""
    parser = argparse.ArgumentParser(description="reading headers against the standard library")
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    mail = messages(options.messages)
    same = sum(_plain(ours(message)) == _plain(theirs(message)) for message in mail)
    rounds = [(_seconds(ours, mail), _seconds(theirs, mail)) for _ in range(options.rounds)]
    ratio = statistics.median(slow / fast for fast, slow in rounds)
    fast, slow = (statistics.median(column) for column in zip(*rounds, strict=True))
    count, size = len(mail), sum(map(len, mail)) / len(mail) / 1000
    print(f"headers of {count} messages of {size:.0f} KB (medians of {len(rounds)} rounds)")
    print(f"standard library: {1e6 * slow / count:,.0f} µs a message")
    print(f"mmctl:            {1e6 * fast / count:,.0f} µs a message, {ratio:.0f} times faster")
    print(f"both read the same of {same} messages")
    print(f"promised: {AT_LEAST} times")
    print(f"mmctl {version('mmctl')}, Python {platform.python_version()},")
    print(f"{platform.machine()}, {os.cpu_count()} processors")
    return int(ratio < AT_LEAST)


def _plain(values: list[str]) -> list[str]:
    """Values without what differs in writing: white space, quotes of display names."""
    return ["".join(value.replace('"', "").split()) for value in values]


def _seconds(read: Callable[[bytes], list[str]], mail: list[bytes]) -> float:
    """CPU time to read all messages."""
    start = time.process_time()
    for message in mail:
        read(message)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
