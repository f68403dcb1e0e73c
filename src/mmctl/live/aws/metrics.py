"""Metrics put into CloudWatch, through a boto3 client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading, unreadable
from mmctl.live.state.service import ServiceAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_DENIED: Final = ("AccessDenied", "AccessDeniedException", "403")


class Metrics:
    """CloudWatch behind a client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put(self, namespace: str, numbers: Mapping[str, float], at: datetime) -> None:
        """Put one value of each metric. Putting a value twice does no harm.

        Raises:
            CouldNot: they cannot be put.
        """
        data = [
            {"MetricName": name, "Timestamp": at, "Value": value, "Unit": "None"}
            for name, value in numbers.items()
        ]
        try:
            with reading("PutMetricData"):
                self._client.put_metric_data(Namespace=namespace, MetricData=data)
        except ServiceAnswer as answered:
            if answered.code in _DENIED:
                raise CouldNot(
                    f"access to metrics of `{namespace}` is denied",
                    help="allow cloudwatch:PutMetricData: mmctl plan --iam watchdog",
                ) from answered
            raise unreadable(answered) from answered
