"""Metric filters: for each log group that receives logs, those whose records it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.kinds import Kind
from mmctl.operate.logs.metrics import METRICS
from mmctl.operate.templates.intrinsic import ref
from mmctl.operate.templates.naming import logical_id
from mmctl.operate.templates.template import TemplateResource
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.operate.logs.metrics import LogMetric

_LOG_GROUP: Final = ":log-group:"
MOST_FILTERS: Final = 100
"""How many metric filters a log group may have (PutMetricFilter, CloudWatch Logs API reference)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedGroup:
    """A log group, and the metrics that its records give."""

    name: str
    metrics: tuple[LogMetric, ...]


def group_of(arn: str) -> str | None:
    """The name of the log group that an ARN names; None: it is of something else."""
    name = arn.partition(_LOG_GROUP)[2].removesuffix(":*")
    return name or None


def watched_groups(desired: LiveConfiguration) -> tuple[WatchedGroup, ...]:
    """The log groups that receive logs of a gateway, by name."""
    found: dict[str, set[tuple[bool, str]]] = {}
    for thing in desired.objects:
        for log, arn in thing.logging.items():
            name = group_of(arn)
            if name is not None:
                of_points = thing.kind is Kind.INGRESS_POINT
                found.setdefault(name, set()).add((of_points, str(log)))
    return tuple(
        WatchedGroup(
            name=name,
            metrics=tuple(row for row in METRICS if (row.of_points, str(row.log)) in logs),
        )
        for name, logs in sorted(found.items())
    )


def filters_of(
    groups: tuple[WatchedGroup, ...], namespace: str, log_groups: Mapping[str, str]
) -> Iterator[TemplateResource]:
    """One resource for each metric filter."""
    for group in groups:
        in_template = log_groups.get(group.name)
        for row in group.metrics:
            yield TemplateResource(
                name=logical_id("Metric", f"{row.metric.value} {group.name}"),
                type="AWS::Logs::MetricFilter",
                comment=f"Counts {row.says}.",
                properties={
                    "LogGroupName": group.name if in_template is None else ref(in_template),
                    "FilterName": row.metric.value,
                    "FilterPattern": row.pattern,
                    "MetricTransformations": [_transformation(row, namespace)],
                },
            )


def _transformation(row: LogMetric, namespace: str) -> dict[str, object]:
    """What a filter publishes; one with dimensions may have no value for other records."""
    found: dict[str, object] = {
        "MetricName": row.metric.value,
        "MetricNamespace": namespace,
        "MetricValue": "1",
        "Unit": "Count",
    }
    if not row.dimensions:
        return found | {"DefaultValue": 0}
    dimensions = [{"Key": key, "Value": selector} for key, selector in row.dimensions.items()]
    return found | {"Dimensions": dimensions}
