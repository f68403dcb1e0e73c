"""What the stacks of an environment say: their outputs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused
from mmctl.language.stack import foundation_stack, staging_stack
from mmctl.operate.templates.tagging import ENVIRONMENT_TAG, PROJECT_TAG

if TYPE_CHECKING:
    from mmctl.language.project import Environment
    from mmctl.operate.stacks.service import StackService


def outputs_of(service: StackService, project: str, environment: Environment) -> dict[str, str]:
    """The outputs of the foundation and of the staging stack; of none if there is none.

    Raises:
        Refused: a stack of that name belongs to somebody else.
        CouldNot: the service cannot be asked.
    """
    found: dict[str, str] = {}
    for name in (
        foundation_stack(project, environment.name, environment.stack),
        staging_stack(project, environment.name, environment.stack),
    ):
        stack = service.stack(name)
        if stack is None or not stack.outputs:
            continue
        theirs = (stack.tags.get(PROJECT_TAG), stack.tags.get(ENVIRONMENT_TAG))
        if theirs != (project, environment.name):
            raise Refused(
                f"the stack `{name}` is not ours: its tags say {theirs[0] or 'nothing'}",
                why="what it says must not reach the rules of another project",
                help="give ours another name: `stack: {name: …}` of the environment",
            )
        found |= stack.outputs
    return found
