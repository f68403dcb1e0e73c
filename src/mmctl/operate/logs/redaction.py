"""Pseudonyms instead of what is personal: addresses, domains, HELO names, client addresses.

The same value gets the same pseudonym throughout one output, and the same log gives the same
output. Which value a pseudonym stands for is not kept. Failures are texts of servers, in which
anything may stand: what looks like an address or a host is replaced in them too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.operate.logs.statistics import UNKNOWN_SENDER
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.operate.logs.outcomes import LoggedEnd
    from mmctl.operate.logs.statistics import LogStatistics
    from mmctl.operate.logs.told import ToldAction, ToldMessage, ToldRule

_IN_FAILURE: Final = Pattern(
    r"\S*@\S*|\S*[0-9a-fA-F]*:[0-9a-fA-F:.]*:\S*|\S*\d+\.\d+\.\d+\.\d+\S*|\S*[^\W\d]\.[^\W\d]\S*"
)
"""What may be personal in the text of a failure: addresses, networks, names with dots."""
HIDDEN: Final = "[redacted]"


@dataclass(slots=True)
class Pseudonyms:
    """Who has which pseudonym."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)

    def message(self, message: ToldMessage) -> ToldMessage:
        """A message in which nothing personal is left."""
        return replace(
            message,
            mail_from=None if message.mail_from is None else self.address(message.mail_from),
            helo=None if message.helo is None else self._host(message.helo),
            source_ip=None if message.source_ip is None else self._of("client", message.source_ip),
            ends=tuple(map(self._end, message.ends)),
            rules=tuple(map(self._rule, message.rules)),
        )

    def statistics(self, found: LogStatistics) -> None:
        """Leave nothing personal in the numbers of a log."""
        found.senders = self.senders(found.senders)
        failures: Counter[tuple[str, str, str]] = Counter()
        for (rule, action, reason), number in found.failures.items():
            failures[rule, action, without_names(reason)] += number
        found.failures = failures

    def senders(self, counted: Counter[str]) -> Counter[str]:
        """Senders with their numbers; the most frequent gets the first pseudonym."""
        order = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        return Counter({self.sender(sender): number for sender, number in order})

    def sender(self, sender: str) -> str:
        """The pseudonym of a sender that may be unknown."""
        return sender if sender == UNKNOWN_SENDER else self.address(sender)

    def address(self, address: str) -> str:
        """The pseudonym of an address; the null sender stays."""
        if address in {"", "<>"}:
            return address
        local, at, domain = address.rpartition("@")
        if not at:
            return self._of("person", address.lower())
        person = self._of("person", f"{local}@{domain.lower()}")
        return f"{person}@{self._of('domain', domain.lower())}.invalid"

    def _of(self, kind: str, value: str) -> str:
        found = self.known.get((kind, value))
        if found is None:
            self.numbers[kind] += 1
            found = self.known[kind, value] = f"{kind}-{self.numbers[kind]}"
        return found

    def _host(self, name: str) -> str:
        return f"{self._of('host', name.lower())}.invalid"

    def _addresses(self, addresses: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self.address, addresses))

    def _end(self, end: LoggedEnd) -> LoggedEnd:
        return replace(end, recipient=self.address(end.recipient), failed=())

    def _rule(self, rule: ToldRule) -> ToldRule:
        return replace(
            rule,
            recipients=self._addresses(rule.recipients),
            actions=tuple(map(self._action, rule.actions)),
        )

    def _action(self, told: ToldAction) -> ToldAction:
        failure = told.action.failure
        hidden = None if failure is None else without_names(failure)
        return replace(
            told,
            recipients=self._addresses(told.recipients),
            action=replace(told.action, failure=hidden),
        )


def without_names(text: str) -> str:
    """The text of a failure without what may be personal."""
    return _IN_FAILURE.sub(HIDDEN, text)
