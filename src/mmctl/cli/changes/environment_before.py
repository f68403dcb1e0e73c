"""The environment that another one is `after`: what a plan adds that does not run there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import MmctlError
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.changes.change import LiveEnvironment
    from mmctl.cli.run import Run
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.promotion import Subject

_NAMED: Final = 5


def not_run_before(change: LiveEnvironment, made: Plan) -> Iterator[str]:
    """Warnings about what reaches an environment before it ran in the earlier one."""
    from mmctl.live.plan.promotion import coming, not_live

    after = change.project.environment.after
    subjects = coming(made.edits, made.desired)
    if after is None or not subjects:
        return
    before = after.environment
    try:
        wanted, there = _earlier(replace(change.run, environment=before))
    except MmctlError as error:
        yield f"what runs in {before} is unknown: {error.message}"
        return
    if there is None:
        missing = f"nothing was applied in {before} from this store"
        yield f"{missing}; first run: mmctl apply --env {before}"
        return
    pending, elsewhere = not_live(subjects, wanted, there)
    if pending:
        yield f"not live in {before} yet: {_listed(pending)}; first run: mmctl apply --env {before}"
    if elsewhere:
        yield f"not for {before}, so never tested there: {_listed(elsewhere)}"


def _earlier(run: Run) -> tuple[LiveConfiguration, LiveConfiguration | None]:
    """The desired state of an environment, and its live state if the service can be asked.

    Otherwise the state that was last applied there, with a note; None: nothing was applied.

    Raises:
        MmctlError: neither is known.
    """
    from mmctl.cli.changes.change import open_history
    from mmctl.cli.embedded import embedded_in
    from mmctl.compiler.compile import compile_project
    from mmctl.live.aws.connect import connect
    from mmctl.live.history.logical_rules import with_logical_rules
    from mmctl.live.plan.plan import named
    from mmctl.live.state.read import read_live

    project, history, _where = open_history(run, run.read()[0])
    wanted, applied = compile_project(project, run.packings)[0], history.applied()
    try:
        service = connect(project.environment, embedded_in(run.root, clock=run.now))
        state = with_logical_rules(read_live(service, wanted, applied), history, wanted)
    except MmctlError as error:
        if applied is not None:
            run.say(
                f"{run.environment} cannot be read ({error.message}): compared with the last "
                f"state applied there"
            )
        return wanted, applied
    if applied is None and not any(thing.project for thing in state.configuration.objects):
        return wanted, None
    return named(wanted, state), state.configuration


def _listed(subjects: Sequence[Subject]) -> str:
    from mmctl.live.plan.promotion import subject_text

    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    return ", ".join(map(subject_text, subjects[:_NAMED])) + more
