"""`mmctl foundation`: what the rules need around them in an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.commands.stack_verbs import TAKES, UP, AgreedTo, check_verb, run_verb
from mmctl.cli.formats import Format
from mmctl.cli.result_table import FOUNDATION_TEMPLATE, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    import typer

    from mmctl.operate.templates.template import Template

LAYER: Final = "foundation"
TEMPLATE: Final = "template"
_TAKES: Final = {
    **TAKES,
    UP: TAKES[UP] | {"--install-from"},
    TEMPLATE: frozenset({"--existing", "--install-from"}),
}
"""The options of each verb."""


def foundation(
    run: Run,
    verb: Annotated[str, typer.Argument(metavar="VERB", help="up, status, down or template.")],
    existing: Annotated[
        list[str] | None,
        typer.Option(
            "--existing",
            help="A bucket, role, topic, log group, alias or domain that is already in the "
            "account: it is not made.",
            metavar="NAME",
        ),
    ] = None,
    install_from: Annotated[
        str | None,
        typer.Option(
            "--install-from",
            help="The requirement of pip that installs mmctl in the watchdog. Default: where this "
            "one is from.",
            metavar="REQUIREMENT",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="up, down: confirm without a prompt.")] = False,
    allow_delete: Annotated[
        bool,
        typer.Option("--allow-delete", help="up: resources may be removed or replaced."),
    ] = False,
    with_data: Annotated[
        bool,
        typer.Option("--with-data", help="down: delete archives, buckets and logs for good too."),
    ] = False,
) -> int:
    """Make what the rules need in AWS: roles, buckets, topics, logs, verified domains."""
    given = {
        "--existing": existing,
        "--install-from": install_from,
        "--yes": yes,
        "--allow-delete": allow_delete,
        "--with-data": with_data,
    }
    check_verb(LAYER, verb, _TAKES, given)
    if verb != TEMPLATE:
        agreed = AgreedTo(
            yes=yes, allow_delete=allow_delete, with_data=with_data, install_from=install_from
        )
        return run_verb(run, LAYER, verb, agreed)
    return _template(run, frozenset(existing or ()), install_from)


def yaml(_run: Run, template: Template) -> str:
    """The template with comments."""
    from mmctl.render.documents.template_yaml import as_yaml

    return as_yaml(template)


def document(_run: Run, template: Template) -> str:
    """The template for programs."""
    from mmctl.render.documents.template_yaml import as_json

    return as_json(template)


def _template(run: Run, existing: frozenset[str], install_from: str | None) -> int:
    project = run.project()
    from mmctl.cli.staging.foundation_template import foundation_template

    if run.format is Format.HUMAN:
        run = replace(run, format=Format.YAML)
    if run.format not in FOUNDATION_TEMPLATE.writers:
        raise UsageError(f"got the format `{run.format}`", help="expected yaml or json")
    made = foundation_template(run, project, existing, install_from)
    unknown = existing - made.existing
    if unknown:
        raise UsageError(
            f"got `--existing {min(unknown)}`",
            help="the template makes nothing of that name: name what it has",
        )
    if made.template.resources():
        write(run, FOUNDATION_TEMPLATE, made.template)
    else:
        run.say(f"the rules need nothing around them in {project.environment.name}: no template")
    for note in made.notes:
        run.say(f"note: {note}")
    return 0
