"""A project → the environments of its pipeline, in the order in which a change reaches them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.language.stack import stack_prefix
from mmctl.live.iam.trusting import CODEBUILD, GITLAB, Job, pipeline_of, pipeline_role
from mmctl.model.endpoints import partition_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.language.project import Environment, Project, Settings

_GITLAB: Final = "gitlab.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStage:
    """What a pipeline does in one environment."""

    environment: str
    account: str
    region: str
    prefix: str
    """How the names of its stacks and roles begin."""
    before: str | None
    """The environment that a change comes from; None: it is the first."""
    approval: bool
    """Whether a person agrees to the plan before it is applied."""
    sends: bool
    """Whether the cases are sent as real mail after an apply."""
    sender: bool
    """Whether they are sent from inside the network."""
    plan_key: str | None
    """The key that signs plans."""
    passwords: tuple[str, ...]
    """The variables with SMTP passwords that an apply needs."""

    def role(self, job: Job) -> str:
        """The ARN of the role for a job in this environment."""
        name = pipeline_role(self.prefix, job)
        return f"arn:{partition_of(self.region).id}:iam::{self.account}:role/{name}"


def stages_of(project: Project) -> tuple[PipelineStage, ...]:
    """The environments with an account and a region, each after the one that it is `after`.

    Environments on this machine are no part of a pipeline: nothing of them outlives a job.
    """
    settings = project.settings
    reached = [each for each in settings.environments.values() if _is_reached(each)]
    names = {each.name for each in reached}
    after = {each.name: _after(each, names) for each in reached}
    ordered = _ordered([each.name for each in reached], after)
    return tuple(
        _stage(project, settings.environments[name], after[name], _later(settings, name))
        for name in ordered
    )


def left_out(project: Project) -> tuple[str, ...]:
    """The environments that a pipeline cannot reach, though they are not on this machine."""
    every = project.settings.environments.values()
    return tuple(
        each.name for each in every if each.endpoint is None and not (each.account and each.region)
    )


def gitlab_audience(named: Iterable[str]) -> str:
    """The audience of GitLab's tokens, as `stack: {ci: …}` names its host."""
    for text in named:
        if text.startswith(f"{GITLAB}:"):
            return f"https://{pipeline_of(text).host}"
    return f"https://{_GITLAB}"


def codepipeline_name(project: str, named: Iterable[str]) -> str:
    """The name of the pipeline in AWS: as `stack: {ci: …}` says it, else after the project."""
    for text in named:
        if text.startswith(f"{CODEBUILD}:"):
            return text.rpartition("/")[2]
    return f"{re.sub(r'[^A-Za-z0-9-]', '-', project)[:30]}-rules"


def pipelines_named(project: Project) -> tuple[str, ...]:
    """What all environments say under `stack: {ci: …}`."""
    stacks = [each.stack for each in project.settings.environments.values()]
    return tuple(text for stack in stacks if stack is not None for text in stack.ci)


def _is_reached(environment: Environment) -> bool:
    whole = environment.account is not None and environment.region is not None
    return whole and environment.endpoint is None


def _after(environment: Environment, names: set[str]) -> str | None:
    before = environment.after
    return before.environment if before is not None and before.environment in names else None


def _later(settings: Settings, name: str) -> list[Environment]:
    """The environments that come right after one."""
    return [
        each
        for each in settings.environments.values()
        if each.after is not None and each.after.environment == name
    ]


def _ordered(names: Sequence[str], after: dict[str, str | None]) -> list[str]:
    """The names, each behind what it is after; otherwise as the file has them."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        ready = [name for name in waiting if after[name] is None or after[name] in found]
        # Lint reports a circle; here it ends the wait.
        found += ready or waiting
        waiting = [name for name in waiting if name not in found]
    return found


def _stage(
    project: Project, environment: Environment, before: str | None, later: Sequence[Environment]
) -> PipelineStage:
    stack = environment.stack
    judged = any(each.after is not None and each.after.gate for each in later)
    sender = stack is not None and stack.sender
    return PipelineStage(
        environment=environment.name,
        account=environment.account or "",
        region=environment.region or "",
        prefix=stack_prefix(project.settings.project, environment.name, stack),
        before=before,
        approval=environment.protected or not later,
        sends=judged or (stack is not None and stack.mail_server is not None),
        sender=sender,
        plan_key=environment.plan_key,
        passwords=_passwords(project),
    )


def _passwords(project: Project) -> tuple[str, ...]:
    found = {each.smtp_password_env for each in project.ingress_points.values()}
    return tuple(sorted(name for name in found if name is not None))
