"""`mmctl drift`: live against what was applied last, and against the files."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmctl.cli.changes.change import open_change
from mmctl.cli.changes.planning import plan_of
from mmctl.cli.files.editing import editing_alone
from mmctl.cli.main import command
from mmctl.cli.run import Run

if TYPE_CHECKING:
    from mmctl.cli.changes.change import Change
    from mmctl.cli.files.drift_writing import Written
    from mmctl.live.history.drift import Drift
    from mmctl.live.plan.plan import Plan

DRIFT = 2
NOT_ALL = 1


@command("human", "json")
def drift(
    run: Run,
    write: Annotated[
        bool, typer.Option("--write", help="Write changes made by hand into the files.")
    ] = False,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
) -> int:
    """Tell what was changed by hand from what is not applied yet; exit 2 when there is either.

    With --write: 0 when all that was done by hand is in the files, 1 when something is not.
    """
    from mmctl.live.history.drift import drift_of
    from mmctl.render.text import drift as render

    with editing_alone(run.root) if write else nullcontext():
        change = open_change(run, endpoint_url=endpoint_url)
        made = plan_of(change)
        found = drift_of(made, change.means.history)
        written = _written(change, made) if write else None
    if run.format == "json":
        run.write_json(_document(found, made, written))
    elif written is None:
        run.show(render.human(found, made.target, width=run.console().width, verbose=run.verbose))
    else:
        run.show(render.written(written.taken, written.left, written.diff(), made.target))
    if written is not None:
        return NOT_ALL if written.left else 0
    return DRIFT if found.any else 0


def _written(change: Change, made: Plan) -> Written:
    from mmctl.cli.files.drift_writing import take_hand_edits

    return take_hand_edits(change, made)


def _document(found: Drift, made: Plan, written: Written | None) -> dict[str, Any]:
    from mmctl.live.plan.planfile import edit_document

    document = {
        "schema": "mmctl/drift@1",
        "environment": made.target.environment,
        "account": made.target.identity.account,
        "region": made.target.identity.region,
        "applied_before": found.known,
        "cut_off": found.cut_off,
        "by_hand": [edit_document(edit) for edit in found.by_hand],
        "not_applied": [edit_document(edit) for edit in found.not_applied],
    }
    if written is None:
        return document
    left = [{"what": what, "why": why} for what, why in written.left]
    files = sorted(written.files)
    return document | {"written": {"files": files, "taken": written.taken, "left": left}}
