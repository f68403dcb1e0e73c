"""Archives and address lists: where rules keep mail or look up addresses.

Like relays, both can be deleted while rules name them, unless references are strict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.emulator import import_jobs
from mmctl.emulator.resource import Body, Resource
from mmctl.emulator.service_error import conflict
from mmctl.model.kinds import Noun

if TYPE_CHECKING:
    from mmctl.emulator.call import Call
    from mmctl.emulator.store import StoredResource

DEFAULT_RETENTION: Final = {"RetentionPeriod": "SIX_MONTHS"}
"""The console's 180 days, and what Terraform's tests expect when none was given."""

PENDING_DELETION_SECONDS: Final = 30 * 24 * 3600


class AddressLists(Resource):
    """Address lists; their members are in `members`, the import of many in `import_jobs`."""

    def __init__(self) -> None:
        super().__init__(Noun.ADDRESS_LIST)

    def refuse_in_use(self, call: Call, record: StoredResource) -> None:
        """Refuse to delete a list during an import; look for rules that name it."""
        import_jobs.refuse_while_importing(call, record)
        super().refuse_in_use(call, record)

    def dispose(self, call: Call, record: StoredResource) -> None:
        """Remove the list and its import jobs."""
        import_jobs.remove_jobs(call, record)
        super().dispose(call, record)


class Archives(Resource):
    """Archives, which stay for 30 days after their deletion.

    Source: https://docs.aws.amazon.com/ses/latest/dg/eb-archiving.html
    """

    def __init__(self) -> None:
        super().__init__(Noun.ARCHIVE)

    def filled(self, call: Call, asked: Body, record: StoredResource) -> Body:
        """Fill in retention and state."""
        del call, record
        return {"Retention": DEFAULT_RETENTION, **asked, "ArchiveState": "ACTIVE"}

    def change(self, call: Call, record: StoredResource, changes: Body) -> None:
        """Change name or retention of an active archive."""
        if record.body["ArchiveState"] == "PENDING_DELETION":
            raise conflict(f"Archive {record.id} is PENDING_DELETION")
        super().change(call, record, changes)

    def dispose(self, call: Call, record: StoredResource) -> None:
        """Mark the archive and free its name; it disappears after 30 days."""
        if record.body["ArchiveState"] == "PENDING_DELETION":
            return
        record.body.update(ArchiveState="PENDING_DELETION", LastUpdatedTimestamp=call.now)
        record.name = record.token = None
        record.gone_at = call.now + PENDING_DELETION_SECONDS
        call.store.save(record)
