"""The template of an environment's foundation, put together from what each part of it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.policies import place_of
from mmctl.errors import ProblemsFound
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.operate.templates.template import Template

NOTHING_EXISTS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundationTemplate:
    """A template, and what is to be known about it."""

    template: Template
    notes: tuple[str, ...]
    """What rules name and the stack does not make, and why."""
    named: tuple[tuple[str, str], ...]
    """Type and name of what has a fixed name in it: it may exist already."""
    existing: frozenset[str] = NOTHING_EXISTS
    """Those of the existing things that it would have made."""


def foundation_template(
    run: Run, project: Project, existing: frozenset[str] = NOTHING_EXISTS
) -> FoundationTemplate:
    """Return the template of what the rules of a project need; the project has stand-ins in it.

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
    template = Template(
        description=f"What the mail rules of {name} need in environment {environment}.",
        tags=tags_of(name, environment),
        sections=found.sections,
        notes=found.notes,
    )
    return FoundationTemplate(
        template=template, notes=found.notes, named=found.named, existing=found.existing
    )
