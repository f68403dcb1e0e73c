"""`mmctl budget`: how the rules fit the quotas of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.result_table import BUDGET, write

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.compiler.budget import Budget
    from mmctl.render.text.styled_parts import StyledParts


def budget(run: Run) -> int:
    """Show what the project uses of the service's quotas, none of which can be raised.

    Of rules it shows what is close to a limit; `--verbose` lists them all.
    """
    project = run.project()
    from mmctl.compiler.budget import budget_of

    found = budget_of(project)
    write(run, BUDGET, found)
    return int(any(use.over for use in found.uses))


def human(run: Run, found: Budget) -> StyledParts:
    """The budget as a table, with every rule if the run is verbose."""
    from mmctl.render.text.budget import human

    return human(found, every_rule=run.verbose)
