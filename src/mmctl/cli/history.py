"""`mmctl history`, `mmctl unpin`: what was applied and rolled back, and what is pinned."""

from __future__ import annotations

from typing import Annotated

import typer

from mmctl.cli.change import open_history
from mmctl.cli.main import command
from mmctl.cli.run import Run
from mmctl.errors import UsageError


@command("human", "json")
def history(
    run: Run,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[show ID | diff A B]", help="One, or two.")
    ] = None,
) -> int:
    """List applies and rollbacks; `show ID` for one with its calls, `diff A B` for two."""
    from mmctl.live.history import history_document
    from mmctl.render import history as render

    _project, found, (account, region) = open_history(run)
    match words or []:
        case []:
            entries = found.entries()
            if run.format == "json":
                run.write_json(history_document(entries))
            else:
                run.say(f"account {account}  {region}")
                run.show(render.human(entries))
        case ["show", id]:
            entry = found.find(id)
            if run.format == "json":
                journal = list(found.journal(entry.id))
                run.write_json(history_document((entry,)) | {"journal": journal})
            else:
                run.show(render.one(entry, found.journal(entry.id)))
        case ["diff", one, other]:
            return _diff(run, one, other)
        case got:
            raise UsageError(
                f"got `history {' '.join(got)}`", help="history, history show ID, history diff A B"
            )
    return 0


def _diff(run: Run, one: str, other: str) -> int:
    from mmctl.live.diff import diff
    from mmctl.render import plan as render
    from mmctl.render.diff import document

    _project, found, _where = open_history(run)
    before = found.snapshot(found.find(one).id).configuration
    after = found.snapshot(found.find(other).id).configuration
    edits = diff(after, before)
    if run.format == "json":
        run.write_json(document(one, other, edits))
    else:
        run.show(render.edits_alone(edits, width=run.console().width))
    return 2 if edits else 0


@command()
def unpin(run: Run) -> int:
    """Lift the pins of rollbacks: what was rolled back can be applied again."""
    _project, found, _where = open_history(run)
    lifted = found.unpin()
    for digest in lifted:
        run.write(f"unpinned {digest}\n")
    if not lifted:
        run.say("nothing is pinned")
    return 0
