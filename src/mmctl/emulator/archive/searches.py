"""Searches of an archive: started, under way, and their rows for a day.

The service does not document how long rows can be had, nor with which error it refuses them later:
here a day, then ValidationException.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.archive.jobs import JobKind, Jobs
from mmctl.emulator.resource import Body, arn_of
from mmctl.emulator.service_error import conflict, invalid
from mmctl.model.quotas import ARCHIVE_SEARCHES, SEARCH_DAYS, SEARCH_ROWS

if TYPE_CHECKING:
    from mmctl.emulator.archive.index import Archived, ArchiveIndex, ArchiveQuery
    from mmctl.emulator.call import Call
    from mmctl.emulator.resource import Resource
    from mmctl.emulator.store import StoredResource

ROWS_SECONDS: Final = 24 * 3600
_DAY: Final = 24 * 3600

SEARCH: Final = JobKind(
    kind="ArchiveSearch",
    id_member="SearchId",
    plural="Searches",
    first="QUEUED",
    working="RUNNING",
    quota=ARCHIVE_SEARCHES,
    noun=ARCHIVE_SEARCHES.noun,
)


class ArchiveSearches(Jobs):
    """The five operations on searches."""

    def __init__(self, archives: Resource) -> None:
        super().__init__(SEARCH, archives)

    def start(self, call: Call) -> Body:
        """Start a search."""
        span = call.parameters["ToTimestamp"] - call.parameters["FromTimestamp"]
        days = call.most(SEARCH_DAYS)
        if span > days * _DAY:
            raise invalid(f"The time range must not be longer than {days} days")
        return self.begin(call)

    def results(self, call: Call) -> Body:
        """Return the rows of a search that is completed."""
        job = self.found(call)
        state = self.state(call, job)
        if state != "COMPLETED":
            raise conflict(f"Search {job.id} is {state}")
        if call.now > job.body["Completed"] + ROWS_SECONDS:
            raise invalid(f"The results of search {job.id} have expired")
        return {"Rows": [_row(each) for each in call.archived.by_ids(tuple(job.body["Found"]))]}


def search_work(index: ArchiveIndex, wanted: ArchiveQuery, job: StoredResource) -> Body:
    """Search; the ids that it found are kept with the job."""
    del job
    return {"State": "COMPLETED", "Found": [each.id for each in index.search(wanted)]}


MOST_ROWS: Final = SEARCH_ROWS.most


def envelope_of(archived: Archived) -> Body:
    """The SMTP envelope: all recipients that were accepted, whatever rules did with them."""
    accepted = archived.accepted
    envelope, session = accepted.get("envelope", {}), accepted.get("session", {})
    return {
        "Helo": session.get("helo"),
        "From": envelope.get("mail_from") or "",
        "To": list(envelope.get("recipients", ())),
    }


def source_arn_of(archived: Archived) -> str:
    """The ARN of the rule set that archived a message."""
    rule_set = archived.accepted.get("rule_set") or {}
    tail = f"mailmanager-rule-set/{rule_set.get('id')}"
    return arn_of(archived.region, archived.account, tail)


def _row(archived: Archived) -> dict[str, Any]:
    accepted = archived.accepted
    return {
        "ArchivedMessageId": archived.id,
        "ReceivedTimestamp": archived.received,
        **archived.head,
        "IngressPointId": (accepted.get("ingress_point") or {}).get("id"),
        "SenderIpAddress": (accepted.get("session") or {}).get("source_ip"),
        "Envelope": envelope_of(archived),
        "SourceArn": source_arn_of(archived),
    }
