"""`mmctl checks`: what lint looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.result_table import CATALOGUE, write

if TYPE_CHECKING:
    from mmctl.cli.run import Run


def checks(run: Run) -> int:
    """List what lint looks for."""
    from mmctl.checks.catalogue import CHECKS

    write(run, CATALOGUE, CHECKS)
    return 0
