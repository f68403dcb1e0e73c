"""A project → the files of its pipeline on a CI server."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from mmctl.cli.pipelines.asked import AskedPipeline
from mmctl.cli.pipelines.naming import check_names
from mmctl.cli.pipelines.written import marked
from mmctl.operate.pipelines.stages import (
    codepipeline_name,
    gitlab_audience,
    left_out,
    pipelines_named,
    stages_of,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.language.project import Project

    ReadFile = Callable[[str], bytes]


class CiServer(StrEnum):
    """Who runs the pipeline."""

    GITHUB = "github"
    GITLAB = "gitlab"
    CODEBUILD = "codebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePipeline:
    """The files of a pipeline by their paths, and what to know about them."""

    contents: Mapping[str, bytes]
    notes: tuple[str, ...]


def pipeline_of_project(
    server: CiServer, project: Project, read_file: ReadFile, source: str | None
) -> MadePipeline:
    """The pipeline of a project on a CI server."""
    asked = asked_of(project, read_file, source)
    found = pipeline_files(server, asked)
    contents = {path: text.encode() for path, text in found.items()}
    return MadePipeline(contents=contents, notes=notes_on(project, asked))


def asked_of(project: Project, read_file: ReadFile, source: str | None) -> AskedPipeline:
    """What the pipeline of a project is written from.

    Raises:
        UsageError: the names of environments do not go together in a pipeline.
    """
    named = pipelines_named(project)
    stages = stages_of(project)
    check_names([stage.environment for stage in stages])
    return AskedPipeline(
        project=project.settings.project,
        name=codepipeline_name(project.settings.project, named),
        stages=stages,
        coverage=_coverage(project, read_file),
        source=source,
        audience=gitlab_audience(named),
    )


def pipeline_files(server: CiServer, asked: AskedPipeline) -> dict[str, str]:
    """The files by their paths, each with its mark."""
    match server:
        case CiServer.GITHUB:
            from mmctl.cli.pipelines.github import files_for_github

            found = files_for_github(asked)
        case CiServer.GITLAB:
            from mmctl.cli.pipelines.gitlab import files_for_gitlab

            found = files_for_gitlab(asked)
        case CiServer.CODEBUILD:
            from mmctl.cli.pipelines.codebuild import files_for_codebuild

            found = files_for_codebuild(asked)
        case never:
            assert_never(never)
    return {path: marked(text) for path, text in found.items()}


def notes_on(project: Project, asked: AskedPipeline) -> tuple[str, ...]:
    """What whoever writes a pipeline should know of this project."""
    found = []
    if not asked.stages:
        found.append(
            "no environment has an account and a region yet, so the pipeline only checks; run this "
            "again when there is one"
        )
    found += [
        f"environment {name} is not in the pipeline: it has no `account:` or no `region:`"
        for name in left_out(project)
    ]
    found += [
        f"environment {stage.environment} keeps its history in a folder, which no job has: name "
        f"`snapshots: s3://BUCKET/PREFIX`"
        for stage in asked.stages
        if not _keeps(project, stage.environment)
    ]
    return tuple(found)


def _keeps(project: Project, environment: str) -> bool:
    own = project.settings.environments[environment].snapshots
    return (own or project.settings.snapshots).startswith("s3://")


def _coverage(project: Project, read_file: ReadFile) -> int | None:
    """What the cases cover now, in whole percents; None: there are none."""
    from mmctl.cases.counting import coverage_of
    from mmctl.cases.parsing import cases_of
    from mmctl.cases.running import run_cases

    cases, _problems = cases_of(project)
    if not cases:
        return None
    return coverage_of(project, run_cases(project, cases, read_file, whole=True)).percent
