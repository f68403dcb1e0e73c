"""`mmctl diff A [B]`: two versions of the configuration, as the edits that lead to the second."""

from __future__ import annotations

from typing import Annotated

import typer

from mmctl.cli.main import command
from mmctl.cli.run import Run

DIFFERENT = 2


@command("human", "json", "markdown")
def diff(
    run: Run,
    one: Annotated[
        str,
        typer.Argument(metavar="A", help="git:REV, env:NAME, a folder, a plan, or a snapshot."),
    ],
    other: Annotated[
        str, typer.Argument(metavar="[B]", help="The same. Default: the current files.")
    ] = ".",
) -> int:
    """Show how two versions of the configuration differ; exit 2 when they do."""
    from mmctl.cli.changes.versions import alike, version_of
    from mmctl.live.compare.diff import diff as edits_between
    from mmctl.render.documents import diff as documents
    from mmctl.render.text import diff as render

    before, after = alike(version_of(run, one), version_of(run, other))
    edits = edits_between(after.configuration, before.configuration)
    if run.format == "json":
        from mmctl.live.compare.delta import delta

        made = delta(after.configuration, before.configuration)
        run.write_json(documents.document(before.name, after.name, edits, made))
    elif run.format == "markdown":
        from mmctl.render.documents.plan_markdown import edits_markdown

        run.write(edits_markdown(documents.title(before.name, after.name), edits))
    else:
        width = run.console().width
        run.show(render.human(before.name, after.name, edits, width=width, verbose=run.verbose))
    return DIFFERENT if edits else 0
