"""Mail in an archive of a project's embedded Mail Manager, as if it had come by SMTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mmctl.emulator.archive.keeping import ArchiveKeeper, archived_id
from mmctl.emulator.core import EmbeddedMailManager

if TYPE_CHECKING:
    from pathlib import Path

PLACE = {"account": "000000000000", "region": "us-east-1"}
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def archived(
    folder: Path,
    archive: str,
    content: bytes,
    *,
    name: str = "m1",
    sender: str = "a@example.org",
    recipients: tuple[str, ...] = ("info@example.com",),
    at: datetime | None = None,
) -> str:
    """Put a message into an archive, which is made if it is not there; return the message's id."""
    at = at or datetime.now(UTC)
    with EmbeddedMailManager(folder / ".mmctl/embedded.db", clock=lambda: at) as service:

        def call(operation: str, **parameters: Any) -> Any:
            return service.call(operation, parameters, **PLACE)

        found = {
            each["ArchiveName"]: each["ArchiveId"] for each in call("ListArchives")["Archives"]
        }
        id_ = found.get(archive) or call("CreateArchive", ArchiveName=archive)["ArchiveId"]
        points = call("ListIngressPoints")["IngressPoints"]
        point = points[0]["IngressPointId"] if points else None
        accepted = {
            "id": name,
            "at": at.isoformat(),
            **PLACE,
            "ingress_point": {"id": point},
            "rule_set": {"id": "rs-1"},
            "traffic_policy": {"id": "tp-1"},
            "session": {"source_ip": "192.0.2.7", "helo": "mail.example.org"},
            "tls": None,
            "envelope": {"mail_from": sender, "recipients": list(recipients)},
        }
    keeper = ArchiveKeeper(folder / ".mmctl/mail")
    keeper.keep(id_, accepted, content)
    keeper.close()
    return archived_id(id_, name)
