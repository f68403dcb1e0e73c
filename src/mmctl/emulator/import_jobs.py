"""Import jobs of address lists: created, given a file through a pre-signed URL, started, finished.

The addresses of an uploaded file wait as members of the job, and become members of the list when
the job completes. Sources: https://docs.aws.amazon.com/ses/latest/dg/eb-addlist.html (the two forms
of a file) and the API reference of the five operations. They do not say what the service does with
a file that it cannot use: here the job is FAILED, and `Error` says why.
"""

from __future__ import annotations

import csv
import hmac
import io
from codecs import BOM_UTF8
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from mmctl.emulator import paging
from mmctl.emulator.bodies import MOST_VALUES, TooManyValues, load_json
from mmctl.emulator.members import entry_fault
from mmctl.emulator.resource import Body, Resource, digest_of_request
from mmctl.emulator.service_error import ServiceError, conflict, not_found
from mmctl.emulator.store import Scope, StoredResource
from mmctl.model.kinds import Noun
from mmctl.model.quotas import IMPORT_JOBS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.emulator.call import Call
    from mmctl.emulator.store import ResourceStore

KIND: Final = "AddressListImportJob"
UPLOAD: Final = "PutObject"
"""What an upload through a pre-signed URL is called, as at Amazon S3."""
UPLOADS: Final = "address-list-imports"
"""Where pre-signed URLs lead: `embedded://address-list-imports/REGION/ACCOUNT/JOB?…`."""
SCHEME: Final = "embedded"
EXPIRES_SECONDS: Final = 3600
_ADDRESS: Final = "address"
_ITEMS: Final = "items"


class ImportJobs:
    """The operations on import jobs."""

    def __init__(self, lists: Resource) -> None:
        self._lists = lists

    def create(self, call: Call) -> Body:
        """Create a job; the same ClientToken with the same request gets the same answer."""
        of = self._lists.found(call)
        asked = {name: value for name, value in call.parameters.items() if name != "ClientToken"}
        token = call.parameters.get("ClientToken")
        request = digest_of_request(asked, token)
        job = call.store.by_token(call.scope, KIND, token, call.now) if token else None
        if job is None:
            id_ = call.new_id()
            body = {"JobId": id_, **asked, "Status": "CREATED", "CreatedTimestamp": call.now}
            job = StoredResource(
                kind=KIND,
                id=id_,
                arn=f"{of.arn}/import-job/{id_}",
                name=None,
                body=body | {"Signature": call.new_id() + call.new_id()},
                token=token,
                request=request,
            )
            call.store.insert(call.scope, job)
        elif job.request != request:
            raise conflict(f"ClientToken {token} was used with other parameters")
        return _shown(call, job)

    def get(self, call: Call) -> Body:
        """Return a job in its present state."""
        return _shown(call, _found(call))

    def list(self, call: Call) -> Body:
        """Return a page of the jobs of a list, oldest first."""
        of = self._lists.found(call)
        size, before = paging.page_size(call), paging.sequence_before(call)
        jobs = [job for job in _jobs_of(call, of.id) if job.sequence > before]
        answer: Body = {"ImportJobs": [_shown(call, job) for job in jobs[:size]]}
        if len(jobs) > size:
            answer["NextToken"] = paging.token(call, jobs[size - 1].sequence)
        return answer

    def start(self, call: Call) -> Body:
        """Begin to import what was uploaded."""
        job = _found(call)
        if job.body["Status"] != "CREATED":
            raise conflict(f"Import job {job.id} is {job.body['Status']}")
        running = [each for each in _jobs(call) if each.body["Status"] == "PROCESSING"]
        if len(running) >= call.most(IMPORT_JOBS):
            most = call.most(IMPORT_JOBS)
            raise call.over_quota(
                f"The account has reached its quota of {most} import jobs at once"
            )
        due = call.now + call.settle_seconds
        job.body |= {"Status": "PROCESSING", "StartTimestamp": call.now, "Due": due}
        call.store.save(job)
        return {}

    def stop(self, call: Call) -> Body:
        """Stop a job that is not done; none of its addresses are imported after that."""
        job = _found(call)
        if job.body["Status"] not in {"CREATED", "PROCESSING"}:
            raise conflict(f"Import job {job.id} is {job.body['Status']}")
        _end(call.store, job, "STOPPED", call.now)
        return {}


def refuse_while_importing(call: Call, of: StoredResource) -> None:
    """Refuse to delete a list during an import.

    Raises:
        ServiceError: a ConflictException.
    """
    for job in _jobs_of(call, of.id):
        if job.body["Status"] == "PROCESSING":
            raise conflict(f"AddressList {of.id} has the import job {job.id} under way")


def remove_jobs(call: Call, of: StoredResource) -> None:
    """Remove the jobs of a list together with it."""
    for job in list(_jobs_of(call, of.id)):
        call.store.remove(job)


def due(store: ResourceStore, scope: Scope, now: float) -> list[StoredResource]:
    """The jobs that should be done by now, but do not say so yet."""
    jobs = store.all(scope, KIND, now)
    return [job for job in jobs if job.body["Status"] == "PROCESSING" and job.body["Due"] <= now]


def finish(
    store: ResourceStore, scope: Scope, job: StoredResource, *, most: int, now: float
) -> None:
    """Make the uploaded addresses members of the list, at most `most`; or say why not."""
    of = store.by_id(scope, Noun.ADDRESS_LIST, job.body["AddressListId"], now)
    fault = job.body.get("UploadFault", "No file was uploaded" if "Failed" not in job.body else "")
    if of is None:
        fault = "The address list no longer exists"
    elif not fault and of.members + store.members_missing(job, of) > most:
        fault = f"The address list would have more than {most} addresses"
    if fault or of is None:
        _end(store, job, "FAILED", now, Error=fault)
        return
    store.copy_members(job, of, now)
    counts = {"ImportedItemsCount": job.body["Items"], "FailedItemsCount": job.body["Failed"]}
    _end(store, job, "COMPLETED", now, **counts)


def scope_of(url: str) -> Scope:
    """The account and region of a pre-signed URL.

    Raises:
        ServiceError: a NoSuchKey, the URL leads nowhere.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _no_such_key() from None
    place = [parts.netloc, *parts.path.strip("/").split("/")]
    if UPLOADS not in place or len(place) < place.index(UPLOADS) + 4:
        raise _no_such_key()
    region, account = place[place.index(UPLOADS) + 1 :][:2]
    return Scope(account=account, region=region)


def _no_such_key() -> ServiceError:
    return ServiceError("NoSuchKey", "The specified key does not exist.", 404)


def upload(call: Call) -> Body:
    """Keep the addresses of a file for the job of its URL; a later file replaces them.

    Raises:
        ServiceError: the URL was never issued, or is too old.
    """
    parts = urlsplit(call.parameters["Url"])
    job = call.store.by_id(call.scope, KIND, parts.path.rsplit("/", 1)[-1], call.now)
    signature = parse_qs(parts.query).get("X-Amz-Signature", [""])[0]
    if job is None or not hmac.compare_digest(job.body["Signature"].encode(), signature.encode()):
        message = "The request signature we calculated does not match the signature you provided."
        raise ServiceError("SignatureDoesNotMatch", message, 403)
    if call.now > job.body["CreatedTimestamp"] + EXPIRES_SECONDS:
        raise ServiceError("AccessDenied", "Request has expired", 403)
    if job.body["Status"] == "CREATED":
        _keep(call, job, call.parameters["Body"])
    return {}


def _keep(call: Call, job: StoredResource, body: bytes) -> None:
    call.store.clear_members(job)
    for member in ("UploadFault", "Items", "Failed"):
        job.body.pop(member, None)
    try:
        form = job.body["ImportDataFormat"]["ImportDataType"]
        addresses = _at_most(MOST_VALUES, _addresses(body, form))
    except (ValueError, csv.Error) as error:
        job.body["UploadFault"] = str(error)
    else:
        good = [address for address in addresses if entry_fault(address) is None]
        call.store.add_members(job, good, call.now)
        job.body |= {"Items": len(good), "Failed": len(addresses) - len(good)}
    call.store.save(job)


def _at_most(most: int, entries: Iterator[str]) -> list[str]:
    read = list(islice(entries, most + 1))
    if len(read) > most:
        raise ValueError(f"The file has more than {most} entries")
    return read


def _addresses(body: bytes, form: str) -> Iterator[str]:
    body = body.removeprefix(BOM_UTF8)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ValueError("The file is not UTF-8") from None
    if form == "JSON":
        yield from _of_json(body)
        return
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if _ADDRESS not in (rows.fieldnames or ()):
        raise ValueError("The file has no column `address`")
    for row in rows:
        yield row[_ADDRESS] or ""


def _of_json(body: bytes) -> Iterator[str]:
    try:
        document = load_json(body)
    except TooManyValues as error:
        raise ValueError(f"The file has {error}") from None
    except (ValueError, RecursionError):
        raise ValueError("The file is not JSON") from None
    items = document.get(_ITEMS) if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ValueError('The file has no list `items`, as in {"items": [{"address": "…"}]}')  # noqa: TRY004 - the file is wrong, not a caller
    for item in items:
        address = item.get(_ADDRESS) if isinstance(item, dict) else None
        yield address if isinstance(address, str) else ""


def _end(store: ResourceStore, job: StoredResource, status: str, now: float, **more: Any) -> None:
    job.body |= {"Status": status, "CompletedTimestamp": now, **more}
    store.clear_members(job)
    store.save(job)


def _shown(call: Call, job: StoredResource) -> Body:
    place = f"{UPLOADS}/{call.scope.region}/{call.scope.account}/{job.id}"
    signed = f"X-Amz-Expires={EXPIRES_SECONDS}&X-Amz-Signature={job.body['Signature']}"
    return {**job.body, "PreSignedUrl": f"{SCHEME}://{place}?{signed}"}


def _found(call: Call) -> StoredResource:
    id_ = call.parameters["JobId"]
    job = call.store.by_id(call.scope, KIND, id_, call.now)
    if job is None:
        raise not_found(f"Import job not found: {id_}")
    return job


def _jobs(call: Call) -> Iterator[StoredResource]:
    return call.store.all(call.scope, KIND, call.now)


def _jobs_of(call: Call, list_id: str) -> Iterator[StoredResource]:
    return (job for job in _jobs(call) if job.body["AddressListId"] == list_id)
