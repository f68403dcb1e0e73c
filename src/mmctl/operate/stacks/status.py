"""What the status of a stack means for what comes next, and the way out of each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

if TYPE_CHECKING:
    from mmctl.live.state.stacks import StackState


class StackStanding(StrEnum):
    """What can be done with a stack."""

    ABSENT = "absent"
    EMPTY = "empty"
    """It was announced by a change set, and has no resources yet."""
    GOOD = "good"
    """It can be updated."""
    MOVING = "moving"
    """Something is under way."""
    NEVER_MADE = "never made"
    """Its creation failed and was undone: nothing is in it, and it can only be deleted."""
    HALF_MADE = "half made"
    """Its creation failed, and something of it is left."""
    STUCK = "stuck"
    """The undoing of an update failed."""
    HALF_DELETED = "half deleted"
    """Its deletion failed."""
    UNKNOWN = "unknown"
    """A status of a newer API."""


_STANDINGS: Final = {
    "REVIEW_IN_PROGRESS": StackStanding.EMPTY,
    "CREATE_COMPLETE": StackStanding.GOOD,
    "UPDATE_COMPLETE": StackStanding.GOOD,
    "UPDATE_FAILED": StackStanding.GOOD,
    "UPDATE_ROLLBACK_COMPLETE": StackStanding.GOOD,
    "IMPORT_COMPLETE": StackStanding.GOOD,
    "IMPORT_ROLLBACK_COMPLETE": StackStanding.GOOD,
    "ROLLBACK_COMPLETE": StackStanding.NEVER_MADE,
    "CREATE_FAILED": StackStanding.HALF_MADE,
    "ROLLBACK_FAILED": StackStanding.HALF_MADE,
    "IMPORT_ROLLBACK_FAILED": StackStanding.STUCK,
    "UPDATE_ROLLBACK_FAILED": StackStanding.STUCK,
    "DELETE_FAILED": StackStanding.HALF_DELETED,
    "DELETE_COMPLETE": StackStanding.ABSENT,
}


def standing_of(stack: StackState | None) -> StackStanding:
    """What can be done with a stack now."""
    if stack is None:
        return StackStanding.ABSENT
    known = _STANDINGS.get(stack.status)
    if known is not None:
        return known
    return StackStanding.MOVING if stack.status.endswith("_IN_PROGRESS") else StackStanding.UNKNOWN


def way_out(standing: StackStanding, stack: str, down: str) -> str:
    """What a person does about a stack that cannot be updated; `down` is the command for it."""
    match standing:
        case StackStanding.HALF_MADE:
            return f"take away what is left of it: {down}; then run this again"
        case StackStanding.STUCK:
            return (
                "correct what the reasons name, then run this again; or give up these resources: "
                f"aws cloudformation continue-update-rollback --stack-name {stack} "
                "--resources-to-skip NAME"
            )
        case StackStanding.HALF_DELETED:
            return f"correct what the reasons name, then finish it: {down}"
        case StackStanding.UNKNOWN:
            return "look at it in the console of CloudFormation; a newer mmctl may know this status"
        case (
            StackStanding.ABSENT
            | StackStanding.EMPTY
            | StackStanding.GOOD
            | StackStanding.MOVING
            | StackStanding.NEVER_MADE
        ):
            return "run this again"
        case _:
            assert_never(standing)
