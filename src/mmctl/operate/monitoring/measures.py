"""The metrics that the watchdog publishes, and the namespace of all metrics of an environment."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from mmctl.language.project import Project

_OTHER: Final = Pattern(r"[^A-Za-z0-9._/#-]+", re.ASCII)


class Measured(StrEnum):
    """What the watchdog counts at each run: each is a metric without dimensions."""

    RUNS = "WatchdogRuns"
    BLIND = "WatchdogCouldNotLook"
    UNDELIVERED = "LostRecipients"
    DISAGREEMENTS = "Disagreements"
    DRIFT = "ChangesByHand"
    UNFINISHED = "UnfinishedApplies"
    QUOTAS = "QuotasNearTheirLimit"
    SILENT = "SilentIngressPoints"
    EVIDENCE_AGE = "HoursSinceEvidence"
    APPLY_AGE = "HoursSinceApply"


def namespace_of(project: str, environment: str) -> str:
    """The namespace of the metrics of an environment, so that none needs a dimension for it."""
    return f"mmctl/{_OTHER.sub('-', project)}/{_OTHER.sub('-', environment)}"


def namespace_of_project(project: Project) -> str:
    """The namespace of the metrics of a project in its environment."""
    return namespace_of(project.settings.project, project.environment.name)
