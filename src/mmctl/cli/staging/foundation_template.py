"""The template of an environment's foundation, put together from what each part of it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.policies import place_of
from mmctl.errors import ProblemsFound
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project
    from mmctl.operate.templates.template import Template, TemplateSection

NOTHING_EXISTS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundationTemplate:
    """A template, and what is to be known about it."""

    template: Template
    notes: tuple[str, ...]
    """What rules name and the stack does not make, and why."""
    named: tuple[tuple[str, str], ...]
    """Type and ARN (of buckets and domains the name) of what has a fixed name: it may exist."""
    existing: frozenset[str] = NOTHING_EXISTS
    """Those of the existing things that it would have made."""


def foundation_template(
    run: Run,
    project: Project,
    existing: frozenset[str] = NOTHING_EXISTS,
    install_from: str | None = None,
) -> FoundationTemplate:
    """Return the template of what the rules of a project need; the project has stand-ins in it.

    `install_from` is the requirement of pip that installs mmctl in the watchdog; None: the own one.

    Raises:
        ProblemsFound: the rules do not fit into the service.
    """
    from mmctl.compiler.compile import compile_project
    from mmctl.operate.foundation.sections import foundation_of
    from mmctl.operate.templates.tagging import tags_of
    from mmctl.operate.templates.template import Template

    desired, problems = compile_project(project, run.packings)
    if problems:
        raise ProblemsFound("the rules exceed the quotas of the service", problems, project.files)
    name, environment = project.settings.project, project.environment.name
    found = foundation_of(project, desired, place_of(project), existing=existing)
    watching, left_out = _watching(project, desired, found.log_groups, install_from)
    template = Template(
        description=f"What the mail rules of {name} need in environment {environment}.",
        tags=tags_of(name, environment),
        sections=_joined(found.sections, watching),
        notes=(*found.notes, *left_out),
    )
    return FoundationTemplate(
        template=template, notes=template.notes, named=found.named, existing=found.existing
    )


def monitoring_template(
    run: Run, project: Project, install_from: str | None = None
) -> tuple[Template, tuple[str, ...]]:
    """Return the template of what watches an environment alone, and why something is left out.

    Raises:
        ProblemsFound: the rules do not fit into the service.
    """
    from mmctl.compiler.compile import compile_project
    from mmctl.operate.templates.tagging import tags_of
    from mmctl.operate.templates.template import Template

    desired, problems = compile_project(project, run.packings)
    if problems:
        raise ProblemsFound("the rules exceed the quotas of the service", problems, project.files)
    name, environment = project.settings.project, project.environment.name
    sections, left_out = _watching(project, desired, {}, install_from)
    template = Template(
        description=f"What watches the mail of {name} in environment {environment}.",
        tags=tags_of(name, environment),
        sections=sections,
        notes=left_out,
    )
    return template, left_out


def _watching(
    project: Project,
    desired: LiveConfiguration,
    log_groups: Mapping[str, str],
    install_from: str | None,
) -> tuple[tuple[TemplateSection, ...], tuple[str, ...]]:
    """What watches an environment, beside log groups of the same template, and what is left out."""
    from mmctl.cli.origin import requirement_named
    from mmctl.operate.monitoring.sections import is_watched, monitoring_of, watched_of

    if not is_watched(project):
        return (), ()
    requirement = requirement_named(install_from)
    sections = monitoring_of(project, desired, requirement=requirement, log_groups=log_groups)
    return sections, watched_of(project, desired, requirement).left_out


def _joined(
    sections: Sequence[TemplateSection], more: Sequence[TemplateSection]
) -> tuple[TemplateSection, ...]:
    """All sections; one that two parts need, such as the topic of alarms, is there once."""
    return (*sections, *(each for each in more if each not in sections))
