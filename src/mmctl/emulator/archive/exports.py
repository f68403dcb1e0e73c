"""Exports of an archive: each message as an object in a bucket, with its metadata if asked for.

An object goes to the folder `s3/BUCKET/KEY` of the data folder, or to an S3 endpoint that the
caller of the embedded Mail Manager gave. The service does not document the keys: here
`PREFIX/EXPORT_ID/ARCHIVED_MESSAGE_ID.eml`, and `.json` beside it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.emulator.archive.jobs import JobKind, Jobs
from mmctl.emulator.archive.messages import metadata_of
from mmctl.emulator.archive.searches import envelope_of
from mmctl.emulator.service_error import invalid
from mmctl.model.quotas import ARCHIVE_EXPORTS, EXPORT_MESSAGES
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.emulator.archive.index import Archived, ArchiveIndex, ArchiveQuery
    from mmctl.emulator.call import Call
    from mmctl.emulator.resource import Body, Resource
    from mmctl.emulator.store import StoredResource

EXPORT: Final = JobKind(
    kind="ArchiveExport",
    id_member="ExportId",
    plural="Exports",
    first="QUEUED",
    working="PROCESSING",
    quota=ARCHIVE_EXPORTS,
    noun=ARCHIVE_EXPORTS.noun,
)
_SCHEME: Final = "s3://"
_FOLDER: Final = "s3"


class PutObject(Protocol):
    """Stores an object in a bucket.

    Raises:
        OSError: it could not; the message says why.
    """

    def __call__(self, bucket: str, key: str, content: bytes) -> None:
        """Store it."""
        ...


class ArchiveExports(Jobs):
    """The four operations on exports."""

    def __init__(self, archives: Resource) -> None:
        super().__init__(EXPORT, archives)

    def start(self, call: Call) -> Body:
        """Start an export."""
        most, limit = call.parameters.get("MaxResults", 0), call.most(EXPORT_MESSAGES)
        if not 0 <= most <= limit:
            raise invalid(f"MaxResults must be from 0 to {limit}")
        s3 = call.parameters["ExportDestinationConfiguration"].get("S3") or {}
        location = s3.get("S3Location", "")
        if any(part in {".", ".."} for part in location.removeprefix(_SCHEME).split("/")):
            raise invalid(f"Invalid S3Location '{location}'")
        if not location:
            raise invalid("S3Location must not be null")
        return self.begin(call)


def objects_below(data: Path) -> PutObject:
    """Store objects as files `s3/BUCKET/KEY` below a data folder."""

    def put(bucket: str, key: str, content: bytes) -> None:
        path = data / _FOLDER / bucket / key
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, content, mode=0o600)

    return put


def export_work(
    put: PutObject | None,
) -> Callable[[ArchiveIndex, ArchiveQuery, StoredResource], Body]:
    """Return what carries out an export; without `put`, only one that finds nothing can succeed."""

    def work(index: ArchiveIndex, wanted: ArchiveQuery, job: StoredResource) -> Body:
        location = job.body["ExportDestinationConfiguration"]["S3"]["S3Location"]
        bucket, _, prefix = location.removeprefix(_SCHEME).partition("/")
        folder = "/".join(part for part in (*prefix.split("/"), job.id) if part)
        try:
            for each in index.search(wanted):
                for end, content in _files(index, each, job.body.get("IncludeMetadata")):
                    if put is None:
                        raise OSError("there is no place for objects")  # noqa: TRY301
                    put(bucket, f"{folder}/{each.id}{end}", content)
        except OSError as error:
            reason = error.strerror or str(error)
            return {"State": "FAILED", "Error": f"Could not write to {location}: {reason}"}
        return {"State": "COMPLETED"}

    return work


def _files(
    index: ArchiveIndex, archived: Archived, metadata: bool | None
) -> list[tuple[str, bytes]]:
    content = index.content(archived)
    if content is None:
        return []
    files = [(".eml", content)]
    if metadata:
        members: dict[str, Any] = {
            "ArchivedMessageId": archived.id,
            "Metadata": metadata_of(archived),
            "Envelope": envelope_of(archived),
        }
        files.append((".json", json.dumps(members).encode()))
    return files
