"""Where logs go: `logging` of rule sets and ingress points, in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.logs import (
    LOGS,
    bare_destination,
    destination_type_of,
    is_delivery_destination,
)

if TYPE_CHECKING:
    from mmctl.language.parsing.shapes import Builder
    from mmctl.language.text.placed import Table


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
