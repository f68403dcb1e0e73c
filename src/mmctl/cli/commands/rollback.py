"""`mmctl rollback`: back to the state before an apply. It runs neither lint nor cases.

It needs only a snapshot: of a project just its file, and with `--store` not even that.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

from mmctl.cli.changes.agreement import agreed, agreed_by_name
from mmctl.cli.changes.change import open_change, screen, write_entry
from mmctl.cli.changes.planning import nothing_to_do
from mmctl.cli.exit_codes import REFUSED
from mmctl.cli.interruptions import stoppable
from mmctl.cli.options.store import StoreOptions, elsewhere
from mmctl.cli.run import Run
from mmctl.errors import StoppedPartWay
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.options.annotated import (
        Account,
        Base,
        PasswordEnv,
        Profile,
        ProjectName,
        Region,
        Store,
    )
    from mmctl.live.history.entries import HistoryEntry

_SHOWN: Final = 5
"""The number of pins that are listed; `mmctl history` shows them all."""


def rollback(
    run: Run,
    snapshot: Annotated[
        str | None,
        typer.Argument(
            metavar="[SNAPSHOT]",
            help="An id of the history, or its beginning. Default: the last apply.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without a prompt.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="The reason, for the history.", metavar="TEXT")
    ] = None,
    allow_delete: Annotated[
        bool, typer.Option("--allow-delete", help="Allow the deletion of objects created since.")
    ] = False,
    force: Annotated[
        list[str] | None, typer.Option("--force", help="Release a brake.", metavar="BRAKE")
    ] = None,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Take over a stale lock.")
    ] = False,
    unverified: Annotated[
        bool,
        typer.Option("--unverified", help="With --yes: accept a snapshot without a valid entry."),
    ] = False,
    store: Store = None,
    account: Account = None,
    region: Region = None,
    profile: Profile = None,
    project: ProjectName = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
    base: Base = None,
    password_env: PasswordEnv = None,
) -> int:
    """Go back to the state before the last apply, or before a named one."""
    from mmctl.cli.changes.stores import project_elsewhere
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.brakes.brake import Brake, brakes_named

    run = run.with_passwords_of(password_env)
    permissions = Permissions(
        allow_delete=allow_delete, forced=brakes_named(force or ()), break_lock=break_lock
    )
    named = elsewhere(store, account, region, profile, project)
    found = run.read_alone() if named is None else project_elsewhere(run, named, snapshot)
    from mmctl.live.apply.apply import check_permitted
    from mmctl.live.apply.rollback import (
        cannot_come_back,
        check_standing,
        goal,
        plan_rollback,
        roll_back,
    )
    from mmctl.live.history.snapshots import Standing
    from mmctl.render.text import plan as render

    change = open_change(
        run,
        endpoint_url=endpoint_url,
        project=found,
        base=base,
        forced=permissions.forced,
        compared=named is None,
    )
    entry = goal(change.means.history, snapshot)
    standing = check_standing(change.means.history, entry)
    made = plan_rollback(
        change.target, entry, change.means, take_away=Brake.DRIFT in permissions.forced
    )
    made = replace(made, trust=change.trust)
    run.say(f"back to the state before {entry.id} ({entry.at})")
    for sentence in cannot_come_back(made):
        run.say(f"cannot come back: {sentence}")
    with screen(change) as show, stoppable(), _finished_by(named, entry):
        show(render.bare(made, width=run.console().width, verbose=run.verbose))
        if made.empty:
            code = nothing_to_do(change, made, permissions)
            run.say(_further_back(change, entry, named))
            return code
        if standing is Standing.UNKNOWN:
            show(render.line(f"snapshot {entry.id} is {standing}: read each line above"))
        for grip in check_permitted(made, change.means, permissions):
            run.say(f"{grip.brake}: {grip.what} (a rollback goes on)")
        change.means.history.check_writable()
        if not _agreed(
            change, named, yes=yes, known=standing is Standing.KEPT, unverified=unverified
        ):
            run.say("not rolled back")
            return REFUSED
        done = roll_back(made, change.means, permissions, reason=reason)
        if done is not None:
            show(render.line(f"rolled back as {done.id}"))
            for text in _pinned(change, done, _words(change, named)):
                show(render.line(text))
            write_entry(change, done)
    return 0


def _agreed(
    change: LiveEnvironment, named: StoreOptions | None, *, yes: bool, known: bool, unverified: bool
) -> bool:
    """Whether a person agrees, by what they type: more if less is known about the effect.

    Raises:
        Refused: nobody can be asked, and no flag answers.
    """
    if known and named is None:
        return agreed_by_name(change, "roll back", yes=yes)
    environment, identity = change.project.environment, change.means.service.identity
    by_number = environment.protected or not known
    needed = ["--yes"]
    if not known:
        needed.append("--unverified")
    if environment.protected:
        needed.append(
            f"--env {environment.name}" if named is None else f"--account {identity.account}"
        )
    spelled = change.run.environment if named is None else named.account
    said = yes and (known or unverified) and (not environment.protected or spelled is not None)
    if not by_number:
        return agreed(change.run, f"roll back {environment.name}? [y/N] ", yes=said)
    return agreed(
        change.run,
        f"type the number of the account ({identity.account}) to roll back {environment.name}: ",
        yes=said,
        expected=(identity.account,),
        flags=" ".join(needed),
    )


def _pinned(change: LiveEnvironment, done: HistoryEntry, words: str) -> Iterator[str]:
    """Lines about what no apply brings back anymore; `words` are the options of this command."""
    pins = [pin for pin in change.means.history.pins() if pin.entry == done.number]
    yield from (f"pinned {pin.id}: {visible(pin.described)}" for pin in pins[:_SHOWN])
    if len(pins) > _SHOWN:
        yield f"pinned: {len(pins) - _SHOWN} more, see mmctl history{words}"
    if pins:
        which = pins[0].id if len(pins) == 1 else "ID"
        yield f"to apply it again: change it, or mmctl unpin {which}{words}"


def _further_back(change: LiveEnvironment, entry: HistoryEntry, named: StoreOptions | None) -> str:
    from mmctl.live.apply.rollback import further_back

    earlier = further_back(change.means.history, entry)
    if earlier is None or not change.means.history.snapshot(earlier.id).configuration.objects:
        return f"everything is as before {entry.id}: the history has no earlier state"
    again = f"mmctl rollback {earlier.id}{_words(change, named)}"
    return f"everything is as before {entry.id}; to go further back: {again}"


def _words(change: LiveEnvironment, named: StoreOptions | None) -> str:
    """The options that select the same history in another command."""
    return change.words if named is None else named.words


@contextmanager
def _finished_by(named: StoreOptions | None, entry: HistoryEntry) -> Iterator[None]:
    """Name the command that finishes a rollback that stopped, with the options of this one."""
    try:
        yield
    except StoppedPartWay as error:
        if named is not None:
            error.help = f"`mmctl rollback {entry.id}{named.words}` again finishes it"
        raise
