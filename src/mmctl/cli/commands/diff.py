"""`mmctl diff A [B]`: two versions of the configuration as edits from the first to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.result_table import DIFFERENCE, write
from mmctl.cli.run import Run
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer
    from rich.console import RenderableType

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.compare.edits import Edit

DIFFERENT = 2


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

    before, after = alike(version_of(run, one), version_of(run, other))
    from mmctl.live.compare.diff import diff as edits_between

    edits = edits_between(after.configuration, before.configuration)
    found = VersionDiff(
        names=(before.name, after.name),
        before=before.configuration,
        after=after.configuration,
        edits=edits,
    )
    write(run, DIFFERENCE, found)
    return DIFFERENT if edits else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """Two versions, and the edits from the first to the second."""

    names: tuple[str, str]
    before: LiveConfiguration
    after: LiveConfiguration
    edits: Sequence[Edit]


def human(run: Run, found: VersionDiff) -> RenderableType:
    """The edits, in the form of a plan."""
    from mmctl.render.text.diff import human

    width = run.console().width
    return human(*found.names, found.edits, width=width, verbose=run.verbose)


def document(_run: Run, found: VersionDiff) -> dict[str, Any]:
    """The edits as `mmctl/diff@1`."""
    from mmctl.live.compare.delta import delta
    from mmctl.render.documents.diff import document

    return document(*found.names, found.edits, delta(found.after, found.before))


def markdown(_run: Run, found: VersionDiff) -> str:
    """The edits as a comment for a pull request."""
    from mmctl.render.documents.diff import title
    from mmctl.render.documents.plan_markdown import edits_markdown

    return edits_markdown(title(*found.names), found.edits)
