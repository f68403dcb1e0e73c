"""What searches and exports have in common: started, under way for a while, done or stopped.

A job is a row of the state; nothing runs between calls. A job takes as long as an ingress point to
change, and what it would have done by now is done by the next call that asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator import paging
from mmctl.emulator.archive.index import ArchiveQuery
from mmctl.emulator.archive.retention import SECONDS_OF
from mmctl.emulator.resource import Body, Resource, arn_of
from mmctl.emulator.service_error import conflict, invalid, not_found
from mmctl.emulator.store import StoredResource
from mmctl.model.kinds import Noun
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.emulator.archive.index import Archived
    from mmctl.emulator.call import Call
    from mmctl.emulator.store import ResourceStore, Scope
    from mmctl.model.quotas import Quota

REMEMBERED_SECONDS: Final = 30 * 24 * 3600
"""How long a job is listed. The service does not say."""
OVER: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """Searches or exports: their names in the API, and what limits them."""

    kind: str
    """How its rows are called, such as `ArchiveSearch`."""
    id_member: str
    plural: str
    first: str
    """The state after the start."""
    working: str
    """The state before the end."""
    quota: Quota
    noun: str


class Jobs:
    """The operations that searches and exports share."""

    def __init__(self, kind: JobKind, archives: Resource) -> None:
        self.kind = kind
        self._archives = archives

    def begin(self, call: Call) -> Body:
        """Start a job, unless as many as allowed are under way."""
        asked = call.parameters
        if asked["FromTimestamp"] > asked["ToTimestamp"]:
            raise invalid("FromTimestamp must not be after ToTimestamp")
        archive = self._archives.found(call)
        if archive.body["ArchiveState"] != "ACTIVE":
            message = f"Archive {archive.id} is {archive.body['ArchiveState']}"
            raise (conflict if "ConflictException" in call.declared else not_found)(message)
        most = call.most(self.kind.quota)
        if sum(_state(call, job) not in OVER for job in self._jobs(call)) >= most:
            raise call.over_quota(
                f"The account has reached its quota of {most} {self.kind.noun} at once"
            )
        id_ = call.new_id()
        body = {self.kind.id_member: id_, **asked, "Submitted": call.now}
        job = StoredResource(
            kind=self.kind.kind,
            id=id_,
            arn=arn_of(call.scope.region, call.scope.account, f"mailmanager-job/{id_}"),
            name=None,
            body=body | {"State": "", "Due": call.now + call.settle_seconds},
            gone_at=call.now + REMEMBERED_SECONDS,
        )
        call.store.insert(call.scope, job)
        return {self.kind.id_member: id_}

    def get(self, call: Call) -> Body:
        """Return a job in its present state."""
        return self._shown(call, self.found(call))

    def list(self, call: Call) -> Body:
        """Return a page of the jobs of an archive, oldest first."""
        of = self._archives.found(call)
        size, before = paging.page_size(call), paging.sequence_before(call)
        jobs = [
            job
            for job in self._jobs(call)
            if job.body["ArchiveId"] == of.id and job.sequence > before
        ]
        answer: Body = {self.kind.plural: [self._shown(call, job) for job in jobs[:size]]}
        if len(jobs) > size:
            answer["NextToken"] = paging.token(call, jobs[size - 1].sequence)
        return answer

    def stop(self, call: Call) -> Body:
        """Stop a job; one that is over stays as it is."""
        job = self.found(call)
        if _state(call, job) not in OVER:
            job.body |= {"State": "CANCELLED", "Completed": call.now}
            call.store.save(job)
        return {}

    def found(self, call: Call) -> StoredResource:
        """Return the job that the call is about; the operations declare no error for none."""
        id_ = call.parameters[self.kind.id_member]
        job = call.store.by_id(call.scope, self.kind.kind, id_, call.now)
        if job is None:
            raise invalid(f"There is no {self.kind.kind} with the id {id_}")
        return job

    def state(self, call: Call, job: StoredResource) -> str:
        """Return the state by now."""
        return _state(call, job) or self._passing(call, job)

    def _passing(self, call: Call, job: StoredResource) -> str:
        """The first half of the time it waits, then it works."""
        half = (job.body["Submitted"] + job.body["Due"]) / 2
        return self.kind.first if call.now < half else self.kind.working

    def _shown(self, call: Call, job: StoredResource) -> Body:
        status: Body = {
            "SubmissionTimestamp": job.body["Submitted"],
            "State": self.state(call, job),
        }
        if "Completed" in job.body:
            status["CompletionTimestamp"] = job.body["Completed"]
        if "Error" in job.body:
            status["ErrorMessage"] = job.body["Error"]
        return {**job.body, "Status": status}

    def _jobs(self, call: Call) -> Iterator[StoredResource]:
        return call.store.all(call.scope, self.kind.kind, call.now)


def _state(call: Call, job: StoredResource) -> str:
    del call
    return str(job.body["State"])


def due(store: ResourceStore, scope: Scope, kind: str, now: float) -> list[StoredResource]:
    """The jobs that should be done by now, but do not say so yet."""
    jobs = store.all(scope, kind, now)
    return [job for job in jobs if not job.body["State"] and job.body["Due"] <= now]


def wanted_of(
    store: ResourceStore, scope: Scope, job: StoredResource, most: int
) -> ArchiveQuery | None:
    """What a job asks for, within the retention of its archive; None: the archive is gone."""
    asked = job.body
    archive = store.by_id(scope, Noun.ARCHIVE, asked["ArchiveId"], asked["Due"])
    if archive is None or archive.body["ArchiveState"] != "ACTIVE":
        return None
    kept_since = asked["Due"] - SECONDS_OF[archive.body["Retention"]["RetentionPeriod"]]
    return ArchiveQuery(
        archive=archive.id,
        account=scope.account,
        region=scope.region,
        since=max(asked["FromTimestamp"], kept_since),
        until=asked["ToTimestamp"],
        filters=asked.get("Filters"),
        most=asked.get("MaxResults", most),
    )


def finish(
    store: ResourceStore, scope: Scope, job: StoredResource, done: Mapping[str, Any], now: float
) -> None:
    """Write the end of a job, unless somebody else did so, or it was stopped, meanwhile."""
    present = store.by_id(scope, job.kind, job.id, now)
    if present is not None and not present.body["State"]:
        present.body |= {"Completed": max(job.body["Due"], job.body["Submitted"]), **done}
        store.save(present)


def is_kept(call: Call, archived: Archived) -> bool:
    """Whether an archived message belongs to the caller, and its archive still keeps it."""
    if (archived.account, archived.region) != (call.scope.account, call.scope.region):
        return False
    archive = call.store.by_id(call.scope, Noun.ARCHIVE, archived.archive, call.now)
    if archive is None or archive.body["ArchiveState"] != "ACTIVE":
        return False
    return archived.received >= call.now - SECONDS_OF[archive.body["Retention"]["RetentionPeriod"]]
