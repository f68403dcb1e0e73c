"""`mmctl foundation up` and the stacks of `mmctl staging up`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.cli.exit_codes import REFUSED
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.cli.run import Run
    from mmctl.cli.staging.place import StackPlace
    from mmctl.cli.staging.wanted_stacks import StackAndTemplate
    from mmctl.language.project import Project
    from mmctl.operate.stacks.deploy import Deployed
    from mmctl.operate.stacks.report import PartRow, StackRow, StacksReport


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What the person who brings stacks up has agreed to."""

    yes: bool = False
    allow_delete: bool = False
    force: tuple[str, ...] = ()
    """The brakes of the apply that are released."""
    install_from: str | None = None
    """The requirement of pip that installs mmctl in the watchdog."""


def foundation_up(run: Run, options: UpOptions) -> int:
    """Bring the foundation of an environment up, and report it."""
    from mmctl.cli.interruptions import stoppable
    from mmctl.cli.result_table import STACKS, write
    from mmctl.cli.staging.place import stack_place
    from mmctl.cli.staging.wanted_stacks import foundation_wanted

    with stoppable():
        place = stack_place(run, check=partial(_check_region, run))
        found = foundation_wanted(place, options.install_from)
        if found is None:
            raise UsageError(
                f"the rules need nothing around them in {place.environment.name}",
                help="there is nothing to deploy: mmctl foundation template shows the same",
            )
        deployed = deploy(place, [found], options)
        if deployed is None:
            return REFUSED
        write(run, STACKS, report_of(place, deployed))
    return 0


def _check_region(run: Run, project: Project) -> None:
    from mmctl.cli.changes.regions import pass_region

    pass_region(run, project, (), help="name a region that has it, or say so in an ignore comment")


def deploy(
    place: StackPlace, stacks: Sequence[StackAndTemplate], options: UpOptions
) -> tuple[Deployed, ...] | None:
    """Show what would change, ask, and deploy one stack after the other; None: not agreed.

    Raises:
        Refused, CouldNot, StoppedPartWay: as said in `operate.stacks`.
    """
    from mmctl.cli.changes.agreement import agreed
    from mmctl.cli.staging.showing import refuse_destruction, show_changes
    from mmctl.operate.stacks.deploy import carry_out
    from mmctl.operate.stacks.preparing import discard, prepare

    means = place.means
    prepared = [prepare(each.wanted, means) for each in stacks]
    show_changes(place, prepared, stacks)
    todo = any(each.change_set is not None for each in prepared)
    carried = False
    try:
        refuse_destruction(place, prepared, allowed=options.allow_delete)
        where = f"{place.environment.name} (account {place.identity.account})"
        if todo and not agreed(place.run, f"make this in {where}? [y/N] ", yes=options.yes):
            place.run.say("nothing was made")
            return None
        carried = True
        return tuple(carry_out(each, means) for each in prepared)
    finally:
        if not carried:
            for each in prepared:
                discard(each, means)


def report_of(place: StackPlace, deployed: Sequence[Deployed]) -> StacksReport:
    """What was done to stacks, as a report."""
    from mmctl.operate.stacks.report import StacksReport

    return StacksReport(
        doing="up",
        environment=place.environment.name,
        account=place.identity.account,
        region=place.identity.region,
        stacks=tuple(map(stack_row, deployed)),
        parts=tuple(map(part_row, deployed)),
    )


def stack_row(each: Deployed) -> StackRow:
    """One stack after an `up`."""
    from mmctl.operate.stacks.report import StackRow

    return StackRow(
        name=each.stack.name,
        status=each.stack.status,
        made=each.made,
        changed=each.changed,
        removed=each.removed,
        outputs=dict(sorted(each.stack.outputs.items())),
    )


def part_row(each: Deployed) -> PartRow:
    """How long a stack took."""
    from mmctl.operate.stacks.report import PartRow

    result = "nothing to do" if each.untouched else "deployed"
    return PartRow(name=each.stack.name, result=result, seconds=each.seconds)
