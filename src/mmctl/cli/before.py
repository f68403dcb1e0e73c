"""The environment that another comes `after`: what a plan brings that does not run there yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mmctl.errors import MmctlError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.cli.change import Change
    from mmctl.live.plan import Plan
    from mmctl.live.promotion import Subject

_NAMED: Final = 5


def not_run_before(change: Change, made: Plan) -> Iterator[str]:
    """Warnings about what goes on to an environment before it ran in the earlier one."""
    from mmctl.cli.change import open_history
    from mmctl.compiler.compile import compile_project
    from mmctl.live.promotion import coming, not_live

    before = change.project.environment.after
    subjects = coming(made.edits, made.desired)
    if before is None or not subjects:
        return
    try:
        earlier = replace(change.run, environment=before)
        project, history, _where = open_history(earlier, earlier.read()[0])
        applied = history.applied()
    except MmctlError as error:
        yield f"what runs in {before} is not known: {error.message}"
        return
    if applied is None:
        yield f"nothing was applied in {before} from here; first: mmctl apply --env {before}"
        return
    pending, elsewhere = not_live(subjects, compile_project(project)[0], applied)
    if pending:
        yield f"not live in {before} yet: {_listed(pending)}; first: mmctl apply --env {before}"
    if elsewhere:
        yield f"not for {before}, and so never tried there: {_listed(elsewhere)}"


def _listed(subjects: Sequence[Subject]) -> str:
    from mmctl.live.promotion import subject_text

    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    return ", ".join(map(subject_text, subjects[:_NAMED])) + more
