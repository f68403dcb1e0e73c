"""The answer to where a message is: values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime


class WhereState(StrEnum):
    """Where a message is for one recipient."""

    REFUSED = "refused"
    DELIVERED = "delivered"
    WAITING = "waiting"
    FAILED = "failed"
    DROPPED = "dropped"
    BOUNCED = "bounced"
    HELD = "held"
    """In an archive, and nothing delivers it: somebody can release it."""
    STORED = "stored"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedHandover:
    """What became of a message after an action: the embedded Mail Manager notes it."""

    state: WhereState
    """DELIVERED, WAITING or FAILED."""
    at: datetime
    target: str
    host: str
    recipients: tuple[str, ...]
    reply: str
    next: str | None = None
    """When it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InArchive:
    """A message in an archive, by the id that the archive gave it."""

    archive: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What is known of one message beyond its log records."""

    handed_on: tuple[NotedHandover, ...] = ()
    archived: tuple[InArchive, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientAt:
    """Where a message is for one recipient."""

    recipient: str
    state: WhereState
    by: str | None
    """The rule or statement that decided, in names of the files."""
    place: str | None
    """File and line of it."""
    target: str | None
    """Where it was taken: a relay, an archive, a bucket."""
    sentence: str
    release: str | None = None
    """The command that releases it, or finds it first."""
    one_of: tuple[str, ...] = ()
    """The rules of which one decided, where the log names a live rule that holds several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAt:
    """Where one message is."""

    id: str | None
    at: datetime
    mail_from: str | None
    ingress_point: str | None
    recipients: tuple[RecipientAt, ...]
    further: int = 0
    """Recipients who were not asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereAnswer:
    """All that was found."""

    found: int
    messages: tuple[MessageAt, ...]
    """The nearest in time, first."""
    reach: tuple[datetime, datetime] | None
    """From when to when the log has records, as far as it was read."""
    not_seen: str | None = None
    """One sentence if nothing was found."""
    near: tuple[str, ...] = ()
    """What was seen instead, of the same sender or recipient."""
