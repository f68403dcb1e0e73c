"""Other rules to judge mail by: of a git revision, a snapshot, a folder, another tool, or live.

They use the readings and the environment of this project: the comparison is about rules, not about
assumptions on the service.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli.changes.live_now import LIVE, live_now
from mmctl.cli.in_place.files import contents_of, read_in_place, split_revision, usable
from mmctl.errors import ProblemsFound, UsageError
from mmctl.judge.ingress import gateway_behind
from mmctl.problem import Severity
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.judge.ingress import Way
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

GIT: Final = "git:"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRules:
    """A gateway with other rules, and their name in reports."""

    name: str
    gateway: Gateway


def other_rules(run: Run, project: Project, against: str, way: Way) -> OtherRules:
    """The rules that `--against` names: `live`, `git:REV`, a folder or file, a snapshot's id.

    Raises:
        UsageError: there is no such thing, or it lacks the ingress point where mail enters.
        ProblemsFound: those rules have errors.
        CouldNot: the live rules or the snapshot cannot be read.
    """
    name, other = other_project(run, project, against)
    try:
        return OtherRules(name=name, gateway=gateway_behind(other, way))
    except UsageError as error:
        raise UsageError(f"in {name}, {error.message}", help=error.help) from None


def other_project(run: Run, project: Project, against: str) -> tuple[str, Project]:
    """The project with other rules that `--against` names, under the readings of this one.

    Raises:
        UsageError: there is no such thing.
        ProblemsFound: those rules have errors.
        CouldNot: the live rules or the snapshot cannot be read.
    """
    if run.parameters and not run.rules:
        _check_takes_parameters(run, against)
    name, other = _named(run, project, against)
    readings = project.settings.readings
    return name, replace(other, settings=replace(other.settings, readings=readings))


def _check_takes_parameters(run: Run, against: str) -> None:
    in_file = split_revision(against) is not None or (run.directory / against).is_file()
    if against == LIVE or not in_file:
        raise UsageError(
            f"got `--parameter`, and `--against {against}` is no file of another tool",
            help="leave `--parameter` out, or name a template",
        )


def _named(run: Run, project: Project, against: str) -> tuple[str, Project]:
    if against == LIVE:
        return _live(run, project)
    in_revision = split_revision(against)
    if in_revision is not None:
        from mmctl.cli.changes.revisions import file_at

        content = file_at(run.directory, *in_revision)
        return against, _of_file(run, project, against, content)
    if against.startswith(GIT):
        return against, _of_revision(run, against.removeprefix(GIT))
    folder = run.directory / against
    if folder.is_dir():
        return against, _of_folder(run, folder, against)
    if folder.is_file():
        content = contents_of(run.directory, (against,))[against]
        return against, _of_file(run, project, against, content)
    return _of_snapshot(run, project, against)


def _of_file(run: Run, project: Project, name: str, content: bytes) -> Project:
    """The rules in a file of another tool; it may lack parameters that `--rules` have."""
    read = read_in_place({name: content}, None, project, run.parameters)
    if run.parameters and not run.rules:
        from mmctl.interchange.infrastructure.given import check_given

        check_given(run.parameters, read.parameters)
    return usable(read)


def _of_revision(run: Run, revision: str) -> Project:
    from mmctl.cli.changes.revisions import project_at

    with project_at(run.root, revision) as folder:
        return _of_folder(run, folder, f"{GIT}{revision}")


def _of_folder(run: Run, folder: Path, name: str) -> Project:
    from mmctl.language.parsing.load import read_project

    project, problems = read_project(folder, environment=run.environment)
    errors = tuple(each for each in problems if each.severity is Severity.ERROR)
    if errors:
        raise ProblemsFound(f"the project in `{name}` has errors", errors, project.files)
    return project


def _of_snapshot(run: Run, project: Project, id: str) -> tuple[str, Project]:
    from mmctl.cli.changes.change import open_history
    from mmctl.cli.changes.live_rules import project_of

    _, history, _ = open_history(run)
    try:
        entry = history.find(id)
    except UsageError as error:
        raise UsageError(
            f"`--against {id}` is not a folder, and {error.message}",
            help="`live`, `git:REV`, a project's folder, a template or plan of another tool, or an "
            "id of `mmctl history`",
        ) from None
    snapshot = history.snapshot(entry.state_before)
    return f"the state before {entry.id}", project_of(snapshot.configuration, project)


def _live(run: Run, project: Project) -> tuple[str, Project]:
    from mmctl.cli.changes.live_rules import project_of

    name, configuration = live_now(run, f"{LIVE} rules")
    return name, project_of(configuration, project)
