"""What is asked of the archives of a service, and what it answers: the values of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

COMPLETED: Final = "COMPLETED"
OVER: Final = frozenset({COMPLETED, "FAILED", "CANCELLED"})
MOST_ROWS: Final = 1000
"""Rows of one search."""
MOST_DAYS: Final = 30
"""Days that one search may look at."""


class ArchiveService(Protocol):
    """The archive operations of one account and region.

    Every method raises ServiceAnswer for what the service answers instead, CouldNot if it cannot be
    asked and, where it starts or stops something, OutcomeUnknown.
    """

    def start_search(self, query: ArchiveSearch, most: int) -> str:
        """Start a search, and return its id."""

    def search(self, id: str) -> Mapping[str, Any]:
        """A search with its state, in the API's words; times are datetimes."""

    def rows(self, id: str) -> list[Mapping[str, Any]]:
        """The rows of a search that is completed."""

    def stop_search(self, id: str) -> None:
        """Stop a search."""

    def searches(self, archive_id: str) -> Iterator[Mapping[str, Any]]:
        """All searches of an archive."""

    def message(self, id: str) -> Mapping[str, Any]:
        """What is known of a message, and the URL of its bytes."""

    def download(self, url: str) -> bytes:
        """The bytes behind such a URL."""

    def start_export(self, query: ArchiveSearch, location: str, most: int | None) -> str:
        """Start an export to `s3://BUCKET/PREFIX`, and return its id."""

    def export(self, id: str) -> Mapping[str, Any]:
        """An export with its state."""

    def stop_export(self, id: str) -> None:
        """Stop an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSearch:
    """What is looked for in one archive: `since` and `until` are included."""

    archive_id: str
    since: datetime
    until: datetime
    filters: Mapping[str, Any]
    """In the API's form; empty: everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMail:
    """One archived message, as a row of a search tells it; None is not told."""

    id: str
    at: datetime | None
    header_from: str
    header_to: str
    cc: str
    subject: str
    date: str
    message_id: str
    attachments: bool | None
    mail_from: str | None
    recipients: tuple[str, ...]
    helo: str | None
    source_ip: str | None
    ingress_point_id: str | None


def mail_of(row: Mapping[str, Any]) -> ArchivedMail:
    """A row of a search as a value."""
    envelope = row.get("Envelope") or {}
    return ArchivedMail(
        id=str(row["ArchivedMessageId"]),
        at=row.get("ReceivedTimestamp"),
        header_from=row.get("From") or "",
        header_to=row.get("To") or "",
        cc=row.get("Cc") or "",
        subject=row.get("Subject") or "",
        date=row.get("Date") or "",
        message_id=row.get("MessageId") or "",
        attachments=row.get("HasAttachments"),
        mail_from=envelope.get("From"),
        recipients=tuple(envelope.get("To") or ()),
        helo=envelope.get("Helo"),
        source_ip=row.get("SenderIpAddress"),
        ingress_point_id=row.get("IngressPointId"),
    )
