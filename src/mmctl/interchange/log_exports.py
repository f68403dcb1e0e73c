"""Log deliveries as infrastructure code has them: shared destinations, source and delivery per log.

Nothing here knows a format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.model.logs import LogType, is_delivery_destination
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.interchange.things import ApiObject

_WORDS: Final = {
    LogType.APPLICATION_LOGS: "application",
    LogType.TRAFFIC_POLICY_DEBUG_LOGS: "debug",
}
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExport:
    """One delivered log of one object."""

    thing: ApiObject
    log_type: LogType
    source: str
    """A name for the delivery source."""
    receiver: str
    """The ARN of the log group, bucket or stream, or of a delivery destination elsewhere."""

    @property
    def word(self) -> str:
        """The type of the log in one word: `application`, `debug`."""
        return _WORDS[self.log_type]


def exported_logs(things: Sequence[ApiObject], project: str) -> list[LogExport]:
    """The delivered logs, in the order of the objects."""
    return [
        LogExport(
            thing=thing,
            log_type=of,
            source=_name(project, f"{thing.kind.noun}-{thing.name}", _WORDS[of]),
            receiver=thing.logging[of],
        )
        for thing in things
        for of in LogType
        if of in thing.logging
    ]


def destinations(logs: Sequence[LogExport], project: str) -> Mapping[str, str]:
    """Names for the destinations to create, by the ARN of what receives the logs."""
    receivers = dict.fromkeys(
        log.receiver for log in logs if not is_delivery_destination(log.receiver)
    )
    return {arn: _name(project, "logs", str(number)) for number, arn in enumerate(receivers, 1)}


def _name(project: str, name: str, ending: str) -> str:
    """A name that CloudWatch Logs accepts: letters, digits, `_` and `-`."""
    start = re.sub(r"[^A-Za-z0-9_-]", "-", f"{project}-{name}")
    return f"{start[: _LONGEST_NAME - len(ending) - 1]}-{ending}"
