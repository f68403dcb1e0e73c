"""`mmctl history`, `mmctl unpin`: what was applied and rolled back, and what is pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mmctl.cli.changes.change import open_history
from mmctl.cli.main import command
from mmctl.cli.options.store import (
    Account,
    Elsewhere,
    Profile,
    ProjectName,
    Region,
    Store,
    elsewhere,
)
from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    from mmctl.live.history.history import History


@command("human", "json")
def history(
    run: Run,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[show ID | diff A B]", help="One id, or two.")
    ] = None,
    store: Store = None,
    account: Account = None,
    region: Region = None,
    profile: Profile = None,
    project: ProjectName = None,
) -> int:
    """List applies and rollbacks; `show ID` for one with its calls, `diff A B` for two."""
    from mmctl.live.history.entries import history_document
    from mmctl.live.history.pins import pin_summary
    from mmctl.render.text import history as render

    found, (account, region) = _opened(run, elsewhere(store, account, region, profile, project))
    match words or []:
        case []:
            entries, pins = found.entries(), found.pins()
            if run.format == "json":
                run.write_json(history_document(entries) | {"pins": [*map(pin_summary, pins)]})
            else:
                run.say(f"account {account}  {region}")
                run.show(render.human(entries, pins))
        case ["show", id]:
            entry = found.find(id)
            if run.format == "json":
                journal = list(found.journal(entry.id))
                run.write_json(history_document((entry,)) | {"journal": journal})
            else:
                run.show(render.one(entry, found.journal(entry.id)))
        case ["diff", one, other]:
            return _diff(run, found, one, other)
        case got:
            raise UsageError(
                f"got `history {' '.join(got)}`", help="history, history show ID, history diff A B"
            )
    return 0


def _opened(run: Run, named: Elsewhere | None) -> tuple[History, tuple[str, str]]:
    from mmctl.cli.changes.stores import store_elsewhere

    project = None if named is None else store_elsewhere(run, named)
    _project, found, where = open_history(run, project)
    return found, where


def _diff(run: Run, found: History, one: str, other: str) -> int:
    from mmctl.live.compare.diff import diff
    from mmctl.render.documents.diff import document
    from mmctl.render.text import plan as render

    before = found.snapshot(found.find(one).id).configuration
    after = found.snapshot(found.find(other).id).configuration
    edits = diff(after, before)
    if run.format == "json":
        from mmctl.live.compare.delta import delta

        run.write_json(document(one, other, edits, delta(after, before)))
    else:
        run.show(render.edits_alone(edits, width=run.console().width, verbose=run.verbose))
    return 2 if edits else 0


@command()
def unpin(
    run: Run,
    pin: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A pin, or the number of a rollback. Default: all."),
    ] = None,
    store: Store = None,
    account: Account = None,
    region: Region = None,
    profile: Profile = None,
    project: ProjectName = None,
) -> int:
    """Lift pins of rollbacks: what was rolled back can be applied again."""
    found, _where = _opened(run, elsewhere(store, account, region, profile, project))
    lifted = found.unpin(pin)
    for each in lifted:
        run.write(f"unpinned {each.id}  {each.described}\n")
    if not lifted:
        run.say("nothing is pinned")
    return 0
