"""The archive operations of Mail Manager through botocore: searches, messages, exports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading, writing
from mmctl.live.aws.proxies import proxies_of
from mmctl.live.state.service import OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.live.state.service import Members

    Call = Callable[..., Members]
    Pages = Callable[..., Iterator[Members]]
    Download = Callable[[str], bytes]

DOWNLOAD: Final = "GetObject"
"""What Amazon S3 calls it."""
_TIMES: Final = frozenset(
    {"ReceivedTimestamp", "Timestamp", "SubmissionTimestamp", "CompletionTimestamp"}
)


class AwsArchives:
    """The archives of one account and region.

    `call` makes one call, `pages` yields what all pages of a list have, `download` gets the bytes
    behind a URL that the service gave.
    """

    def __init__(self, call: Call, pages: Pages, download: Download) -> None:
        self._call = call
        self._pages = pages
        self._download = download

    def start_search(self, query: Any, most: int) -> str:
        """Start a search, and return its id."""
        return self._started("StartArchiveSearch", "SearchId", query, MaxResults=most)

    def search(self, id: str) -> Mapping[str, Any]:
        """A search with its state."""
        with reading("GetArchiveSearch"):
            return _with_times(self._call("GetArchiveSearch", SearchId=id))

    def rows(self, id: str) -> list[Mapping[str, Any]]:
        """The rows of a search that is completed."""
        with reading("GetArchiveSearchResults"):
            answer = self._call("GetArchiveSearchResults", SearchId=id)
        return [_with_times(row) for row in answer.get("Rows") or ()]

    def stop_search(self, id: str) -> None:
        """Stop a search."""
        with writing("StopArchiveSearch"):
            self._call("StopArchiveSearch", SearchId=id)

    def searches(self, archive_id: str) -> Iterator[Mapping[str, Any]]:
        """All searches of an archive."""
        return self._pages("ListArchiveSearches", "Searches", ArchiveId=archive_id)

    def message(self, id: str) -> Mapping[str, Any]:
        """What is known of a message, and the URL of its bytes."""
        with reading("GetArchiveMessage"):
            return _with_times(self._call("GetArchiveMessage", ArchivedMessageId=id))

    def download(self, url: str) -> bytes:
        """The bytes behind such a URL."""
        return self._download(url)

    def start_export(self, query: Any, location: str, most: int | None) -> str:
        """Start an export to `s3://BUCKET/PREFIX`, and return its id."""
        more = {} if most is None else {"MaxResults": most}
        return self._started(
            "StartArchiveExport",
            "ExportId",
            query,
            ExportDestinationConfiguration={"S3": {"S3Location": location}},
            IncludeMetadata=True,
            **more,
        )

    def export(self, id: str) -> Mapping[str, Any]:
        """An export with its state."""
        with reading("GetArchiveExport"):
            return _with_times(self._call("GetArchiveExport", ExportId=id))

    def stop_export(self, id: str) -> None:
        """Stop an export."""
        with writing("StopArchiveExport"):
            self._call("StopArchiveExport", ExportId=id)

    def _started(self, operation: str, id_member: str, query: Any, **more: Any) -> str:
        filters = {"Filters": query.filters} if query.filters else {}
        with writing(operation):
            answer = self._call(
                operation,
                ArchiveId=query.archive_id,
                FromTimestamp=query.since,
                ToTimestamp=query.until,
                **filters,
                **more,
            )
        started = answer.get(id_member)
        if not isinstance(started, str):
            raise OutcomeUnknown(operation, "the answer has no id")
        return started


def _with_times(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with datetimes where the API has times, also in its inner structures."""
    return {name: _with_time(name, value) for name, value in answer.items()}


def _with_time(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _with_times(value)
    is_number = name in _TIMES and isinstance(value, int | float)
    return datetime.fromtimestamp(value, UTC) if is_number else value


def get(url: str, *, at_most: int) -> bytes:
    """Get what a pre-signed URL leads to, through the proxy that the environment names, if any.

    Raises:
        CouldNot: it cannot be had, or is too large.
    """
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - slow to import
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - slow to import
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - slow to import

    session = URLLib3Session(timeout=60, proxies=proxies_of(url))
    try:
        request = AWSRequest(method="GET", url=url, stream_output=True).prepare()
        answer = session.send(request)
        body = b"".join(_up_to(answer.raw, at_most))
    except HTTPClientError as error:
        where = url.partition("?")[0]
        raise CouldNot(f"{DOWNLOAD}: {error}".replace(url, where)) from error
    finally:
        session.close()
    return taken(answer.status_code, body, answer.headers.get("Content-Length"))


def taken(status: int, body: bytes, length: str | None = None) -> bytes:
    """The body of an answer to a download.

    Raises:
        CouldNot: it is an error, or less than it says.
    """
    if status != 200:  # noqa: PLR2004 - the one that has the message
        text = body[:500].decode("utf-8", "replace")
        raise CouldNot(f"{DOWNLOAD}: {status}: {text}", help="try again; the URL may have expired")
    if length is not None and length.isdecimal() and len(body) != int(length):
        raise CouldNot(f"{DOWNLOAD}: got {len(body)} of {length} bytes", help="try again")
    return body


def _up_to(raw: Any, at_most: int) -> Iterator[bytes]:
    size = 0
    for piece in raw.stream():
        size += len(piece)
        if size > at_most:
            raise CouldNot(f"{DOWNLOAD}: the message has more than {at_most} bytes")
        yield piece
