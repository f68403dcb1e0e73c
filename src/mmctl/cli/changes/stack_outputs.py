"""The outputs of an environment's stacks, asked for once where its files use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.changes.around import may_ask
from mmctl.cli.run_profiles import with_run_profiles
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.language.project import Environment


def with_outputs(run: Run) -> Run:
    """The run in which the files have what the stacks of its environment say.

    CloudFormation is asked where the files use an output, and once. An environment on this machine
    has no stacks, unless a variable names a CloudFormation for it.

    Raises:
        UsageError, ProblemsFound: the project cannot be used.
        CouldNot, Refused: the stacks cannot be asked, or belong to another project.
    """
    project = with_run_profiles(run.sources().read_alone(run.environment)[0])
    environment = project.environment
    known = run.outputs or {}
    if not environment.stack_outputs or environment.name in known or not has_stacks(environment):
        return run
    from mmctl.live.aws.cloudformation import CloudFormation
    from mmctl.live.aws.connect import open_service
    from mmctl.operate.stacks.outputs import outputs_of

    service = CloudFormation(open_service(environment, "cloudformation"))
    found = outputs_of(service, project.settings.project, environment)
    return replace(run, outputs={**known, environment.name: found})


def has_stacks(environment: Environment) -> bool:
    """Whether there can be stacks of an environment: it is in AWS, or a variable names another."""
    return may_ask(environment, "cloudformation")
