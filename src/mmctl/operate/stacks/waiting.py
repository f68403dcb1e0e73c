"""Wait until a stack stands still, and tell what happens meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot
from mmctl.operate.stacks.status import StackStanding, standing_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.live.state.stacks import StackEvent, StackState
    from mmctl.operate.stacks.service import StackMeans, StackService

_ENDS: Final = ("_COMPLETE", "_FAILED", "_SKIPPED")
_FAILURES_AT_MOST: Final = 6
"""How many looks in a row may fail: each has been tried several times."""
_FOLLOWS: Final = ("Resource creation cancelled", "Resource update cancelled")
"""Reasons of what failed only because something else did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """How a stack ended."""

    stack: StackState | None
    """None: it is gone."""
    failed: tuple[StackEvent, ...]
    """What failed, the causes alone, in the order in which it happened."""
    seconds: float


def last_event(service: StackService, stack: str) -> str | None:
    """The newest event of a stack: what happened before is known."""
    events = service.events(stack, None)
    return events[-1].id if events else None


def wait(means: StackMeans, stack: StackState, after: str | None) -> Waited:
    """Wait until nothing is under way in a stack; tell each event after one of them.

    Raises:
        CouldNot: it takes too long, or the service does not answer anymore.
    """
    started = means.elapsed()
    failed: list[StackEvent] = []
    in_a_row = 0
    while True:
        try:
            events = means.service.events(stack.id, after)
            now = means.service.stack(stack.id)
            in_a_row = 0
        except CouldNot:
            in_a_row += 1
            if in_a_row > _FAILURES_AT_MOST:
                raise
            means.sleep(means.poll_seconds)
            continue
        for event in events:
            after = event.id
            _tell(means, stack.name, event)
            if event.status.endswith("_FAILED") and not event.about_stack:
                failed.append(event)
        seconds = means.elapsed() - started
        if standing_of(now) is not StackStanding.MOVING:
            return Waited(stack=_or_gone(now), failed=_causes(failed), seconds=seconds)
        if seconds > means.patience_seconds:
            raise CouldNot(
                f"the stack `{stack.name}` is still in {now.status if now else 'motion'} after "
                f"{seconds / 60:.0f} minutes",
                help="it goes on in AWS; run this again to wait for it",
            )
        means.sleep(means.poll_seconds)


def _or_gone(stack: StackState | None) -> StackState | None:
    return None if stack is None or stack.status == "DELETE_COMPLETE" else stack


def _tell(means: StackMeans, stack: str, event: StackEvent) -> None:
    """A line for each end and each failure; beginnings only say that something is on its way."""
    if event.about_stack or not event.status.endswith(_ENDS):
        return
    reason = f": {event.reason}" if event.reason and event.status.endswith("_FAILED") else ""
    means.say(f"{stack}: {event.resource} ({event.type}) {event.status}{reason}")


def _causes(failed: list[StackEvent]) -> tuple[StackEvent, ...]:
    own = [each for each in failed if not (each.reason or "").startswith(_FOLLOWS)]
    return tuple(own or failed)
