"""`mmctl checks`: what lint looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.result_table import CATALOGUE, write

if TYPE_CHECKING:
    from mmctl.cli.run import Run


def checks(run: Run) -> int:
    """List what lint looks for."""
    from mmctl.checks.explained import explained_checks

    write(run, CATALOGUE, explained_checks())
    return 0
