"""The pipeline in AWS: a template of CodePipeline and CodeBuild."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.run_profiles import profile_variable
from mmctl.operate.pipelines.codepipeline import codepipeline_template
from mmctl.render.documents.template_yaml import as_yaml

if TYPE_CHECKING:
    from mmctl.cli.pipelines.asked import AskedPipeline

PATH: Final = "pipeline/codepipeline.yaml"


def files_for_codebuild(asked: AskedPipeline) -> dict[str, str]:
    """The file of the pipeline, by its path."""
    template = codepipeline_template(
        asked.project,
        asked.name,
        asked.stages,
        coverage=asked.coverage_option,
        source=asked.source,
        profiles={stage.environment: profile_variable(stage.environment) for stage in asked.stages},
    )
    return {PATH: as_yaml(template)}
