"""Buckets, log groups, tables and keys that outlive a stack: known by their ARNs, and deleted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.counted import counted
from mmctl.errors import CouldNot
from mmctl.live.aws.answers import writing
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY_DAYS: Final = 30
"""Days until a key is deleted: as long as AWS allows to change one's mind."""
_GONE: Final = frozenset(
    {"NoSuchBucket", "ResourceNotFoundException", "NotFoundException", "404", "NotFound"}
)


class KeptKind(StrEnum):
    """What holds data."""

    BUCKET = "bucket"
    LOG_GROUP = "log group"
    TABLE = "table"
    KEY = "key"


_MARKS: Final = (
    (":s3:::", KeptKind.BUCKET),
    (":log-group:", KeptKind.LOG_GROUP),
    (":table/", KeptKind.TABLE),
    (":key/", KeptKind.KEY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptThing:
    """One thing with data in it."""

    kind: KeptKind
    name: str
    arn: str


def kept_thing(arn: str) -> KeptThing | None:
    """What an ARN names, if that holds data."""
    for mark, kind in _MARKS:
        if mark in arn:
            name = arn.partition(mark)[2].removesuffix(":*")
            return KeptThing(kind=kind, name=name, arn=arn)
    return None


class KeptData:
    """Deletes data for good."""

    def __init__(self, open_client: Callable[[str], Any]) -> None:
        self._open = open_client

    def still_there(self, thing: KeptThing) -> bool:
        """Whether a thing is there, and not on its way out: tags are listed for a while longer.

        Raises:
            CouldNot: the service cannot be asked.
        """
        name, plain = thing.name, _plain(thing)
        match thing.kind:
            case KeptKind.BUCKET:
                s3 = self._open("s3")
                answer = _answered("HeadBucket", lambda: s3.head_bucket(Bucket=name))
            case KeptKind.LOG_GROUP:
                logs = self._open("logs")
                answer = _answered(
                    "ListTagsForResource", lambda: logs.list_tags_for_resource(resourceArn=plain)
                )
            case KeptKind.TABLE:
                tables = self._open("dynamodb")
                answer = _answered("DescribeTable", lambda: tables.describe_table(TableName=name))
            case KeptKind.KEY:
                keys = self._open("kms")
                answer = _answered("DescribeKey", lambda: keys.describe_key(KeyId=name))
            case _:
                assert_never(thing.kind)
        if answer is None:
            return False
        return not answer.get("KeyMetadata", {}).get("DeletionDate")

    def delete(self, thing: KeptThing) -> str | None:
        """Delete a thing with all that is in it; return what remains to be said of it.

        Raises:
            CouldNot: it could not be deleted.
        """
        name = thing.name
        match thing.kind:
            case KeptKind.BUCKET:
                s3 = self._open("s3")
                self._empty(s3, name)
                _answered("DeleteBucket", lambda: s3.delete_bucket(Bucket=name))
            case KeptKind.LOG_GROUP:
                logs = self._open("logs")
                _answered("DeleteLogGroup", lambda: logs.delete_log_group(logGroupName=name))
            case KeptKind.TABLE:
                tables = self._open("dynamodb")
                _answered("DeleteTable", lambda: tables.delete_table(TableName=name))
            case KeptKind.KEY:
                keys = self._open("kms")
                _answered(
                    "ScheduleKeyDeletion",
                    lambda: keys.schedule_key_deletion(KeyId=name, PendingWindowInDays=_KEY_DAYS),
                )
                return f"key {name} is deleted in {_KEY_DAYS} days"
            case _:
                assert_never(thing.kind)
        return None

    def _empty(self, client: Any, bucket: str) -> None:
        """Delete every version of every object.

        Raises:
            CouldNot: some are locked.
        """
        while True:
            page = _answered(
                "ListObjectVersions", lambda: client.list_object_versions(Bucket=bucket)
            )
            if page is None:
                return
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if not found:
                return
            objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            errors = _deleted(client, bucket, objects)
            if errors:
                raise CouldNot(
                    f"bucket {bucket} keeps {counted(len(errors), 'object')}: "
                    f"{errors[0].get('Message', '')}",
                    help="they are locked or a policy protects them; delete them when that ends",
                )


def _deleted(client: Any, bucket: str, objects: list[dict[str, str]]) -> list[dict[str, str]]:
    """Delete some versions; return the errors."""
    wanted = {"Objects": objects, "Quiet": True}
    answer = _answered("DeleteObjects", lambda: client.delete_objects(Bucket=bucket, Delete=wanted))
    return [*(answer or {}).get("Errors", ())]


def _plain(thing: KeptThing) -> str:
    return thing.arn.removesuffix(":*")


def _answered(name: str, call: Callable[[], Any]) -> dict[str, Any] | None:
    """The answer to a call; None: there is no such thing."""
    try:
        with writing(name):
            answer: dict[str, Any] = call()
            return answer
    except ServiceAnswer as answered:
        if answered.code in _GONE:
            return None
        help_ = f"allow the call {name}, then run this again"
        raise CouldNot(str(answered), help=help_) from answered
    except OutcomeUnknown as unknown:
        raise CouldNot(f"{name}: {unknown.message}", help="run this again") from unknown
