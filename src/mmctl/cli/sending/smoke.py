"""`mmctl apply --smoke`: a few cases, sent as real mail after an apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.cli.formats import Format
from mmctl.cli.sending.expected import exit_code_of, expected_of
from mmctl.cli.sending.options import SendOptions
from mmctl.counted import counted
from mmctl.errors import CouldNot, MmctlError
from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from mmctl.cases.case import Case
    from mmctl.cli.changes.change import LiveEnvironment

SMOKE_AT_MOST: Final = 20
"""Cases that are sent after an apply: a look, and no test run."""
_NO: Final = 1
_NEW_POINT: Final = 5.0
"""Seconds in which an embedded server gives a new ingress point its port."""
_EVERY: Final = 0.25


def smoke_cases(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases with `smoke: true`; without one, two of each ingress point.

    These are the first that expects a refusal and the first that does not.
    """
    marked = [case for case in cases if case.smoke]
    return tuple((marked or list(_first(cases)))[:SMOKE_AT_MOST])


def _first(cases: Sequence[Case]) -> Iterator[Case]:
    seen: set[tuple[str, bool]] = set()
    for case in cases:
        if case.ingress_point is None or case.todo is not None:
            continue
        refused = all(each.outcome is Outcome.REFUSED for each in case.expectations)
        if (case.ingress_point, refused) not in seen:
            seen.add((case.ingress_point, refused))
            yield case


def smoke(change: LiveEnvironment, show: Callable[[Text], None]) -> int:
    """Send the smoke cases to the environment, report, and return 1 unless all end as expected.

    Whatever goes wrong is said with the command that rolls back: the apply itself is done.
    """
    from mmctl.cases.parsing import cases_of

    run = change.run
    chosen = smoke_cases(cases_of(change.project)[0])
    run.say(f"sending {counted(len(chosen), 'case')} as mail")
    code = _NO
    if not chosen:
        run.warn("warning: there is no case to send: mark some with `smoke: true`")
    else:
        try:
            code = _sent(change, chosen, show)
        except MmctlError as error:
            run.warn(f"error: mail could not be sent: {error.message}")
            if error.help is not None:
                run.warn(f"help: {error.help}")
    if code:
        run.warn(
            "the apply is done, and mail was not seen to end as expected; "
            f"back to the state before: mmctl rollback{change.words}"
        )
    return code


def _sent(change: LiveEnvironment, chosen: Sequence[Case], show: Callable[[Text], None]) -> int:
    """Send cases and report them; an ingress point that is new is waited for a little.

    Raises:
        MmctlError: no endpoint can be reached, or the logs cannot be read.
    """
    from mmctl.render.text.send_cases import report

    until = world.elapsed() + _NEW_POINT
    while True:
        try:
            sent, _ = expected_of(change.run, SendOptions(), change.project, chosen)
        except CouldNot:
            if not change.means.service.identity.embedded or world.elapsed() >= until:
                raise
            world.sleep(_EVERY)
            continue
        if change.run.format is Format.HUMAN:
            show(report(sent))
        return _NO if exit_code_of(sent) else 0
