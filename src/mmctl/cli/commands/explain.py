"""`mmctl explain`: the page of one check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mmctl.cli.main import command
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from mmctl.cli.run import Run


@command("human", "json")
def explain(
    run: Run,
    check: Annotated[str, typer.Argument(help="The id of a check, in brackets in a report.")],
) -> int:
    """Show what a check does, why it is bad, and what to write instead."""
    from mmctl.checks.catalogue import CHECKS
    from mmctl.checks.mistakes import MISTAKES
    from mmctl.language.text.suggest import did_you_mean
    from mmctl.render.text.checks import document, explanation, mistake

    name = check.strip("[]")
    found = next((known for known in CHECKS if known.id == name), None)
    if found is None and name in MISTAKES and run.format == "human":
        run.show(mistake(name, MISTAKES[name]))
        return 0
    if found is None:
        near = did_you_mean(name, [known.id for known in CHECKS])
        raise UsageError(
            f"there is no check `{check}`", help=near or "`mmctl checks` lists the checks"
        )
    if run.format == "json":
        run.write_json(document([found]))
    else:
        run.show(explanation(found))
    return 0
