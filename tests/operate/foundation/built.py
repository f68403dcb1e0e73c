"""Templates of the foundations of projects, as `mmctl foundation template` makes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli.run import Run
from mmctl.cli.staging.foundation_template import FoundationTemplate, foundation_template

if TYPE_CHECKING:
    from datetime import date

ROOT: Final = Path(__file__).parents[3]
RICH: Final = Path(__file__).parent / "rich"
"""A project that needs everything a foundation can make, by names and by outputs."""
REQUIREMENT: Final = "mmctl @ https://example.com/mmctl-1.tar.gz"
"""What installs mmctl in the watchdog."""


def foundation(
    folder: Path, environment: str, today: date, existing: frozenset[str] = frozenset()
) -> FoundationTemplate:
    run = Run(directory=folder, environment=environment, today=today)
    return foundation_template(run, run.project(), existing, REQUIREMENT)
