"""The logs that Mail Manager's resources send, and what may receive them.

Sources: "Mail Manager logging", Amazon SES Developer Guide, and PutDeliverySource and
PutDeliveryDestination of the CloudWatch Logs API reference.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from mmctl.patterns import Pattern


class LogType(StrEnum):
    """What a log is about."""

    APPLICATION_LOGS = "APPLICATION_LOGS"
    """From an ingress point one record per message, from a rule set one per message and action."""
    TRAFFIC_POLICY_DEBUG_LOGS = "TRAFFIC_POLICY_DEBUG_LOGS"
    """From an ingress point one record per recipient, accepted or refused."""


class DestinationType(StrEnum):
    """What a log can be delivered to."""

    CLOUDWATCH_LOGS = "CWL"
    S3 = "S3"
    FIREHOSE = "FH"


class ActionStatus(StrEnum):
    """What a record of a rule set says became of an action."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    IN_PROGRESS = "IN_PROGRESS"


class PolicyVerdict(StrEnum):
    """What a debug record of a traffic policy says of a recipient."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"


_ARNS: Final = {
    DestinationType.CLOUDWATCH_LOGS: Pattern(
        r"arn:[a-z-]+:logs:[a-z0-9-]+:[0-9]{12}:log-group:[.\-_/#A-Za-z0-9]{1,512}"
    ),
    DestinationType.S3: Pattern(r"arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{2,62}(/.*)?"),
    DestinationType.FIREHOSE: Pattern(
        r"arn:[a-z-]+:firehose:[a-z0-9-]+:[0-9]{12}:deliverystream/[a-zA-Z0-9_.-]{1,64}"
    ),
}
_DELIVERY_DESTINATION: Final = Pattern(
    r"arn:[a-z-]+:logs:[a-z0-9-]+:[0-9]{12}:delivery-destination:[\w-]{1,60}", re.ASCII
)


def destination_type_of(arn: str) -> DestinationType | None:
    """What the ARN of a log group, bucket or stream names; None: none of these."""
    found = (type_ for type_, form in _ARNS.items() if form.fullmatch(bare_destination(arn)))
    return next(found, None)


def is_delivery_destination(arn: str) -> bool:
    """Whether an ARN names a destination that CloudWatch Logs already knows, in any account."""
    return _DELIVERY_DESTINATION.fullmatch(arn) is not None


def bare_destination(arn: str) -> str:
    """The ARN without the `:*` that CloudWatch Logs appends to those of log groups."""
    return arn.removesuffix(":*")


LOGS: Final = {
    "destination": LogType.APPLICATION_LOGS,
    "traffic_policy_debug_logs": LogType.TRAFFIC_POLICY_DEBUG_LOGS,
}
"""The members of `logging`, and the log type that each one is about."""
