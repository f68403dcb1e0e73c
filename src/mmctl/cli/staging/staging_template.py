"""`mmctl staging template`: the CloudFormation template of an environment for integration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.result_table import STAGING_TEMPLATE, write
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from mmctl.cli.run import Run


def show_template(run: Run) -> int:
    """Write the template; nothing is asked and nothing is deployed."""
    from mmctl.operate.staging.sections import staging_template

    project = run.project()
    template = staging_template(project)
    if not template.sections:
        name = project.environment.name
        raise UsageError(
            f"environment `{name}` is not one for staging: it has no mail server and no sender",
            help="write `stack: {mail_server: …}` or `stack: {sender: true}` in `mmctl.yaml`, or "
            "name another: --env NAME",
        )
    write(run, STAGING_TEMPLATE, template)
    return 0
