"""What is live now, as one of the versions that mail is judged by or that are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration

LIVE: Final = "live"


def live_now(run: Run, what: str) -> tuple[str, LiveConfiguration]:
    """What is live of the project, and what it is called; members that are passed over are said.

    Raises:
        CouldNot: it cannot be read.
        ProblemsFound: the project has errors.
    """
    from mmctl.cli.changes.change import open_change
    from mmctl.live.history.logical_rules import with_logical_rules
    from mmctl.live.plan.unknown_members import passed_over
    from mmctl.live.state.read import read_live

    change = open_change(run)
    service = change.means.service
    history, desired = change.means.history, change.desired()
    state = with_logical_rules(read_live(service, desired, history.known()), history, desired)
    for sentence in passed_over(state.configuration):
        run.say(f"warning: {sentence}")
    name = f"{what} (EMBEDDED, not AWS)" if service.identity.embedded else what
    return name, state.configuration
