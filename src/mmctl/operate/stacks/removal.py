"""Take away a stack, and tell what could not go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import CouldNot, Refused, StoppedPartWay
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.operate.stacks.failures import actions_missing, causes, missing_line, short
from mmctl.operate.stacks.status import StackStanding, standing_of, way_out
from mmctl.operate.stacks.waiting import last_event, wait
from mmctl.operate.stacks.wanted import check_ours
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.live.state.stacks import StackState
    from mmctl.operate.stacks.service import StackMeans
    from mmctl.operate.stacks.wanted import WantedStack

_FAILED: Final = "_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A stack after a `down`."""

    name: str
    there: bool
    """Whether there was one."""
    seconds: float = 0.0


def removable(wanted: WantedStack, means: StackMeans) -> StackState | None:
    """The stack to take away, if it may be; None: there is none.

    Raises:
        Refused: it is not ours, or its own protection from deletion is on.
    """
    stack = means.service.stack(wanted.name)
    if stack is None or standing_of(stack) is StackStanding.ABSENT:
        return None
    check_ours(wanted, means.service, stack)
    if stack.termination_protection:
        raise Refused(
            f"the stack `{stack.name}` is protected from deletion",
            why="somebody switched its termination protection on",
            help="aws cloudformation update-termination-protection --no-enable-termination-"
            f"protection --stack-name {stack.name}",
        )
    return stack


def take_away(wanted: WantedStack, means: StackMeans) -> Removed:
    """Delete a stack, and wait until it is gone; one that is being deleted is waited for.

    Raises:
        Refused: it is not ours.
        StoppedPartWay: something in it could not be deleted.
    """
    stack = removable(wanted, means)
    if stack is None:
        return Removed(name=wanted.name, there=False)
    standing = standing_of(stack)
    after = last_event(means.service, stack.id)
    seconds = 0.0
    if standing is StackStanding.MOVING:
        means.say(f"{stack.name}: {stack.status} since before, waiting for it")
        waited = wait(means, stack, after)
        seconds, after = waited.seconds, last_event(means.service, stack.id)
        if waited.stack is None:
            return Removed(name=wanted.name, there=True, seconds=seconds)
    _begin(wanted, means)
    waited = wait(means, _begun(wanted, means, stack), after)
    if waited.stack is None:
        return Removed(name=wanted.name, there=True, seconds=seconds + waited.seconds)
    raise _left_over(wanted, means, waited.stack)


def _begin(wanted: WantedStack, means: StackMeans) -> None:
    try:
        means.service.delete(wanted.name)
    except OutcomeUnknown as unknown:
        means.say(f"{wanted.name}: {short(unknown.message)}, looking whether it has begun")
    except ServiceAnswer as answered:
        raise CouldNot(
            f"CloudFormation does not delete `{wanted.name}`: {answered.message}",
            help="run this again",
        ) from answered


def _begun(wanted: WantedStack, means: StackMeans, before: StackState) -> StackState:
    """The stack as it is being deleted; by its id, since its name finds it no more afterwards."""
    now = means.service.stack(before.id)
    standing = standing_of(now)
    match standing:
        case StackStanding.ABSENT | StackStanding.MOVING | StackStanding.HALF_DELETED:
            return before
        case (
            StackStanding.EMPTY
            | StackStanding.GOOD
            | StackStanding.NEVER_MADE
            | StackStanding.HALF_MADE
            | StackStanding.STUCK
            | StackStanding.UNKNOWN
        ):
            raise CouldNot(
                f"CloudFormation has not begun to delete `{wanted.name}`", help="run this again"
            )
        case _:
            assert_never(standing)


def _left_over(wanted: WantedStack, means: StackMeans, stack: StackState) -> StoppedPartWay:
    failed = [each for each in means.service.resources(stack.id) if each.status.endswith(_FAILED)]
    missing = actions_missing([*(each.reason for each in failed), stack.reason])
    return StoppedPartWay(
        f"the stack `{stack.name}` could not be deleted: it is in {stack.status}",
        help=way_out(StackStanding.HALF_DELETED, stack.name, wanted.down),
        details=(*causes(failed), *missing_line(missing)),
    )
