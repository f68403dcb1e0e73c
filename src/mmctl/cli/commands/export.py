"""`mmctl export`: the desired configuration in the formats of other tools."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.formats import Format
from mmctl.cli.result_table import API_JSON, CLOUDFORMATION, TERRAFORM, write
from mmctl.cli.run import Run
from mmctl.errors import MmctlError, ProblemsFound, UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    import typer

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.interchange.exported import Exported
    from mmctl.model.kinds import Kind

TARGETS: Final = {
    "api-json": API_JSON,
    "cloudformation": CLOUDFORMATION,
    "terraform": TERRAFORM,
}
"""What the configuration can be written as; the first format is the default."""


def export(
    run: Run,
    to: Annotated[
        str | None,
        typer.Option("--to", help="api-json, cloudformation or terraform.", metavar="KIND"),
    ] = None,
) -> int:
    """Write the desired configuration for CloudFormation, Terraform or the API."""
    from mmctl.counted import counted

    if to not in TARGETS:
        got = "no export format is given" if to is None else f"got `--to {to}`"
        raise UsageError(got, help=f"`mmctl export --to KIND`, one of {', '.join(TARGETS)}")
    result = TARGETS[to]
    if run.format is Format.HUMAN:
        run = replace(run, format=next(iter(result.writers)))
    if run.format not in result.writers:
        raise UsageError(
            f"got the format `{run.format}` for {to}",
            help=f"expected {', '.join(result.writers)}",
        )
    exported = _exported(run, to)
    write(run, result, exported)
    for note in exported.notes:
        run.say(f"note: {note}")
    for left_out in exported.left_out:
        run.warn(f"left out: {left_out}")
    if exported.left_out:
        raise ProblemsFound(f"{to} cannot express {counted(len(exported.left_out), 'part')}")
    return 0


def text(_run: Run, exported: Exported) -> str:
    """The configuration, without the remarks about it."""
    return exported.text


def _exported(run: Run, to: str) -> Exported:
    desired, environment = _desired(run)
    from mmctl.interchange.cloudformation.writing import to_cloudformation
    from mmctl.interchange.terraform.writing import to_terraform
    from mmctl.interchange.to_api_json import to_api_json

    things, bindings = desired.objects, desired.bindings
    match to:
        case "api-json":
            return to_api_json(things, bindings)
        case "cloudformation":
            return to_cloudformation(
                things, bindings, project=desired.project, environment=environment, form=run.format
            )
        case _:
            return to_terraform(
                things,
                bindings,
                project=desired.project,
                environment=environment,
                ids=_live_ids(run),
            )


def _live_ids(run: Run) -> dict[tuple[Kind, str], str]:
    """The ids of what was applied last, by kind and logical name; none if that is unknown."""
    from mmctl.cli.changes.change import open_history
    from mmctl.language.project import EMBEDDED

    project = run.project()
    environment = project.environment
    if environment.account is None and environment.endpoint != EMBEDDED:
        return {}  # only the service could say which history it is
    with suppress(MmctlError):
        applied = open_history(run, project)[1].applied()
        if applied is not None:
            return {(each.kind, each.name): each.id for each in applied.objects if each.id}
    return {}


def _desired(run: Run) -> tuple[LiveConfiguration, str]:
    """The desired configuration of the files, and the name of the environment."""
    project = run.project()
    from mmctl.compiler.compile import compile_project

    desired, problems = compile_project(project, run.packings)
    if problems:
        raise ProblemsFound("the rules exceed the quotas of the service", problems, project.files)
    return desired, project.environment.name
