"""What the person on the phone knows of a message: sender, recipient, about when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.operate.logs.asked import AskedMessages
from mmctl.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.operate.logs.messages import LoggedMessage

WITHIN: Final = timedelta(hours=24)
"""How far from the time that is asked for messages are looked for."""
SHOWN_AT_MOST: Final = 10
_NULL: Final = frozenset({"", "<>"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAddress:
    """An address, or a part of one, in any letter case."""

    text: str
    local: str | None = None
    """The part before the `@`, if only that is known."""

    @property
    def exact(self) -> str | None:
        """What a log is asked for: an address, `@domain`, or "" for the null sender."""
        return None if self.local is not None else self.text

    def is_met(self, address: str | None) -> bool:
        """Whether an address may be meant."""
        if self.local is None or address is None:
            return self.local is None
        return address.lower().rpartition("@")[0] == self.local


def asked_address(text: str, option: str) -> AskedAddress:
    """What a text means: `ann@example.org`, `@example.org`, `example.org`, `ann@`, `ann`, `<>`.

    Raises:
        UsageError: it means nothing.
    """
    said = text.strip()
    if said.startswith("<") and said.endswith(">"):
        said = said[1:-1].strip()
    if said in _NULL:
        return AskedAddress(text="")
    local, at, domain = said.rpartition("@")
    if any(each.isspace() for each in said) or (at and not local and not domain):
        raise UsageError(
            f"got `{option} {text}`", help="expected an address, @example.org, or ann@"
        )
    if at and not domain:
        return AskedAddress(text=said, local=local.lower())
    if at:
        return AskedAddress(text=said.lower())
    if "." in said:
        return AskedAddress(text=f"@{said.lower()}")
    return AskedAddress(text=said, local=said.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWhere:
    """A message that somebody asks about."""

    sender: AskedAddress | None = None
    recipient: AskedAddress | None = None
    around: datetime | None = None
    """None: now."""
    now: datetime
    within: timedelta = WITHIN

    @property
    def middle(self) -> datetime:
        """The time that is asked for."""
        return self.around or self.now

    @property
    def since(self) -> datetime:
        """The earliest time of what is looked for."""
        return self.middle - self.within

    @property
    def until(self) -> datetime:
        """The latest time of what is looked for."""
        return self.middle + self.within

    def in_log(self) -> AskedMessages:
        """The question to a log, as far as it can be asked there: `is_met` says the rest."""
        from_, to = self.sender, self.recipient
        return AskedMessages(
            mail_from=None if from_ is None else from_.exact,
            recipient=None if to is None else to.exact,
            since=self.since,
            until=self.until,
        )

    def is_met(self, message: LoggedMessage) -> bool:
        """Whether a message that the log found is asked for: parts of addresses are compared."""
        client = message.client
        mail_from = None if client is None else client.mail_from
        return (self.sender is None or self.sender.is_met(mail_from)) and (
            self.recipient is None or any(map(self.recipient.is_met, message.recipients))
        )

    def is_recipient(self, address: str) -> bool:
        """Whether a recipient of a message is asked for."""
        asked = self.recipient
        if asked is None:
            return True
        if asked.local is not None:
            return asked.is_met(address)
        folded = address.lower()
        return folded.endswith(asked.text) if asked.text.startswith("@") else folded == asked.text

    def nearest(self, message: LoggedMessage) -> timedelta:
        """How far a message is from the time that is asked for."""
        return abs(message.at - self.middle)
