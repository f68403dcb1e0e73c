"""The pipeline in AWS: a template of CodePipeline and CodeBuild."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmctl.cli.pipelines.asked import AskedPipeline


def files_for_codebuild(asked: AskedPipeline) -> dict[str, str]:
    """The files of the pipeline, by their paths."""
    raise NotImplementedError(asked)
