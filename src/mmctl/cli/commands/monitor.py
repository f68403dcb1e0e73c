"""`mmctl monitor`: alarms, dashboard and watchdog as a template of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.formats import Format
from mmctl.cli.result_table import MONITOR_TEMPLATE, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    import typer

TEMPLATE: Final = "template"


def monitor(
    run: Run,
    verb: Annotated[str, typer.Argument(metavar="VERB", help="template.")],
    install_from: Annotated[
        str | None,
        typer.Option(
            "--install-from",
            help="The requirement of pip that installs mmctl in the watchdog. Default: where this "
            "one is from.",
            metavar="REQUIREMENT",
        ),
    ] = None,
) -> int:
    """Write the template of alarms, dashboard and watchdog; the foundation has it too."""
    if verb != TEMPLATE:
        raise UsageError(f"got `monitor {verb}`", help=f"expected `monitor {TEMPLATE}`")
    project = run.project()
    from mmctl.cli.staging.foundation_template import monitoring_template

    if run.format is Format.HUMAN:
        run = replace(run, format=Format.YAML)
    if run.format not in MONITOR_TEMPLATE.writers:
        raise UsageError(f"got the format `{run.format}`", help="expected yaml or json")
    template, left_out = monitoring_template(run, project, install_from)
    if not template.resources():
        raise UsageError(
            f"environment {project.environment.name} is on this machine: nothing in AWS watches it",
            help="--env NAME, or mmctl logs --stats",
        )
    write(run, MONITOR_TEMPLATE, template)
    for sentence in left_out:
        run.say(f"note: {sentence}")
    return 0
