"""Pseudonyms instead of what is personal: addresses, domains, HELO names, client addresses.

The same value gets the same pseudonym throughout one output, and the same log gives the same
output. Which value a pseudonym stands for is not kept. Failures are texts of servers, in which
anything may stand: what looks like an address or a host is replaced in them too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from mmctl.operate.logs.records import IngressRecord, PolicyRecord, RuleRecord
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.records import ActionRecord, PolicyElement, Record

R = TypeVar("R", IngressRecord, PolicyRecord)

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

    def record(self, record: Record) -> Record:
        """A record in which nothing personal is left."""
        if isinstance(record, RuleRecord):
            return self._rule(record)
        if isinstance(record, PolicyRecord):
            return self._policy(record)
        return self._ingress(record)

    def message(self, message: LoggedMessage) -> LoggedMessage:
        """A message in whose records nothing personal is left."""
        accepted = message.accepted
        return replace(
            message,
            accepted=None if accepted is None else self._ingress(accepted),
            acted=tuple(map(self._rule, message.acted)),
            policy=tuple(map(self._policy, message.policy)),
        )

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

    def _ingress(self, record: IngressRecord) -> IngressRecord:
        certificate = record.certificate
        return replace(
            self._client(record),
            recipients=tuple(map(self.address, record.recipients)),
            certificate=None
            if certificate is None
            else {
                name: tuple(self._of("certificate", each) for each in values)
                for name, values in certificate.items()
            },
        )

    def _policy(self, record: PolicyRecord) -> PolicyRecord:
        return replace(
            self._client(record),
            recipient=self.address(record.recipient),
            elements=tuple(map(_without_values, record.elements)),
        )

    def _rule(self, record: RuleRecord) -> RuleRecord:
        action = record.action
        return replace(
            record,
            recipients=tuple(map(self.address, record.recipients)),
            action=None if action is None else _without_names(action),
        )

    def _client(self, record: R) -> R:
        ip, helo, mail_from = record.source_ip, record.helo, record.mail_from
        return replace(
            record,
            source_ip=ip if ip is None else self._of("client", ip),
            helo=helo if helo is None else f"{self._of('host', helo.lower())}.invalid",
            mail_from=mail_from if mail_from is None else self.address(mail_from),
        )


def _without_values(element: PolicyElement) -> PolicyElement:
    """An element without the values of its conditions: they may be addresses and networks."""
    told = tuple(
        (attribute, operator, (HIDDEN,) if values else (), result)
        for attribute, operator, values, result in element.conditions
    )
    return replace(element, conditions=told)


def _without_names(action: ActionRecord) -> ActionRecord:
    if action.failure is None:
        return action
    return replace(action, failure=_IN_FAILURE.sub(HIDDEN, action.failure))
