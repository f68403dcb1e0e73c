"""What a pipeline is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.operate.pipelines.stages import PipelineStage


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPipeline:
    """The project as its pipeline sees it."""

    project: str
    name: str
    """The pipeline in AWS, as `stack: {ci: codebuild:ACCOUNT/NAME}` calls it."""
    stages: tuple[PipelineStage, ...]
    coverage: int | None
    """The percentage of rules that its cases apply now; None: it has no cases."""
    source: str | None
    """What pip installs; None: nobody knows, so a variable says it."""
    audience: str
    """Whom GitLab's tokens are for."""

    def stage(self, environment: str) -> PipelineStage:
        """The stage of an environment."""
        return next(each for each in self.stages if each.environment == environment)

    def seen(self, stage: PipelineStage) -> tuple[PipelineStage, ...]:
        """The environments that a job of a stage reaches: its own, and where it comes from."""
        before = () if stage.before is None else (self.stage(stage.before),)
        return (*before, stage)

    @property
    def coverage_option(self) -> str:
        """What is asked of the cases: no less than they cover now."""
        least = "" if self.coverage is None else f" --coverage-min {self.coverage}"
        return f" --coverage{least}"
