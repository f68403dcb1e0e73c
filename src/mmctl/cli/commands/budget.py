"""`mmctl budget`: how the rules fit the quotas of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.main import command

if TYPE_CHECKING:
    from mmctl.cli.run import Run


@command("human", "json")
def budget(run: Run) -> int:
    """Show what the project uses of the service's quotas, none of which can be raised.

    Of rules it shows what is close to a limit; `--verbose` lists them all.
    """
    from mmctl.compiler.budget import budget_of
    from mmctl.render.text.budget import document, human

    found = budget_of(run.project())
    if run.format == "json":
        run.write_json(document(found))
    else:
        run.show(human(found, every_rule=run.verbose))
    return int(any(use.over for use in found.uses))
