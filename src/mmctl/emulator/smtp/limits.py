"""How much clients may ask of the SMTP face at once."""

from __future__ import annotations

from collections import Counter
from typing import Final

MOST_CONNECTIONS: Final = 500
MOST_FROM_ONE_SOURCE: Final = 250
COMMAND_SECONDS: Final = 300.0
"""How long a client may be silent between two commands (RFC 5321 §4.5.3.2.7)."""
DATA_SECONDS: Final = 180.0
"""How long a client may be silent inside a message (RFC 5321 §4.5.3.2.5)."""
MESSAGE_SECONDS: Final = 3600.0
"""How long one message may take to come."""
MOST_ERRORS: Final = 20
"""How many mistakes a client may make in one connection."""
MOST_IDLE_COMMANDS: Final = 100
"""How many commands may come before the next message: NOOP, RSET, EHLO, …"""
MOST_LOGINS: Final = 3
"""How many wrong passwords there may be in one connection."""
LONGEST_COMMAND: Final = 2048
"""Octets of a command; RFC 5321 §4.5.3.1.4 demands 512."""
LONGEST_LOGIN: Final = 12_288
"""Octets of AUTH and its answers (RFC 4954 §4)."""
LONGEST_FACTS: Final = 65_536
"""Octets of XMMFACTS."""
LONGEST_LINE: Final = 65_536
"""Octets of a line of a message; RFC 5321 §4.5.3.1.6 demands 1,000, and many send more."""
MOST_UNFINISHED: Final = 256 * 1024 * 1024
"""Octets of all messages together that have not come completely."""


class Connections:
    """Counts the connections of all ingress points."""

    def __init__(
        self, most: int = MOST_CONNECTIONS, most_from_one: int = MOST_FROM_ONE_SOURCE
    ) -> None:
        self._most, self._most_from_one = most, most_from_one
        self._by_source: Counter[str] = Counter()
        self._open = 0

    def enter(self, source: str) -> str | None:
        """Count a connection; the reply to one too many, which must leave too."""
        self._open += 1
        self._by_source[source] += 1
        if self._open > self._most:
            return "421 4.3.2 too many connections, try again later"
        if self._by_source[source] > self._most_from_one:
            return "421 4.7.0 too many connections from your address, try again later"
        return None

    def leave(self, source: str) -> None:
        """A connection ended."""
        self._open -= 1
        self._by_source[source] -= 1
        if not self._by_source[source]:
            del self._by_source[source]


class Room:
    """Counts the octets of messages that have not come completely."""

    def __init__(self, most: int = MOST_UNFINISHED) -> None:
        self.left = most
