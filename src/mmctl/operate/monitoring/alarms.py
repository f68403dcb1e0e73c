"""Alarms: each is a row with the command that says what is wrong, and a topic that tells people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.logs.metrics import Metric
from mmctl.operate.monitoring.measures import Measured
from mmctl.operate.templates.alarm_topic import ALARM_TOPIC
from mmctl.operate.templates.intrinsic import ref
from mmctl.operate.templates.naming import logical_id
from mmctl.operate.templates.template import TemplateResource
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOUR: Final = 3600
_FIVE_MINUTES: Final = 300
RUN_MISSED: Final = 3 * HOUR
"""For so long no run of the watchdog may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """When an alarm fires, and what to do then."""

    metric: Metric | Measured
    when: str
    """When it fires, in a line."""
    command: str
    """What to run then; `ENV` stands for the environment."""
    period: int
    statistic: str = "Sum"
    threshold: int = 1
    comparison: str = "GreaterThanOrEqualToThreshold"
    missing: str = "notBreaching"

    @property
    def name(self) -> str:
        """The name of the metric that it looks at."""
        return self.metric.value


def _found(measure: Measured, when: str, command: str) -> AlarmRow:
    """An alarm of the watchdog: it keeps its state until the next run."""
    return AlarmRow(
        metric=measure,
        when=when,
        command=command,
        period=HOUR,
        statistic="Maximum",
        missing="ignore",
    )


ALARMS: Final = (
    AlarmRow(
        metric=Metric.RELAY_FAILURES,
        when="a relay action failed",
        command="mmctl logs --env ENV --since 1h --stats",
        period=_FIVE_MINUTES,
    ),
    AlarmRow(
        metric=Metric.ACTION_FAILURES,
        when="an action other than a relay failed",
        command="mmctl logs --env ENV --since 1h --stats",
        period=_FIVE_MINUTES,
    ),
    AlarmRow(
        metric=Measured.RUNS,
        when="the watchdog has not run for three hours",
        command="mmctl watchdog --env ENV",
        period=RUN_MISSED,
        comparison="LessThanThreshold",
        missing="breaching",
    ),
    _found(Measured.BLIND, "the watchdog could not look at something", "mmctl watchdog --env ENV"),
    _found(Measured.UNDELIVERED, "mail was accepted and lost", "mmctl logs --env ENV --since 2h"),
    _found(
        Measured.DISAGREEMENTS,
        "the log and simulation disagree",
        "mmctl logs --env ENV --since 2h --compare",
    ),
    _found(Measured.DRIFT, "something was changed by hand", "mmctl drift --env ENV --cloudtrail"),
    _found(
        Measured.UNFINISHED,
        "an apply or rollback stopped part-way",
        "mmctl history --env ENV",
    ),
    _found(Measured.QUOTAS, "a quota is near its limit", "mmctl budget --env ENV"),
    _found(
        Measured.SILENT,
        "an ingress point is silent, and was not at this hour of the last weeks",
        "mmctl doctor --env ENV",
    ),
)
"""The alarms, in the order of the manual."""


def alarms_of(
    metrics: Iterable[Metric | Measured], namespace: str, stem: str, environment: str
) -> Iterator[TemplateResource]:
    """The alarms about the metrics that a template makes."""
    made = {each.value for each in metrics}
    for row in ALARMS:
        if row.name in made:
            yield TemplateResource(
                name=logical_id("Alarm", row.name),
                type="AWS::CloudWatch::Alarm",
                comment=f"Fires when {row.when}.",
                properties={
                    "AlarmName": f"{stem}-{row.name}",
                    "AlarmDescription": f"{row.when}: {row.command.replace('ENV', environment)}",
                    "Namespace": namespace,
                    "MetricName": row.name,
                    "Statistic": row.statistic,
                    "Period": row.period,
                    "EvaluationPeriods": 1,
                    "Threshold": row.threshold,
                    "ComparisonOperator": row.comparison,
                    "TreatMissingData": row.missing,
                    "AlarmActions": [ref(ALARM_TOPIC)],
                    "OKActions": [ref(ALARM_TOPIC)],
                },
            )
