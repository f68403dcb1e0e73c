"""`mmctl checks`: what lint looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.main import command

if TYPE_CHECKING:
    from mmctl.cli.run import Run


@command("human", "json")
def checks(run: Run) -> int:
    """List what lint looks for."""
    from mmctl.checks.catalogue import CHECKS
    from mmctl.render.text.checks import document, listing

    if run.format == "json":
        run.write_json(document(CHECKS))
    else:
        run.show(listing(CHECKS))
    return 0
