"""Where logs go: `logging` of rule sets and ingress points, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.language.writing.parts import Data, text
from mmctl.model.logs import (
    LogType,
    bare_destination,
    destination_type_of,
    is_delivery_destination,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.text.placed import Table

LOGS: Final = {
    "destination": LogType.APPLICATION_LOGS,
    "traffic_policy_debug_logs": LogType.TRAFFIC_POLICY_DEBUG_LOGS,
}
"""The members of `logging`, and the log type that each one is about."""


def destinations(builder: Builder, table: Table) -> dict[str, str]:
    """Where the logs of a resource go, by log type."""
    found: dict[str, str] = {}
    for key, arn in table.get("logging", {}).items():
        if destination_type_of(arn) is None and not is_delivery_destination(arn):
            builder.report(
                "wrong-text",
                arn.position,
                f"got `{arn}`, expected the ARN of a log group, bucket or Firehose stream",
                help="such as `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, `arn:aws:s3:::BUCKET`, "
                "`arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME`",
            )
        found[LOGS[key].value] = bare_destination(arn)
    return found


def logging_to_file(logging: Mapping[str, str]) -> Data:
    """The member `logging`, where there is anything to say."""
    written = {key: text(logging[of]) for key, of in LOGS.items() if of in logging}
    return {"logging": written} if written else {}
