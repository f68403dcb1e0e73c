"""`mmctl rollback`: back to the state before an apply. It runs neither lint nor cases."""

from __future__ import annotations

from typing import Annotated

import typer

from mmctl.cli.change import (
    REFUSED,
    agreed_by_name,
    nothing_to_do,
    open_change,
    screen,
    write_entry,
)
from mmctl.cli.ends import stoppable
from mmctl.cli.main import command
from mmctl.cli.run import Run
from mmctl.cli.trust_options import PasswordEnv

PINNED = "the state it left is pinned: change the files, or mmctl unpin, before apply"


@command("human", "json")
def rollback(
    run: Run,
    snapshot: Annotated[
        str | None,
        typer.Argument(metavar="[SNAPSHOT]", help="Id of the history, or how it begins."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree without being asked.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why, for the history.", metavar="TEXT")
    ] = None,
    allow_delete: Annotated[
        bool, typer.Option("--allow-delete", help="Delete objects that were made since.")
    ] = False,
    force: Annotated[
        list[str] | None, typer.Option("--force", help="Release a brake.", metavar="BRAKE")
    ] = None,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Take a lock that nobody holds any more.")
    ] = False,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
    password_env: PasswordEnv = None,
) -> int:
    """Go back to the state before the last apply, or before a named one."""
    from mmctl.live.apply import check_permitted
    from mmctl.live.brakes.brake import brakes_named
    from mmctl.live.means import Permissions
    from mmctl.live.rollback import cannot_come_back, goal, plan_rollback, roll_back
    from mmctl.render import plan as render

    run = run.with_passwords_of(password_env)
    change = open_change(run, endpoint_url=endpoint_url, despite_problems=True)
    entry = goal(change.means.history, snapshot)
    made = plan_rollback(change.target, entry, change.means)
    run.say(f"back to the state before {entry.id} ({entry.at})")
    for sentence in cannot_come_back(made):
        run.say(f"cannot come back: {sentence}")
    permissions = Permissions(
        allow_delete=allow_delete, forced=brakes_named(force or ()), break_lock=break_lock
    )
    with screen(change) as show, stoppable():
        show(render.bare(made, width=run.console().width))
        if made.empty:
            return nothing_to_do(change, made, permissions)
        for grip in check_permitted(made, change.means, permissions):
            run.say(f"{grip.brake}: {grip.what} (a rollback goes on)")
        change.means.history.check_writable()
        if not agreed_by_name(change, "roll back", yes=yes):
            run.say("not rolled back")
            return REFUSED
        done = roll_back(made, change.means, permissions, reason=reason)
        if done is not None:
            show(render.line(f"rolled back as {done.id}"))
            show(render.line(PINNED))
            write_entry(change, done)
    return 0
