"""Versions of the configuration by what they are called on the command line.

`live`, `git:REV`, `env:NAME`, a project's folder, a plan file, a CloudFormation template or a
Terraform plan (`git:REV:FILE` in a revision), or the id of a snapshot.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.live_now import LIVE, live_now
from mmctl.cli.in_place.files import (
    contents_of,
    form_at,
    read_in_place,
    split_revision,
    usable,
)
from mmctl.errors import ProblemsFound, UsageError
from mmctl.problem import Severity
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project

GIT: Final = "git:"
ENVIRONMENT: Final = "env:"
HERE: Final = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A configuration, and what it is called in reports."""

    name: str
    configuration: LiveConfiguration
    project: Project | None
    """The rules that mail is judged by; None: they need a project that can be read."""
    file: str | None = None
    """The file of another tool that has the rules, if it is here."""
    parameters: tuple[str, ...] = ()
    """What can be given a value in such a file: its parameters."""


def version_of(run: Run, text: str) -> Version:
    """The version that a text names.

    Raises:
        UsageError: there is no such thing.
        ProblemsFound: its files have errors.
        CouldNot: the snapshot cannot be read.
    """
    if text == LIVE:
        name, configuration = live_now(run, "what is live")
        return of_configuration(run, configuration, name)
    in_revision = split_revision(text)
    if in_revision is not None:
        from mmctl.cli.changes.revisions import file_at

        return _in_place(run, text, file_at(run.directory, *in_revision))
    if text.startswith(GIT):
        from mmctl.cli.changes.revisions import project_at

        with project_at(run.root, text.removeprefix(GIT)) as folder:
            return _of_folder(run, folder, run.environment, text)
    if text.startswith(ENVIRONMENT):
        return _of_folder(run, run.root, text.removeprefix(ENVIRONMENT), text)
    path = Path(text) if Path(text).is_absolute() else run.directory / text
    if path.is_dir():
        folder = run.root if text == HERE else path
        return _of_folder(run, folder, run.environment, "the files" if text == HERE else text)
    if path.is_file():
        if form_at(path) is not None:
            return replace(
                _in_place(run, text, contents_of(run.directory, (text,))[text]), file=text
            )
        from mmctl.live.plan.planfile import load_plan

        return of_configuration(run, load_plan(path).desired, f"the plan {text}")
    return _of_snapshot(run, text)


def alike(one: Version, other: Version) -> tuple[Version, Version]:
    """Two versions as if they belonged to one project, because the owner does not count here."""
    return _owned(one), _owned(other)


def _owned(version: Version) -> Version:
    configuration = version.configuration
    objects = tuple(replace(found, project="") for found in configuration.objects)
    return replace(version, configuration=replace(configuration, project="", objects=objects))


def _of_folder(run: Run, folder: Path, environment: str | None, name: str) -> Version:
    from mmctl.language.parsing.load import read_project

    project, problems = read_project(folder, environment=environment)
    errors = tuple(each for each in problems if each.severity is Severity.ERROR)
    if errors:
        raise ProblemsFound(f"the project in `{name}` has errors", errors, project.files)
    from mmctl.compiler.compile import compile_project

    return Version(
        name=name, configuration=compile_project(project, run.packings)[0], project=project
    )


def _in_place(run: Run, name: str, content: bytes) -> Version:
    """The rules in a file of another tool; what stands for unknown conditions is no object."""
    from mmctl.cli.in_place.project import without_unknown
    from mmctl.compiler.compile import compile_project

    around, _ = run.without_rules()
    read = read_in_place({name: content}, None, around, run.parameters)
    project = usable(read)
    compiled = compile_project(without_unknown(project), run.packings)[0]
    return Version(name=name, configuration=compiled, project=project, parameters=read.parameters)


def _of_snapshot(run: Run, id: str) -> Version:
    from mmctl.cli.changes.change import open_history

    _project, history, _where = open_history(run)
    try:
        entry = history.find(id)
    except UsageError as error:
        raise UsageError(
            f"`{id}` is neither a folder nor a plan file, and {error.message}",
            help="live, git:REV, env:NAME, a project's folder, a plan file, or an id of "
            "`mmctl history`",
        ) from None
    configuration = history.snapshot(entry.id).configuration
    return of_configuration(run, configuration, f"the state before {entry.id}")


def of_configuration(run: Run, configuration: LiveConfiguration, name: str) -> Version:
    """Live shapes; settings and samples of lists are those of the project here, if there is one."""
    from mmctl.cli.changes.live_rules import project_of

    try:
        here = run.project()
    except (ProblemsFound, UsageError):
        return Version(name=name, configuration=configuration, project=None)
    return Version(name=name, configuration=configuration, project=project_of(configuration, here))
