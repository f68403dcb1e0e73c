"""The rules of an environment for staging: made live and taken away with the code of `apply`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.cli.staging.stacks_up import UpOptions
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.plan.plan import Plan
    from mmctl.operate.stacks.report import AddressRow, PartRow

_ACTIVE: Final = "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesDone:
    """What became of the rules."""

    change: LiveEnvironment
    part: PartRow
    agreed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRules:
    """What is to be done to the rules, and what that may do."""

    change: LiveEnvironment
    plan: Plan
    permissions: Permissions
    started: float


def rules_up(run: Run, options: UpOptions) -> RulesDone:
    """Plan and apply the environment of a run: gates, brakes, preflight, snapshot, journal.

    Raises:
        MmctlError: as `apply` does.
    """
    from mmctl.cli.changes.agreement import agreed
    from mmctl.cli.changes.change import open_change
    from mmctl.cli.changes.gate import pass_gates
    from mmctl.cli.changes.ordinary import with_limits_said, with_ordinary_mail
    from mmctl.cli.changes.planning import plan_of
    from mmctl.cli.files.every_message import with_every_message
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.brakes.brake import brakes_named

    started = world.elapsed()
    forced = brakes_named(options.force)
    change = open_change(run, forced=forced)
    made = plan_of(change, partial(pass_gates, forced=forced), at_once=True)
    made = with_every_message(change, made)
    made = with_limits_said(with_ordinary_mail(change, made))
    question = f"apply this to {change.project.environment.name}? [y/N] "
    permissions = Permissions(allow_delete=options.allow_delete, forced=forced)
    planned = PlannedRules(change=change, plan=made, permissions=permissions, started=started)
    if not made.empty:
        _show(planned, made)
        if not agreed(run, question, yes=options.yes):
            return RulesDone(change=change, part=_part("not applied", started), agreed=False)
    return carry_out_rules(planned)


def plan_rules_down(run: Run, *, with_data: bool) -> PlannedRules:
    """Show how Mail Manager's objects of an environment go; archives stay unless data goes too.

    It is an apply of nothing, or of the archives alone: with snapshot, journal and history.

    Raises:
        MmctlError: as `apply` does.
    """
    from mmctl.cli.changes.change import open_change
    from mmctl.cli.changes.planning import plan_of
    from mmctl.live.apply.effects import Permissions
    from mmctl.live.brakes.brake import Brake
    from mmctl.render.text.plan import without_advice

    started = world.elapsed()
    change = open_change(run)
    kept = _kept(change, with_data=with_data)
    made = plan_of(change, at_once=True, desired=kept)
    free = tuple(each for each in Brake if with_data or each is not Brake.IRREVERSIBLE)
    permissions = Permissions(allow_delete=True, forced=free)
    planned = PlannedRules(change=change, plan=made, permissions=permissions, started=started)
    if not made.empty:
        # Whoever takes everything away is asked once, and needs no flag for each object.
        _show(planned, replace(made, edits=tuple(map(without_advice, made.edits))))
    return planned


def _kept(change: LiveEnvironment, *, with_data: bool) -> LiveConfiguration:
    from mmctl.live.state.read import read_live
    from mmctl.model.kinds import Kind

    desired = change.desired()
    if with_data:
        return replace(desired, objects=())
    state = read_live(change.means.service, desired, change.means.history.known())
    live = {
        each.name
        for each in state.configuration.of_kind(Kind.ARCHIVE)
        if each.project == desired.project
    }
    archives = tuple(
        each for each in desired.objects if each.kind is Kind.ARCHIVE and each.name in live
    )
    return replace(desired, objects=archives)


def _show(planned: PlannedRules, shown: Plan) -> None:
    """Print a plan, and refuse what cannot be applied before anybody is asked.

    Raises:
        MmctlError: as `apply` does.
    """
    from mmctl.cli.changes.planning import preflight
    from mmctl.live.apply.apply import check_permitted
    from mmctl.live.plan.preflight import refuse_what_cannot_be
    from mmctl.render.text import plan as render

    change, run = planned.change, planned.change.run
    width = run.console().width
    run.errors().print(render.bare(shown, width=width, verbose=run.verbose))
    check_permitted(planned.plan, change.means, planned.permissions)
    change.means.history.check_writable()
    refuse_what_cannot_be(preflight(change, planned.plan))


def carry_out_rules(planned: PlannedRules) -> RulesDone:
    """Apply what was planned, shown and agreed on.

    Raises:
        MmctlError: as `apply` does.
    """
    from mmctl.live.apply.apply import apply, conclude

    change = planned.change
    if planned.plan.empty:
        conclude(planned.plan, change.means, planned.permissions)
        return RulesDone(change=change, part=_part("nothing to do", planned.started))
    entry = apply(planned.plan, change.means, planned.permissions)
    result = f"applied as {entry.id}" if entry else "applied"
    return RulesDone(change=change, part=_part(result, planned.started))


def _part(result: str, started: float) -> PartRow:
    from mmctl.operate.stacks.report import PartRow

    return PartRow(name="rules", result=result, seconds=world.elapsed() - started)


def addresses_of(change: LiveEnvironment) -> tuple[AddressRow, ...]:
    """The ingress points of a project as they are live, with the host that mail is sent to."""
    from mmctl.live.state.read import read_live
    from mmctl.model.kinds import Kind
    from mmctl.operate.stacks.report import AddressRow

    desired = change.desired()
    state = read_live(change.means.service, desired, change.means.history.known())
    return tuple(
        AddressRow(
            name=f"ingress point {each.name}", address=each.a_record, state=each.status or ""
        )
        for each in state.configuration.of_kind(Kind.INGRESS_POINT)
        if each.project == desired.project
    )


def not_active(addresses: tuple[AddressRow, ...]) -> tuple[AddressRow, ...]:
    """The ingress points that take no mail now."""
    return tuple(each for each in addresses if each.state != _ACTIVE)
