"""What watches an environment, as sections of a template: filters, alarms, dashboard, watchdog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.stack import stack_prefix
from mmctl.live.iam.trusting import Job, pipeline_role
from mmctl.model.endpoints import partition_of
from mmctl.operate.monitoring.alarms import alarms_of
from mmctl.operate.monitoring.changes import changes_rule
from mmctl.operate.monitoring.dashboard import dashboard_of
from mmctl.operate.monitoring.filters import filters_of, watched_groups
from mmctl.operate.monitoring.measures import Measured, namespace_of_project
from mmctl.operate.monitoring.scheduled import scheduled, scheduled_parameters, store_of
from mmctl.operate.templates.alarm_topic import alarm_topic
from mmctl.operate.templates.template import TemplateSection
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.operate.logs.metrics import Metric
    from mmctl.operate.monitoring.filters import WatchedGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the template of an environment counts, and why it leaves something out."""

    groups: tuple[WatchedGroup, ...]
    store: str | None
    left_out: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[Metric | Measured, ...]:
        """The metrics that it makes, each once."""
        of_logs = dict.fromkeys(row.metric for group in self.groups for row in group.metrics)
        return (*of_logs, *(Measured if self.store is not None else ()))


def is_watched(project: Project) -> bool:
    """Whether the environment is in AWS, where something can watch it."""
    return not project.environment.on_this_machine


def watched_of(project: Project, desired: LiveConfiguration, requirement: str | None) -> Watched:
    """What can be watched of an environment, with what is missing for the rest."""
    groups, store = watched_groups(desired), store_of(project)
    left_out = []
    if not groups:
        left_out.append(
            "no metric filters: no rule set or ingress point has `logging:` to a log group"
        )
    if store is None:
        left_out.append(
            "no watchdog: `snapshots:` of the environment is a folder, and AWS cannot read it; "
            "name a bucket: s3://BUCKET/PREFIX"
        )
    elif requirement is None:
        left_out.append(
            "no watchdog: it is unknown where this mmctl was installed from; "
            "`--install-from` names a requirement of pip"
        )
    return Watched(
        groups=groups,
        store=None if requirement is None else store,
        left_out=tuple(left_out),
    )


def stem_of(project: Project) -> str:
    """How the names of an environment's stacks, and of what watches it, begin."""
    environment = project.environment
    return stack_prefix(project.settings.project, environment.name, environment.stack)


def own_roles_of(project: Project) -> tuple[str, ...]:
    """The roles that mmctl changes an environment with: that of the files, that of its pipeline."""
    environment = project.environment
    named = [] if environment.role_arn is None else [environment.role_arn]
    if environment.stack is not None and environment.stack.ci and environment.account is not None:
        partition = partition_of(environment.region or "").id
        role = pipeline_role(stem_of(project), Job.APPLY)
        named.append(f"arn:{partition}:iam::{environment.account}:role/{role}")
    return tuple(named)


def monitoring_of(
    project: Project,
    desired: LiveConfiguration,
    *,
    requirement: str | None,
    log_groups: Mapping[str, str] | None = None,
) -> tuple[TemplateSection, ...]:
    """The sections that watch an environment; none where it is not in AWS.

    `requirement` installs mmctl in the watchdog, which is left out without one. `log_groups` has
    the logical ids of log groups in the same template.
    """
    if not is_watched(project):
        return ()
    environment, watched = project.environment, watched_of(project, desired, requirement)
    namespace, stem = namespace_of_project(project), stem_of(project)
    stack = environment.stack
    roles = own_roles_of(project)
    alarms = TemplateSection(
        title="Alarms",
        comment="Who hears of what, and the command that says more.",
        resources=(
            *alarms_of(watched.metrics, namespace, stem, environment.name),
            *changes_rule(roles, environment.name),
        ),
    )
    sections = [alarm_topic(None if stack is None else stack.alarms_to), alarms]
    if watched.groups:
        sections.append(
            TemplateSection(
                title="Metrics of the logs",
                comment="One filter a number; a live rule is one metric, by the name in the log.",
                resources=tuple(filters_of(watched.groups, namespace, log_groups or {})),
            )
        )
    if watched.metrics:
        dashboard = dashboard_of(
            desired, watched.metrics, namespace=namespace, stem=stem, environment=environment.name
        )
        sections.append(
            TemplateSection(
                title="Dashboard", comment="All numbers on one page.", resources=(dashboard,)
            )
        )
    if watched.store is not None and requirement is not None:
        sections.append(
            TemplateSection(
                title="Watchdog",
                comment="Runs `mmctl watchdog` each hour, from the history alone.",
                parameters=scheduled_parameters(requirement),
                resources=tuple(scheduled(project, desired, stem)),
            )
        )
    return tuple(sections)
