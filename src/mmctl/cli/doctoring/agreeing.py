"""Prints the hosts that a probe connects to, and asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.doctoring.prober import SmtpProber, targets_here, targets_in_aws
from mmctl.cli.embedded import EMBEDDED_MAIL
from mmctl.counted import counted
from mmctl.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.doctoring.opening import DoctorOptions
    from mmctl.cli.run import Run
    from mmctl.live.plan.plan import Plan

_NO_A_RECORD: Final = "ingress point `{point}` has no A record: it is in a VPC, or not active yet"
_NOT_SERVED: Final = "no embedded server takes mail for `{point}`: mmctl emulate"


def agreed_prober(
    run: Run,
    change: LiveEnvironment,
    read_plan: Callable[[], Plan],
    options: DoctorOptions,
    *,
    yes: bool,
) -> SmtpProber | None:
    """A prober for the hosts that somebody agreed to; None: somebody said no.

    Raises:
        Refused: nobody can be asked.
        CouldNot: what is live cannot be read.
    """
    project = change.project
    here = project.environment.on_this_machine
    found = (
        targets_here(project, run.root / EMBEDDED_MAIL)
        if here
        else targets_in_aws(project, read_plan().live)
    )
    only = options.asked.ingress_point
    targets = {each.point: each for each in found if only in {None, each.point}}
    for each in targets.values():
        run.say(f"  {each.place}  ingress point {each.point}, {each.kind.lower()}")
    if targets and not yes:
        if not run.can_ask():
            raise Refused(
                f"no terminal to confirm on: --probe connects to {counted(len(targets), 'host')}",
                why="somebody must agree to the hosts before anything connects to them",
                help="to agree without a prompt: --yes",
            )
        if run.ask(f"connect to {counted(len(targets), 'host')}? [y/N] ").casefold() not in _YES:
            run.say("nothing is connected to")
            return None
    return SmtpProber(targets, _NOT_SERVED if here else _NO_A_RECORD)


_YES: Final = ("y", "yes")
