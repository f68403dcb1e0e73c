"""The stacks of an environment, as `plan --iam foundation` and `staging` see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.stack import foundation_stack, staging_stack
from mmctl.live.iam.deploying import DeployedStack
from mmctl.live.iam.policies import STAGING

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.operate.templates.template import Template


def policy_stacks(run: Run, project: Project, what: str) -> tuple[DeployedStack, ...]:
    """Return the name of each stack with the types and fixed names that its template has.

    Raises:
        ProblemsFound: the rules do not fit into the service.
    """
    from mmctl.cli.staging.foundation_template import foundation_template
    from mmctl.operate.staging.sections import staging_template

    environment = project.environment
    names = (project.settings.project, environment.name, environment.stack)
    made = foundation_template(run, project)
    found = [_stack(foundation_stack(*names), made.template, made.named)]
    if what == STAGING:
        found.append(_stack(staging_stack(*names), staging_template(project)))
    return tuple(found)


def _stack(name: str, template: Template, named: tuple[tuple[str, str], ...] = ()) -> DeployedStack:
    types = frozenset(each.type for each in template.resources())
    return DeployedStack(name=name, types=types, named=named)
