"""`mmctl foundation`: what the rules need around them in an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.formats import Format
from mmctl.cli.result_table import FOUNDATION_TEMPLATE, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from mmctl.operate.templates.template import Template

TEMPLATE: Final = "template"
_TAKES: Final = {TEMPLATE: frozenset({"--existing", "--install-from"})}
"""The options of each verb."""


def foundation(
    run: Run,
    verb: Annotated[str, typer.Argument(metavar="VERB", help="template.")],
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
) -> int:
    """Make what the rules need in AWS: roles, buckets, topics, logs, verified domains."""
    _check(verb, {"--existing": existing, "--install-from": install_from})
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
    from mmctl.cli.staging.templates import foundation_template

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


def _check(verb: str, given: Mapping[str, object]) -> None:
    """Refuse a verb that there is not, and options that the verb does not take."""
    if verb not in _TAKES:
        raise UsageError(
            f"got `foundation {verb}`",
            help=f"expected {', '.join(f'foundation {each}' for each in _TAKES)}",
        )
    for option, value in given.items():
        if value not in (None, False, []) and option not in _TAKES[verb]:
            raise UsageError(f"`{option}` is not for `foundation {verb}`")
