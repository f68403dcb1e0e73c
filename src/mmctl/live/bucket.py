"""Objects of one S3 bucket behind a boto3 client, written on conditions.

The client is made in `aws.py`; what is kept in the bucket is decided in `s3.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.live.answers import asking, reading, unreadable
from mmctl.live.service import ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator


class S3Bucket:
    """Objects of one bucket, written on conditions."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    def place(self) -> str:
        """The bucket as a URL."""
        return f"s3://{self._bucket}"

    def get(self, key: str) -> tuple[str, str] | None:
        """The text of an object and its version (ETag); None: there is none."""
        try:
            with reading("GetObject"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return answer["Body"].read().decode(), answer["ETag"]
        except ServiceAnswer as answered:
            if answered.code in {"NoSuchKey", "404"}:
                return None
            raise unreadable(answered) from answered

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> bool:
        """Write an object: always, only if it is `new`, or only `over` a version of it."""
        condition = {"IfNoneMatch": "*"} if new else {"IfMatch": over} if over else {}
        try:
            with reading("PutObject"):
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=text.encode(), **condition
                )
        except ServiceAnswer as answered:
            if condition and answered.code in {"PreconditionFailed", "ConditionalRequestConflict"}:
                return False
            raise unreadable(answered) from answered
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys with a prefix, in order."""
        with asking("ListObjectsV2"):
            pages = self._client.get_paginator("list_objects_v2")
            found = [
                item["Key"]
                for page in pages.paginate(Bucket=self._bucket, Prefix=prefix)
                for item in page.get("Contents", [])
            ]
        yield from found

    def delete(self, key: str) -> None:
        """Take an object away; one that is not there is gone already."""
        with asking("DeleteObject"):
            self._client.delete_object(Bucket=self._bucket, Key=key)
