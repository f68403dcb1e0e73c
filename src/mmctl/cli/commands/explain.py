"""`mmctl explain`: the page of one check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.formats import Format, Printing
from mmctl.cli.result_table import PAGE, write
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

    from mmctl.checks.explained import ExplainedCheck
    from mmctl.cli.run import Run


def explain(
    run: Run,
    check: Annotated[str, typer.Argument(help="The id of a check, in brackets in a report.")],
) -> int:
    """Show what a check does, why it is bad, and what to write instead."""
    from mmctl.checks.explained import explained_checks
    from mmctl.checks.mistakes import MISTAKES

    name = check.strip("[]")
    known = {each.id: each for each in explained_checks()}
    found = known.get(name)
    if found is None and name in MISTAKES and run.format is Format.HUMAN:
        from mmctl.render.text.checks import mistake

        run.write_passed(run.let_out(mistake(name, MISTAKES[name]), Printing.RENDERED))
        return 0
    if found is None:
        from mmctl.language.text.suggest import did_you_mean

        near = did_you_mean(name, known)
        raise UsageError(
            f"there is no check `{check}`", help=near or "`mmctl checks` lists the checks"
        )
    write(run, PAGE, found)
    return 0


def document(_run: Run, check: ExplainedCheck) -> dict[str, Any]:
    """The list of checks with only one in it."""
    from mmctl.render.text.checks import document

    return document([check])
