"""Which messages of a log are asked for: by id, envelope, HELO, client address, time or rule.

The records hold no subject, no header, no verdict and no answer of an add-on: nothing can be asked
about these.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import UsageError
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.records import IngressRecord, PolicyRecord, RuleRecord
from mmctl.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime
    from ipaddress import IPv4Network, IPv6Network

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.records import Record

LATER: Final = timedelta(days=1)
"""How long after a message came records of it may still be written: relays are tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMessages:
    """What is asked for; what is None or empty does not matter."""

    message_ids: tuple[str, ...] = ()
    mail_from: str | None = None
    """An address, `@domain`, or "" for the null sender."""
    recipient: str | None = None
    helo: str | None = None
    network: IPv4Network | IPv6Network | None = None
    since: datetime | None = None
    until: datetime | None = None
    rules: tuple[str, ...] = ()
    """Names of rules in the files, or as the log has them: one of them matched, or may have."""

    @property
    def by_client(self) -> bool:
        """Whether something is asked that only ingress and debug records say."""
        asked = (self.mail_from, self.recipient, self.helo, self.network)
        return any(each is not None for each in asked)

    @property
    def narrow(self) -> bool:
        """Whether some messages are asked for, and not all of a time."""
        return bool(self.message_ids) or self.by_client

    def may_be(self, record: Record) -> bool:
        """Whether a record shows that its message is asked for, as far as one record can."""
        match record:
            case RuleRecord():
                if self.message_ids:
                    return record.message_id in self.message_ids
                only = (self.mail_from, self.helo, self.network)
                if any(each is not None for each in only) or not self._in_time(record.at):
                    return False
                return self.recipient is not None and self._is_one(record.recipients)
            case IngressRecord():
                if self.message_ids and record.message_id not in self.message_ids:
                    return False
                return self._is_from(record, record.recipients) and self._in_time(record.at)
            case PolicyRecord():
                return self._is_from(record, (record.recipient,)) and self._in_time(record.at)
            case _:
                assert_never(record)

    def may_belong(self, at: datetime) -> bool:
        """Whether a record of some time can belong to a message that is asked for."""
        return (self.since is None or at >= self.since - LATER) and (
            self.until is None or at <= self.until + LATER
        )

    def is_met(self, message: LoggedMessage, names: LogNames) -> bool:
        """Whether a joined message is asked for."""
        if self.message_ids and message.id not in self.message_ids:
            return False
        if not self._in_time(message.at):
            return False
        if self.rules and not self._matched(message, names):
            return False
        client = message.client
        if client is None:
            only = (self.mail_from, self.helo, self.network)
            return all(each is None for each in only) and self._is_one(message.recipients)
        return self._is_from(client, message.recipients)

    def _matched(self, message: LoggedMessage, names: LogNames) -> bool:
        """Whether one of the rules in question matched a message, or may have."""
        if any(record.rule in self.rules for record in message.acted):
            return True
        named = MessageNames(message, names)
        asked = set(self.rules)
        return any(not asked.isdisjoint(named.of(record).names) for record in message.acted)

    def _in_time(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def _is_from(self, record: IngressRecord | PolicyRecord, recipients: tuple[str, ...]) -> bool:
        return (
            (self.mail_from is None or _is_address(self.mail_from, record.mail_from))
            and (self.helo is None or (record.helo or "").lower() == self.helo.lower())
            and (self.network is None or _is_within(record.source_ip, self.network))
            and self._is_one(recipients)
        )

    def _is_one(self, recipients: tuple[str, ...]) -> bool:
        return self.recipient is None or any(
            _is_address(self.recipient, each) for each in recipients
        )


def network_of(text: str, *, option: str) -> IPv4Network | IPv6Network:
    """The network that a text names: an address or CIDR.

    Raises:
        UsageError: it names none.
    """
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise UsageError(
            f"got `{option} {text}`", help="expected an address or a network: 192.0.2.0/24"
        ) from None


def _is_address(asked: str, address: str | None) -> bool:
    """Whether an address is the one asked for, in any letter case; `@domain` is all of a domain."""
    if address is None:
        return False
    asked, address = asked.lower(), address.lower()
    if asked in {"", "<>"}:
        return address in {"", "<>"}
    return address.endswith(asked) if asked.startswith("@") else address == asked


def _is_within(source_ip: str | None, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(source_ip or "") in network
    except ValueError:
        return False
