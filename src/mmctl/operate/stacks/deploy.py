"""Carry out what was prepared for a stack, and tell how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot, StoppedPartWay
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.operate.stacks.failures import actions_missing, causes, missing_line, short
from mmctl.operate.stacks.preparing import PreparedStack, prepare
from mmctl.operate.stacks.status import StackStanding, standing_of
from mmctl.operate.stacks.waiting import last_event, wait
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.live.state.stacks import ChangeSet, StackState
    from mmctl.operate.stacks.service import StackMeans
    from mmctl.operate.stacks.waiting import Waited
    from mmctl.operate.stacks.wanted import WantedStack

_WAITS: Final = "AVAILABLE"
"""The execution of a change set that nobody has begun."""
_LOOKS: Final = 12
"""How often to look whether a change set is being carried out."""
_DONE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A stack after an `up`."""

    stack: StackState
    made: int = 0
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0

    @property
    def untouched(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.made or self.changed or self.removed)


def carry_out(prepared: PreparedStack, means: StackMeans) -> Deployed:
    """Bring a stack to what was prepared; waits until it stands still.

    Raises:
        StoppedPartWay: it failed; CloudFormation has undone it, or says why it could not.
        CouldNot: the service cannot be asked; what it began goes on.
    """
    if prepared.change_set is None:
        stack = means.service.stack(prepared.wanted.name)
        if stack is None:
            raise CouldNot(f"the stack `{prepared.wanted.name}` is gone", help="run this again")
        _protect(prepared.wanted, means, stack)
        return Deployed(stack=stack)
    waited = _executed(prepared, means)
    stack = _checked(prepared.wanted, waited)
    _protect(prepared.wanted, means, stack)
    done = _counted(prepared, stack, waited.seconds)
    return done if prepared.then is None else _with_rest(done, prepared.then, means)


def _with_rest(first: Deployed, rest: WantedStack, means: StackMeans) -> Deployed:
    """The whole template, now that there is a bucket that CloudFormation can read it from."""
    second = carry_out(prepare(rest, means), means)
    return Deployed(
        stack=second.stack,
        made=first.made + second.made,
        changed=second.changed,
        removed=second.removed,
        seconds=first.seconds + second.seconds,
    )


def _executed(prepared: PreparedStack, means: StackMeans) -> Waited:
    wanted, change_set = prepared.wanted, prepared.change_set
    if change_set is None:
        raise ValueError("nothing was prepared")
    after = last_event(means.service, wanted.name)
    try:
        means.service.execute(wanted.name, change_set.name)
    except OutcomeUnknown as unknown:
        means.say(f"{wanted.name}: {short(unknown.message)}, looking whether it has begun")
    except ServiceAnswer as answered:
        raise CouldNot(
            f"CloudFormation does not begin to change `{wanted.name}`: {answered.message}",
            help="run this again",
        ) from answered
    return wait(means, _begun(wanted, change_set, means, after), after)


def _begun(
    wanted: WantedStack, change_set: ChangeSet, means: StackMeans, after: str | None
) -> StackState:
    """The stack, once the change set is being carried out, or was."""
    for _ in range(_LOOKS):
        now = means.service.change_set(wanted.name, change_set.name)
        stack = means.service.stack(wanted.name)
        if stack is not None and standing_of(stack) is not StackStanding.EMPTY:
            # A change set that is gone says nothing; what happened to the stack since does.
            if now is None and means.service.events(stack.id, after):
                return stack
            if now is not None and now.execution != _WAITS:
                return stack
        means.sleep(means.poll_seconds)
    raise CouldNot(f"CloudFormation has not begun to change `{wanted.name}`", help="run this again")


def _checked(wanted: WantedStack, waited: Waited) -> StackState:
    """The stack, if all of it went well."""
    stack = waited.stack
    if stack is not None and stack.status in _DONE:
        return stack
    reasons = [each.reason for each in waited.failed]
    if stack is not None:
        reasons.append(stack.reason)
    missing = actions_missing(reasons)
    status = stack.status if stack is not None else "gone"
    raise StoppedPartWay(
        f"the stack `{wanted.name}` could not be deployed: it is in {status}",
        help=(
            "allow these actions to the role that deploys, then run this again"
            if missing
            else "correct what the reasons name, then run this again; it goes on from there"
        ),
        details=(*causes(waited.failed), *missing_line(missing)),
    )


def _protect(wanted: WantedStack, means: StackMeans, stack: StackState) -> None:
    """Protect a stack of a protected environment from deletion."""
    if not wanted.protected or stack.termination_protection:
        return
    try:
        means.service.protect(wanted.name, on=True)
    except (ServiceAnswer, OutcomeUnknown) as error:
        means.say(f"warning: {wanted.name} is not protected from deletion: {error}")
    except CouldNot as error:
        means.say(f"warning: {wanted.name} is not protected from deletion: {error.message}")


def _counted(prepared: PreparedStack, stack: StackState, seconds: float) -> Deployed:
    actions = [each.action for each in prepared.changes]
    return Deployed(
        stack=stack,
        made=actions.count("Add") + actions.count("Import"),
        changed=sum(each not in {"Add", "Import", "Remove"} for each in actions),
        removed=actions.count("Remove"),
        seconds=seconds,
    )
