"""Objects of one S3 bucket behind a boto3 client: conditional writes, reads whole or in parts.

`sessions.py` makes the client; `history/s3.py` decides what is kept in the bucket.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading, unreadable
from mmctl.live.state.service import ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIES: Final = 3
"""How often to ask for an answer whose body breaks off; botocore retries only the calls."""
_NOT_THERE: Final = "check its name, and `profile:` and `role_arn:` of the environment"
_PERMISSIONS: Final = {"ListObjectsV2": "s3:ListBucket", "CopyObject": "s3:PutObject"}
"""The permission for an operation, if it has another name."""
_DENIED: Final = ("AccessDenied", "403")
_UNREADABLE: Final = {
    "NoSuchKey": "no longer exists",
    "PreconditionFailed": "was changed while mmctl read it",
    "InvalidObjectState": "is archived: restore it first",
}
"""Errors about one object only; the others can still be read."""


class ObjectEntry(NamedTuple):
    """An object in a listing."""

    key: str
    size: int
    """Bytes."""
    version: str
    """Its ETag."""


class UnreadableObject(Exception):
    """One object cannot be read, and why; others can."""


class S3Bucket:
    """Objects of one bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    def place(self) -> str:
        """The bucket as a URL."""
        return f"s3://{self._bucket}"

    def exists(self) -> bool:
        """Whether there is such a bucket, and it may be used.

        Raises:
            CouldNot: it belongs to somebody else, or nobody answers.
        """
        try:
            with reading("HeadBucket"):
                self._client.head_bucket(Bucket=self._bucket)
        except ServiceAnswer as answered:
            if answered.code in {"404", "NoSuchBucket"}:
                return False
            raise self._could_not(answered) from answered
        return True

    def get(self, key: str) -> tuple[str, str] | None:
        """The text of an object and its version (ETag); None: there is none."""
        try:
            with reading("GetObject"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return answer["Body"].read().decode(), answer["ETag"]
        except ServiceAnswer as answered:
            if answered.code in {"NoSuchKey", "404"} or self._is_hidden(key, answered):
                return None
            raise self._could_not(answered) from answered

    def _is_hidden(self, key: str, answered: ServiceAnswer) -> bool:
        """Whether a refusal only hides that the object does not exist.

        S3 answers 403 for a missing key to a caller who may list only some prefixes.
        """
        if answered.code not in _DENIED:
            return False
        with suppress(CouldNot):
            return key not in dict(self.versions(key))
        return False

    def part(self, entry: ObjectEntry, start: int, end: int) -> bytes:
        """The bytes of an object from one offset to another, of the version that was listed.

        Raises:
            UnreadableObject: it is not there anymore, or cannot be read.
            CouldNot: the bucket cannot be used.
        """
        wanted = {"Range": f"bytes={start}-{end - 1}", "IfMatch": entry.version}
        try:
            with reading("GetObject"):
                return self._read(Bucket=self._bucket, Key=entry.key, **wanted)
        except ServiceAnswer as answered:
            if answered.code in _UNREADABLE:
                raise UnreadableObject(_UNREADABLE[answered.code]) from answered
            raise self._could_not(answered) from answered

    def _read(self, **wanted: str) -> bytes:
        """An answer with its whole body; if it breaks off, ask again."""
        from botocore.exceptions import HTTPClientError, IncompleteReadError  # noqa: PLC0415 - slow

        for _ in range(_TRIES - 1):
            answer = self._client.get_object(**wanted)
            with suppress(HTTPClientError, IncompleteReadError):
                return bytes(answer["Body"].read())
        return bytes(self._client.get_object(**wanted)["Body"].read())

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> str | None:
        """Write an object: always, only if it is `new`, or only `over` a version of it.

        Return its version; None: the condition does not hold.
        """
        condition = {"IfNoneMatch": "*"} if new else {"IfMatch": over} if over else {}
        try:
            with reading("PutObject"):
                answer = self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=text.encode(), **condition
                )
        except ServiceAnswer as answered:
            if condition and answered.code in {"PreconditionFailed", "ConditionalRequestConflict"}:
                return None
            raise self._could_not(answered) from answered
        return str(answer.get("ETag", ""))

    def entries(self, prefix: str) -> Iterator[ObjectEntry]:
        """The objects whose keys have a prefix, in the order of keys; one page in memory at a time.

        Raises:
            CouldNot: the bucket cannot be listed.
        """
        for page in self._pages(Prefix=prefix):
            for found in page.get("Contents", ()):
                yield ObjectEntry(found["Key"], found["Size"], found["ETag"])

    def _pages(self, **wanted: str) -> Iterator[Any]:
        more: dict[str, str] = {}
        while True:
            with self._asking("ListObjectsV2"):
                page = self._client.list_objects_v2(Bucket=self._bucket, **wanted, **more)
            yield page
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The keys with a prefix, in order, and the version of each (ETag)."""
        yield from [(entry.key, entry.version) for entry in self.entries(prefix)]

    def folders(self, prefix: str) -> Iterator[str]:
        """The parts of keys between a prefix and the next `/`, in order.

        Raises:
            CouldNot: the bucket cannot be listed.
        """
        for page in self._pages(Prefix=prefix, Delimiter="/"):
            for found in page.get("CommonPrefixes", ()):
                yield found["Prefix"].removeprefix(prefix).rstrip("/")

    def delete(self, key: str) -> None:
        """Delete an object; a missing one is already deleted."""
        with self._asking("DeleteObject"):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def copy(self, key: str, other: str) -> None:
        """Write the bytes of an object under another key too."""
        source = {"Bucket": self._bucket, "Key": key}
        with self._asking("CopyObject"):
            self._client.copy_object(Bucket=self._bucket, Key=other, CopySource=source)

    @contextmanager
    def _asking(self, operation: str) -> Iterator[None]:
        try:
            with reading(operation):
                yield
        except ServiceAnswer as answered:
            raise self._could_not(answered) from answered

    def _could_not(self, answered: ServiceAnswer) -> CouldNot:
        """A refusal of S3 as an error that says what to do about it."""
        if answered.code == "NoSuchBucket":
            return CouldNot(f"there is no bucket `{self._bucket}`", help=_NOT_THERE)
        if answered.code in _DENIED:
            allows = _PERMISSIONS.get(answered.operation, f"s3:{answered.operation}")
            return CouldNot(
                f"{answered.operation}: access to `{self.place}` is denied",
                help=f"allow {allows}, or check `profile:` and `role_arn:` of the environment",
            )
        return unreadable(answered)
