"""What the stacks of an environment say: addresses and ids of what they made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import CouldNot

if TYPE_CHECKING:
    from mmctl.language.project import Project


def stack_output(project: Project, name: str) -> str:
    """One output of the stacks of an environment.

    Raises:
        UsageError: the environment is on this machine.
        CouldNot: they cannot be asked, or have no such output.
        Refused: a stack of their name belongs to somebody else.
    """
    from mmctl.cli.changes.around import open_around
    from mmctl.live.aws.cloudformation import CloudFormation
    from mmctl.operate.stacks.outputs import outputs_of

    environment = project.environment
    client = open_around(
        environment,
        "cloudformation",
        why="it has no stacks",
        help="--env NAME, or a Maildir on this machine: --maildir FOLDER",
    )
    found = outputs_of(CloudFormation(client), project.settings.project, environment)
    if name not in found:
        raise CouldNot(
            f"the stacks of `{environment.name}` have no output `{name}`",
            help=f"deploy them: mmctl staging up --env {environment.name}",
        )
    return found[name]
