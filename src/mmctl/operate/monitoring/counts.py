"""How many of what a bill counts the template of an environment makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.kinds import Kind
from mmctl.model.rules import RuleSet
from mmctl.operate.logs.metrics import METRIC, Metric
from mmctl.operate.monitoring.alarms import ALARMS
from mmctl.operate.monitoring.sections import is_watched, watched_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project

RUNS_A_MONTH: Final = 730
"""The watchdog runs each hour; a month of AWS's prices has 730."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringCounts:
    """What is paid for by number."""

    metrics: int = 0
    """At most: a metric without values in an hour costs nothing in that hour."""
    alarms: int = 0
    dashboards: int = 0
    runs_a_month: int = 0


def counts_of(
    project: Project, desired: LiveConfiguration, requirement: str | None
) -> MonitoringCounts:
    """What the template of an environment makes."""
    if not is_watched(project):
        return MonitoringCounts()
    watched = watched_of(project, desired, requirement)
    rules = sum(
        len(each.shape.rules)
        for each in desired.of_kind(Kind.RULE_SET)
        if isinstance(each.shape, RuleSet)
    )
    points = sum(1 for _ in desired.of_kind(Kind.INGRESS_POINT))
    made = {each.value for each in watched.metrics}
    return MonitoringCounts(
        metrics=sum(_values(each.value, rules, points) for each in watched.metrics),
        alarms=sum(row.name in made for row in ALARMS),
        dashboards=1 if made else 0,
        runs_a_month=0 if watched.store is None else RUNS_A_MONTH,
    )


def _values(metric: str, rules: int, points: int) -> int:
    """How many metrics a name makes: one for each value of its dimensions."""
    row = METRIC[Metric(metric)] if metric in {*Metric} else None
    if row is None or not row.dimensions:
        return 1
    return points if row.of_points else rules
