"""`mmctl apply`: carry out a saved plan, or plan, show and ask."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mmctl.cli.changes.agreement import agreed
from mmctl.cli.changes.change import (
    LiveEnvironment,
    applied_as,
    in_environment,
    open_change,
    screen,
    write_entry,
)
from mmctl.cli.changes.planning import nothing_to_do, plan_of, preflight
from mmctl.cli.exit_codes import REFUSED
from mmctl.cli.interruptions import stoppable
from mmctl.cli.run import Run
from mmctl.errors import Refused, UsageError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer
    from rich.text import Text

    from mmctl.cli.options.annotated import AdoptFrom, Base, PasswordEnv, RequireSignature
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.plan.plan import Plan


def apply(
    run: Run,
    plan_file: Annotated[
        Path | None,
        typer.Argument(metavar="[PLAN]", help="A plan of `plan --save`. Default: make a plan now."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without a prompt.")] = False,
    allow_delete: Annotated[
        bool, typer.Option("--allow-delete", help="Allow the deletion of rules and objects.")
    ] = False,
    force: Annotated[
        list[str] | None,
        typer.Option("--force", help="Release a brake: NAME, or NAME=THING.", metavar="BRAKE"),
    ] = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Adopt live objects of the same names.")
    ] = False,
    adopt_from: AdoptFrom = None,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Take over a stale lock.")
    ] = False,
    no_preflight: Annotated[
        bool,
        typer.Option("--no-preflight", help="Do not ask AWS whether resources in rules exist."),
    ] = False,
    smoke: Annotated[
        bool,
        typer.Option(
            "--smoke", help="Send cases with `smoke: true` as mail afterwards, and compare."
        ),
    ] = False,
    require_signature: RequireSignature = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", help="An endpoint that is not AWS's.")
    ] = None,
    base: Base = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", help="Why, for the history; `--force evidence` needs it."),
    ] = None,
    password_env: PasswordEnv = None,
) -> int:
    """Make live what the files say: snapshot first, and read back afterwards."""
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.apply.other_tools import tools_named
    from mmctl.live.brakes.brake import Brake, brakes_named

    permissions = Permissions(
        allow_delete=allow_delete,
        forced=brakes_named(force or ()),
        adopt=adopt or bool(adopt_from),
        adopt_from=tools_named(adopt_from or ()),
        break_lock=break_lock,
    )
    if Brake.EVIDENCE in permissions.forced and not (reason or "").strip():
        raise UsageError(
            "got `--force evidence` without `--reason`",
            help="--reason TEXT: it stays in the history, for those who ask why nothing was tried",
        )
    run = run.with_passwords_of(password_env)
    opened = partial(
        open_change,
        endpoint_url=endpoint_url,
        base=base,
        forced=permissions.forced,
        to_plan=plan_file is None,
    )
    change, made = (
        _loaded(run, plan_file, opened, require_signature)
        if plan_file is not None
        else _planned(run, opened, permissions, require_signature)
    )
    from mmctl.cli.changes.ordinary import with_limits_said, with_ordinary_mail
    from mmctl.cli.files.every_message import with_every_message
    from mmctl.live.apply.apply import apply as carry_out
    from mmctl.live.apply.apply import check_permitted
    from mmctl.live.plan.preflight import refuse_what_cannot_be
    from mmctl.render.text import plan as render

    made = with_every_message(change, made)
    made = with_limits_said(with_ordinary_mail(change, made))
    if plan_file is None and made.edits and not made.target.identity.embedded:
        from mmctl.cli.costs import with_costs_said

        made = with_costs_said(made)
    with screen(change) as show, stoppable():
        if not (run.quiet and yes):
            show(render.bare(made, width=run.console().width, verbose=run.verbose))
        if made.empty:
            code = nothing_to_do(change, made, permissions)
            return _smoke(change, show) if smoke and not code else code
        check_permitted(made, change.means, permissions)
        change.means.history.check_writable()
        if not no_preflight:
            refuse_what_cannot_be(preflight(change, made))
        where = f"{made.target.environment} (account {made.target.identity.account})"
        if not agreed(run, f"apply this to {where}? [y/N] ", yes=yes):
            run.say("not applied")
            return REFUSED
        entry = carry_out(made, change.means, permissions, reason=reason)
        if entry is not None:
            show(render.line(applied_as(change, entry)))
            write_entry(change, entry)
            if smoke:
                return _smoke(change, show)
    return 0


def _smoke(change: LiveEnvironment, show: Callable[[Text], None]) -> int:
    from mmctl.cli.sending.smoke import smoke

    return smoke(change, show)


def _loaded(
    run: Run, plan_file: Path, opened: Callable[[Run], LiveEnvironment], required: str | None
) -> tuple[LiveEnvironment, Plan]:
    """A saved plan, ready to be carried out now; what cannot be known about it is reported."""
    from mmctl.cli.changes.environment_before import with_promotion_again
    from mmctl.cli.options.signatures import check_signed
    from mmctl.live.apply.renewing import renewed
    from mmctl.live.history.earlier_runs import is_past_unknown
    from mmctl.live.plan.planfile import load_signed_plan

    loaded, signature = load_signed_plan(plan_file)
    change = opened(in_environment(run, loaded.target.environment))
    project, means = change.project, change.means
    signed = check_signed(project.environment, loaded, signature, required)
    made = renewed(loaded, change.target, project.settings.project, means)
    if is_past_unknown(made, means.history):
        run.errors().print(
            "warning: this plan may have been applied before: there is no history in "
            f"{means.history.store.place}"
        )
    made = with_promotion_again(change, made, signed=signed)
    trust = change.trust
    if trust is not None and loaded.trust is not None:
        trust = replace(trust, loosened=loaded.trust.loosened)
    return change, replace(made, trust=trust)


def _planned(
    run: Run,
    opened: Callable[[Run], LiveEnvironment],
    permissions: Permissions,
    required: str | None,
) -> tuple[LiveEnvironment, Plan]:
    from mmctl.cli.changes.gate import pass_gates
    from mmctl.cli.options.signatures import refuse_unsigned

    change = opened(run)
    environment = change.project.environment
    refuse_unsigned(environment, required)
    if environment.protected:
        raise Refused(
            f"environment {environment.name} is protected",
            why="apply takes only a saved plan there, because somebody can review it",
            help=f"mmctl plan --env {environment.name} --save FILE, then mmctl apply FILE",
        )
    gates = partial(pass_gates, forced=permissions.forced)
    return change, plan_of(change, gates, at_once=True)
