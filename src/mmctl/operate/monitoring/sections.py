"""What watches an environment, as sections of a template: filters, alarms, dashboard, watchdog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.project import EMBEDDED
from mmctl.model.endpoints import is_loopback
from mmctl.operate.monitoring.alarms import TOPIC, alarms_of, topic_of
from mmctl.operate.monitoring.changes import changes_rule
from mmctl.operate.monitoring.dashboard import dashboard_of
from mmctl.operate.monitoring.filters import filters_of, watched_groups
from mmctl.operate.monitoring.measures import Measure, namespace_of_project
from mmctl.operate.monitoring.scheduled import scheduled, scheduled_parameters, store_of
from mmctl.operate.templates.intrinsic import ref
from mmctl.operate.templates.template import Output, TemplateSection
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
    def metrics(self) -> tuple[Metric | Measure, ...]:
        """The metrics that it makes, each once."""
        of_logs = dict.fromkeys(row.metric for group in self.groups for row in group.metrics)
        return (*of_logs, *(Measure if self.store is not None else ()))


def is_watched(project: Project) -> bool:
    """Whether the environment is in AWS, where something can watch it."""
    endpoint = project.environment.endpoint
    return endpoint != EMBEDDED and not is_loopback(endpoint or "")


def watched_of(project: Project, desired: LiveConfiguration) -> Watched:
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
    return Watched(groups=groups, store=store, left_out=tuple(left_out))


def stem_of(project: Project) -> str:
    """What names of a stack begin with: its name, or one made of project and environment."""
    stack = project.environment.stack
    if stack is not None and stack.name is not None:
        return stack.name
    return f"mmctl-{project.settings.project}-{project.environment.name}"


def monitoring_of(
    project: Project,
    desired: LiveConfiguration,
    *,
    requirement: str | None,
    own_roles: tuple[str, ...] = (),
    log_groups: Mapping[str, str] | None = None,
) -> tuple[TemplateSection, ...]:
    """The sections that watch an environment; none where it is not in AWS.

    `requirement` installs mmctl in the watchdog. `own_roles` are ARNs of roles that mmctl has
    beside `role_arn:`. `log_groups` has the logical ids of log groups in the same template.
    """
    if not is_watched(project):
        return ()
    environment, watched = project.environment, watched_of(project, desired)
    namespace, stem = namespace_of_project(project), stem_of(project)
    stack = environment.stack
    roles = (*own_roles, *([environment.role_arn] if environment.role_arn else []))
    alarms = TemplateSection(
        title="Alarms",
        comment="Who hears of what, and the command that says more.",
        resources=(
            *topic_of(stem, None if stack is None else stack.alarms_to),
            *alarms_of(watched.metrics, namespace, stem, environment.name),
            *changes_rule(roles, environment.name),
        ),
        outputs=(Output(name=f"{TOPIC}Arn", value=ref(TOPIC), comment="The topic of alarms"),),
    )
    sections = [alarms]
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
    if watched.store is not None:
        sections.append(
            TemplateSection(
                title="Watchdog",
                comment="Runs `mmctl watchdog` each hour, from the history alone.",
                parameters=scheduled_parameters(requirement),
                resources=tuple(scheduled(project, desired, stem)),
            )
        )
    return tuple(sections)
