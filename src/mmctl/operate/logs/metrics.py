"""What CloudWatch counts in the logs: a row a metric, as filter pattern and as count of records.

A metric filter sees one record at a time. Each row says which records it counts twice: in the
pattern that goes into a template, and in Python, for `mmctl logs --stats`.
Patterns: "Filter pattern syntax", Amazon CloudWatch Logs User Guide.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.model.logs import ActionStatus, LogType
from mmctl.operate.logs.records import IngressRecord, PolicyRecord, RuleRecord
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from mmctl.operate.logs.records import Record

RELAY: Final = "RELAY"
"""The relay action in the spelling of the log."""
UNNAMED: Final = "unnamed"
"""Stands for a name that a record lacks; CloudWatch does not count such a record."""


class Metric(StrEnum):
    """The metrics of the logs."""

    ACCEPTED = "AcceptedMessages"
    ADMITTED = "AdmittedRecipients"
    REFUSED = "RefusedRecipients"
    RULE_HITS = "RuleHits"
    RELAY_FAILURES = "RelayFailures"
    ACTION_FAILURES = "ActionFailures"
    FAILURES_OF_RULES = "FailedActionsOfRules"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMetric:
    """One metric filter."""

    metric: Metric
    says: str
    """What the number means, in a line."""
    of_points: bool
    """Whether ingress points send its records; else rule sets do."""
    log: LogType
    pattern: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """The members of a record that tell its metrics apart; the service makes one for each value."""


METRICS: Final = (
    LogMetric(
        metric=Metric.ACCEPTED,
        says="messages that an ingress point accepted",
        of_points=True,
        log=LogType.APPLICATION_LOGS,
        pattern="{ $.message_id = * && $.ingress_point_name = * }",
        dimensions={"IngressPoint": "$.ingress_point_name"},
    ),
    LogMetric(
        metric=Metric.ADMITTED,
        says="recipients that a traffic policy admitted",
        of_points=True,
        log=LogType.TRAFFIC_POLICY_DEBUG_LOGS,
        pattern='{ $.traffic_policy_verdict = "ACCEPT" }',
    ),
    LogMetric(
        metric=Metric.REFUSED,
        says="recipients that a traffic policy refused",
        of_points=True,
        log=LogType.TRAFFIC_POLICY_DEBUG_LOGS,
        pattern='{ $.traffic_policy_verdict = "REJECT" }',
    ),
    LogMetric(
        metric=Metric.RULE_HITS,
        says="messages that a live rule matched, when its first action ended",
        of_points=False,
        log=LogType.APPLICATION_LOGS,
        pattern=(
            "{ $.rule_name = * && $.action_metadata.action_index = 1"
            ' && $.action_metadata.action_status != "IN_PROGRESS" }'
        ),
        dimensions={"RuleSet": "$.rule_set_name", "Rule": "$.rule_name"},
    ),
    LogMetric(
        metric=Metric.RELAY_FAILURES,
        says="relay actions that failed",
        of_points=False,
        log=LogType.APPLICATION_LOGS,
        pattern=(
            '{ $.action_metadata.action_status = "FAILURE"'
            ' && $.action_metadata.action_name = "RELAY" }'
        ),
    ),
    LogMetric(
        metric=Metric.ACTION_FAILURES,
        says="other actions that failed",
        of_points=False,
        log=LogType.APPLICATION_LOGS,
        pattern=(
            '{ $.action_metadata.action_status = "FAILURE"'
            ' && $.action_metadata.action_name != "RELAY" }'
        ),
    ),
    LogMetric(
        metric=Metric.FAILURES_OF_RULES,
        says="actions of a live rule that failed",
        of_points=False,
        log=LogType.APPLICATION_LOGS,
        pattern='{ $.rule_name = * && $.action_metadata.action_status = "FAILURE" }',
        dimensions={"RuleSet": "$.rule_set_name", "Rule": "$.rule_name"},
    ),
)
"""All metrics of logs; a log group may receive several logs, and no pattern takes two kinds."""
METRIC: Final = {row.metric: row for row in METRICS}

Counted = tuple[Metric, tuple[str, ...]]
"""A metric, and the values of its dimensions."""


def counted_in(record: Record, counts: Counter[Counted]) -> None:
    """Count a record in each metric whose filter matches it."""
    match record:
        case RuleRecord():
            if record.action is not None:
                _count_action(record, counts)
        case IngressRecord():
            if record.ingress_point:
                counts[Metric.ACCEPTED, (record.ingress_point,)] += 1
        case PolicyRecord():
            counts[Metric.ADMITTED if record.accepted else Metric.REFUSED, ()] += 1
        case _:
            assert_never(record)


def _count_action(record: RuleRecord, counts: Counter[Counted]) -> None:
    action = record.action
    if action is None:
        return
    rule = (record.rule_set or UNNAMED, record.rule) if record.rule else None
    if rule is not None and action.index == 1 and _has_ended(action.status):
        counts[Metric.RULE_HITS, rule] += 1
    if action.failed:
        is_relay = action.name == RELAY
        counts[Metric.RELAY_FAILURES if is_relay else Metric.ACTION_FAILURES, ()] += 1
        if rule is not None:
            counts[Metric.FAILURES_OF_RULES, rule] += 1


def _has_ended(status: str) -> bool:
    return bool(status) and status != ActionStatus.IN_PROGRESS
