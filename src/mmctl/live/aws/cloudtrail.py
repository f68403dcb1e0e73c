"""Events of CloudTrail looked up page by page, through a boto3 client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import insist_on_whole_answers, reading, unreadable
from mmctl.live.state.service import ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_DENIED: Final = ("AccessDeniedException", "AccessDenied", "403")
_MOST: Final = 50
"""Events of a page: LookupEvents gives no more."""


class CloudTrail:
    """CloudTrail behind a client."""

    def __init__(self, client: Any) -> None:
        insist_on_whole_answers(client)
        self._client = client

    def page(
        self, name: str, since: datetime, until: datetime, token: str | None
    ) -> tuple[Sequence[str], str | None]:
        """A page of events of a name, each as JSON, and what asks for the next one.

        Raises:
            CouldNot: it cannot be asked.
        """
        wanted: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}],
            "StartTime": since,
            "EndTime": until,
            "MaxResults": _MOST,
        }
        if token is not None:
            wanted["NextToken"] = token
        try:
            with reading("LookupEvents"):
                answer = self._client.lookup_events(**wanted)
        except ServiceAnswer as answered:
            if answered.code in _DENIED:
                raise CouldNot(
                    "access to CloudTrail is denied",
                    help="allow cloudtrail:LookupEvents, or name files: --trail FILE, FOLDER or "
                    "s3://BUCKET/…",
                ) from answered
            raise unreadable(answered) from answered
        events = answer.get("Events", ())
        following = answer.get("NextToken")
        return [str(each.get("CloudTrailEvent", "")) for each in events], following or None
