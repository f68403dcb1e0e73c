"""`mmctl drift`: live against what was applied last, and against the files."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.changes.change import open_change
from mmctl.cli.changes.planning import plan_of
from mmctl.cli.files.editing import editing_alone
from mmctl.cli.result_table import DRIFT as DRIFT_RESULT
from mmctl.cli.result_table import write as write_result
from mmctl.cli.run import Run
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer
    from rich.console import RenderableType

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.files.drift_writing import WrittenToFiles
    from mmctl.cli.options.annotated import Cloudtrail, TrailSource
    from mmctl.live.history.drift import Drift
    from mmctl.live.plan.plan import Plan, Target
    from mmctl.operate.trail.authors import Author
    from mmctl.operate.trail.reading import Trail

DRIFT = 2
NOT_ALL = 1


def drift(
    run: Run,
    write: Annotated[
        bool, typer.Option("--write", help="Write changes made by hand into the files.")
    ] = False,
    cloudtrail: Cloudtrail = False,
    trail: TrailSource = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Tell what was changed by hand from what is not applied yet; exit 2 when there is either.

    With --write: 0 when all that was done by hand is in the files, 1 when something is not.
    """
    from mmctl.live.history.drift import drift_of

    with editing_alone(run.root) if write else nullcontext():
        change = open_change(run, endpoint_url=endpoint_url)
        made = plan_of(change)
        found = drift_of(made, change.means.history)
        read = _authors(change, made, found, trail) if cloudtrail or trail is not None else None
        written = _written(change, made) if write else None
    drifted = Drifted(drift=found, target=made.target, written=written, read=read)
    write_result(run, DRIFT_RESULT, drifted)
    if written is not None:
        return NOT_ALL if written.left else 0
    return DRIFT if found.any else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRead:
    """Who made the changes by hand, by their places, and where that was looked for."""

    trail: Trail
    authors: Mapping[int, Author]


def _authors(change: LiveEnvironment, made: Plan, found: Drift, trail: str | None) -> TrailRead:
    """Look for who made the changes since the last apply."""
    from datetime import datetime

    from mmctl.cli.changes.trails import changes_in, say_trail, trail_named
    from mmctl.live.history.entries import EntryResult
    from mmctl.operate.trail.authors import authors_of

    history, identity = change.means.history, change.means.service.identity
    entries = [entry for entry in history.entries() if entry.result is EntryResult.DONE]
    read = trail_named(
        change.run,
        change.project.environment,
        trail,
        place=(identity.account, identity.region),
        since=datetime.fromisoformat(entries[-1].at) if entries else None,
    )
    say_trail(change.run, read)
    changes = changes_in(read, history, (*made.live.objects, *made.desired.objects))
    return TrailRead(trail=read, authors=authors_of(found.by_hand, changes, made.desired))


def _written(change: LiveEnvironment, made: Plan) -> WrittenToFiles:
    from mmctl.cli.files.drift_writing import take_hand_edits

    return take_hand_edits(change, made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """What differs, and which of it was written into the files."""

    drift: Drift
    target: Target
    written: WrittenToFiles | None
    read: TrailRead | None = None


def human(run: Run, found: Drifted) -> RenderableType:
    """What differs; with `--write`, what was written to the files and what was left."""
    from mmctl.render.text import drift as render

    written = found.written
    if written is not None:
        return render.written(written.taken, written.left, written.diff(), found.target)
    width = run.console().width
    read = found.read
    told = None if read is None else (read.trail, read.authors)
    return render.human(found.drift, found.target, width=width, verbose=run.verbose, read=told)


def document(_run: Run, drifted: Drifted) -> dict[str, Any]:
    """The same as `mmctl/drift@1`."""
    found, target, written = drifted.drift, drifted.target, drifted.written
    document: dict[str, Any] = {
        "schema": "mmctl/drift@1",
        "environment": target.environment,
        "account": target.identity.account,
        "region": target.identity.region,
        "applied_before": found.known,
        "cut_off": found.cut_off,
        "by_hand": [edit.document() for edit in found.by_hand],
        "not_applied": [edit.document() for edit in found.not_applied],
    }
    if drifted.read is not None:
        from mmctl.render.documents.trail import author_document, trail_document

        document["trail"] = trail_document(drifted.read.trail)
        for place, author in drifted.read.authors.items():
            document["by_hand"][place]["by"] = author_document(author)
    if written is None:
        return document
    left = [{"what": what, "why": why} for what, why in written.left]
    files = sorted(written.files)
    return document | {"written": {"files": files, "taken": written.taken, "left": left}}
