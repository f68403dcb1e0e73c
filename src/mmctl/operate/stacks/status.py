"""What the status of a stack means for what comes next, and the way out of each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

if TYPE_CHECKING:
    from mmctl.live.state.stacks import StackState


class Standing(StrEnum):
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
    "REVIEW_IN_PROGRESS": Standing.EMPTY,
    "CREATE_COMPLETE": Standing.GOOD,
    "UPDATE_COMPLETE": Standing.GOOD,
    "UPDATE_FAILED": Standing.GOOD,
    "UPDATE_ROLLBACK_COMPLETE": Standing.GOOD,
    "IMPORT_COMPLETE": Standing.GOOD,
    "IMPORT_ROLLBACK_COMPLETE": Standing.GOOD,
    "ROLLBACK_COMPLETE": Standing.NEVER_MADE,
    "CREATE_FAILED": Standing.HALF_MADE,
    "ROLLBACK_FAILED": Standing.HALF_MADE,
    "IMPORT_ROLLBACK_FAILED": Standing.STUCK,
    "UPDATE_ROLLBACK_FAILED": Standing.STUCK,
    "DELETE_FAILED": Standing.HALF_DELETED,
    "DELETE_COMPLETE": Standing.ABSENT,
}


def standing_of(stack: StackState | None) -> Standing:
    """What can be done with a stack now."""
    if stack is None:
        return Standing.ABSENT
    known = _STANDINGS.get(stack.status)
    if known is not None:
        return known
    return Standing.MOVING if stack.status.endswith("_IN_PROGRESS") else Standing.UNKNOWN


def way_out(standing: Standing, stack: str, down: str) -> str:
    """What a person does about a stack that cannot be updated; `down` is the command for it."""
    match standing:
        case Standing.HALF_MADE:
            return f"take away what is left of it: {down}; then run this again"
        case Standing.STUCK:
            return (
                "correct what the reasons name, then run this again; or give up these resources: "
                f"aws cloudformation continue-update-rollback --stack-name {stack} "
                "--resources-to-skip NAME"
            )
        case Standing.HALF_DELETED:
            return f"correct what the reasons name, then finish it: {down}"
        case Standing.UNKNOWN:
            return "look at it in the console of CloudFormation; a newer mmctl may know this status"
        case (
            Standing.ABSENT | Standing.EMPTY | Standing.GOOD | Standing.MOVING | Standing.NEVER_MADE
        ):
            return "run this again"
        case _:
            assert_never(standing)
