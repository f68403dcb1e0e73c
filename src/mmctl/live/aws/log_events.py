"""The events of a log group of CloudWatch Logs, page by page, through a boto3 client.

FilterLogEvents is asked and not Logs Insights: it gives every event, in order, as soon as it is
there, and costs nothing for each look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import insist_on_whole_answers, reading, unreadable
from mmctl.live.state.service import ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_DENIED: Final = ("AccessDeniedException", "AccessDenied", "403")
_MISSING: Final = "ResourceNotFoundException"
_EPOCH_MS: Final = 1000


class LogEvent(NamedTuple):
    """One event."""

    id: str
    stream: str
    at: int
    """Milliseconds since 1970."""
    message: str


class LogGroup:
    """One log group behind a client."""

    def __init__(self, client: Any, name: str) -> None:
        insist_on_whole_answers(client)
        self._client = client
        self.name = name

    def events(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        term: str | None = None,
    ) -> Iterator[LogEvent]:
        """The events of a time, with a term in them if one is given; one page in memory.

        Raises:
            CouldNot: the group is not there, or cannot be read.
        """
        wanted: dict[str, Any] = {"logGroupName": self.name}
        if since is not None:
            wanted["startTime"] = int(since.timestamp() * _EPOCH_MS)
        if until is not None:
            wanted["endTime"] = int(until.timestamp() * _EPOCH_MS)
        if term is not None:
            wanted["filterPattern"] = f'"{term}"'
        token: dict[str, str] = {}
        while True:
            page = self._page(wanted | token)
            for event in page.get("events", ()):
                yield LogEvent(
                    id=str(event.get("eventId", "")),
                    stream=str(event.get("logStreamName", "")),
                    at=int(event.get("timestamp", 0)),
                    message=str(event.get("message", "")),
                )
            following = page.get("nextToken")
            if not following or {"nextToken": following} == token:
                return
            token = {"nextToken": following}

    def _page(self, wanted: dict[str, Any]) -> Any:
        try:
            with reading("FilterLogEvents"):
                return self._client.filter_log_events(**wanted)
        except ServiceAnswer as answered:
            if answered.code == _MISSING:
                raise CouldNot(
                    f"there is no log group `{self.name}`",
                    help="check its name, and `region:` and `profile:` of the environment",
                ) from answered
            if answered.code in _DENIED:
                raise CouldNot(
                    f"access to log group `{self.name}` is denied",
                    help="allow logs:FilterLogEvents, or check `profile:` and `role_arn:`",
                ) from answered
            raise unreadable(answered) from answered
