"""The service and the history that an environment leads to, compared with the base first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.changes.trusted_base import (
    base_of,
    compared_with_history,
    compared_with_revision,
    protected_as_before,
)
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection

    from mmctl.cli.changes.trusted_base import Base
    from mmctl.cli.run import Run
    from mmctl.language.project import Project
    from mmctl.live.aws.mail_manager import AwsMailManager
    from mmctl.live.history.history import History
    from mmctl.live.plan.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A project, the service and history that it leads to, and what was found on the way."""

    project: Project
    service: AwsMailManager
    history: History
    trust: Trust | None = None
    """None: it was not compared, because the command line states the place."""
    base: Base | None = None
    """The revision that it was compared with; None: there was none."""


def reach(run: Run, project: Project, endpoint_url: str | None) -> Reached:
    """The service and the history that a project leads to.

    Raises:
        UsageError, CouldNot, Refused: the service or the store cannot be reached.
    """
    from mmctl.cli.changes.stores import history_of
    from mmctl.cli.embedded import embedded_in
    from mmctl.live.aws.connect import connect

    embed = embedded_in(run.root, clock=run.now)
    service = connect(project.environment, embed, endpoint_url=endpoint_url)
    history = history_of(run, project, service.identity.account, service.identity.region)
    return Reached(project=project, service=service, history=history)


def reach_compared(
    run: Run,
    project: Project,
    endpoint_url: str | None,
    *,
    base: str | None,
    forced: Collection[str],
) -> Reached:
    """The same, compared first with `base`, or with what a CI server or the history knows.

    A protected environment leads where the base says, unless the brake `trust` is among `forced`.

    Raises:
        UsageError, CouldNot, Refused: the service or the store cannot be reached.
    """
    from mmctl.live.brakes.brake import Brake

    known, released = base_of(run.root, base), Brake.TRUST in forced
    if known is not None:
        project, trust = compared_with_revision(project, known, forced=released)
        found = reach(run, project, endpoint_url)
        if not known.readable:
            project = protected_as_before(project, found.history)
        return _with(found, project, trust, known)
    found = reach(run, project, endpoint_url)
    project, trust = compared_with_history(project, found.history, forced=released)
    if trust.base_taken:
        found = reach(run, project, endpoint_url)
    return _with(found, project, trust)


def _with(found: Reached, project: Project, trust: Trust, base: Base | None = None) -> Reached:
    return replace(found, project=project, trust=trust, base=base)
