"""A stack on its way to what is wanted: settled first, then compared by a change set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import CouldNot, Refused
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.live.state.stacks import ChangeSetRequest, Replaces
from mmctl.operate.stacks.body import body_of, first_part, no_bucket
from mmctl.operate.stacks.failures import causes, short
from mmctl.operate.stacks.status import StackStanding, standing_of, way_out
from mmctl.operate.stacks.waiting import last_event, wait
from mmctl.operate.stacks.wanted import CHANGE_SET, check_ours
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.live.state.stacks import ChangeSet, ResourceChange, StackState
    from mmctl.operate.stacks.body import TemplateBody
    from mmctl.operate.stacks.service import StackMeans
    from mmctl.operate.stacks.wanted import WantedStack

_READY: Final = "CREATE_COMPLETE"
_FAILED: Final = "FAILED"
_NOTHING: Final = ("didn't contain changes", "No updates are to be performed")
"""What CloudFormation says of a change set without changes."""
_TRIES: Final = 3
_FAILING: Final = "_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedStack:
    """What has to be done to a stack."""

    wanted: WantedStack
    stack: StackState | None
    """As it is; None: there is none yet."""
    change_set: ChangeSet | None
    """None: nothing is to be done."""
    then: WantedStack | None = None
    """What follows: the template is too large until the bucket in its first part is there."""

    @property
    def changes(self) -> tuple[ResourceChange, ...]:
        """What is made, changed and taken away."""
        return self.change_set.changes if self.change_set is not None else ()

    @property
    def destroys(self) -> tuple[ResourceChange, ...]:
        """The changes by which something goes: removed, or replaced."""
        return tuple(
            each
            for each in self.changes
            if each.action == "Remove" or each.replaces is not Replaces.NO
        )


def prepare(wanted: WantedStack, means: StackMeans) -> PreparedStack:
    """Settle a stack and find out what would change.

    What is under way is waited for; a creation that was undone is cleared away; the undoing of an
    update that failed is tried again.

    Raises:
        Refused: the stack is not ours, or stands in a way that a person must decide about.
        CouldNot: the service cannot be asked, or refuses the template.
    """
    stack = settled(wanted, means)
    then = None
    body = body_of(wanted, means)
    if body is None:
        first = first_part(wanted)
        body = None if first is None else body_of(first, means)
        if first is None or body is None or (stack is not None and not _is_empty(stack)):
            raise no_bucket(wanted)
        wanted, then = first, wanted
    change_set = _change_set(wanted, means, stack, body)
    return PreparedStack(wanted=wanted, stack=stack, change_set=change_set, then=then)


def settled(wanted: WantedStack, means: StackMeans) -> StackState | None:
    """The stack, once nothing is under way in it and it can be updated or made.

    Raises:
        Refused: it is not ours, or a person must decide.
    """
    stack = means.service.stack(wanted.name)
    for _ in range(_TRIES):
        if stack is None:
            return None
        check_ours(wanted, means.service, stack)
        standing = standing_of(stack)
        match standing:
            case StackStanding.ABSENT:
                return None
            case StackStanding.GOOD | StackStanding.EMPTY:
                return stack
            case StackStanding.MOVING:
                means.say(f"{stack.name}: {stack.status} since before, waiting for it")
                wait(means, stack, last_event(means.service, stack.id))
            case StackStanding.NEVER_MADE:
                means.say(f"{stack.name}: its creation failed and was undone, clearing it away")
                _asked(lambda: means.service.delete(wanted.name))
                wait(means, stack, last_event(means.service, stack.id))
            case StackStanding.STUCK if stack.status == "UPDATE_ROLLBACK_FAILED":
                means.say(f"{stack.name}: the undoing of an update failed, trying again")
                after = last_event(means.service, stack.id)
                _asked(lambda: means.service.continue_rollback(wanted.name))
                waited = wait(means, stack, after)
                if waited.stack is not None and standing_of(waited.stack) is StackStanding.STUCK:
                    raise _stands_in_the_way(wanted, means, waited.stack)
            case (
                StackStanding.HALF_MADE
                | StackStanding.STUCK
                | StackStanding.HALF_DELETED
                | StackStanding.UNKNOWN
            ):
                raise _stands_in_the_way(wanted, means, stack)
            case _:
                assert_never(standing)
        stack = means.service.stack(wanted.name)
    if stack is None or standing_of(stack) in {StackStanding.GOOD, StackStanding.EMPTY}:
        return stack
    raise _stands_in_the_way(wanted, means, stack)


def discard(prepared: PreparedStack, means: StackMeans) -> None:
    """Leave nothing of what was prepared: a change set, and a stack that holds nothing else."""
    if prepared.change_set is None:
        return
    try:
        means.service.delete_change_set(prepared.wanted.name, prepared.change_set.name)
        stack = means.service.stack(prepared.wanted.name)
        if standing_of(stack) is StackStanding.EMPTY:
            means.service.delete(prepared.wanted.name)
    except (ServiceAnswer, OutcomeUnknown, CouldNot) as error:
        means.say(f"{prepared.wanted.name}: the change set could not be deleted: {error}")


def _stands_in_the_way(wanted: WantedStack, means: StackMeans, stack: StackState) -> Refused:
    failed = [each for each in means.service.resources(stack.id) if each.status.endswith(_FAILING)]
    return Refused(
        f"the stack `{stack.name}` is in {stack.status}",
        why=stack.reason or "CloudFormation takes no update of it",
        help=way_out(standing_of(stack), stack.name, wanted.down),
        details=causes(failed),
    )


def _change_set(
    wanted: WantedStack, means: StackMeans, stack: StackState | None, body: TemplateBody
) -> ChangeSet | None:
    new = stack is None or _is_empty(stack)
    if stack is not None:
        _clear_old(wanted.name, means)
    request = ChangeSetRequest(
        stack=wanted.name,
        name=wanted.change_set,
        new=new,
        body=body.text,
        url=body.url,
        parameters=wanted.parameters,
        tags=wanted.tags,
        capabilities=wanted.capabilities,
    )
    _create(request, means)
    return _ready(request, means)


def _is_empty(stack: StackState) -> bool:
    return standing_of(stack) is StackStanding.EMPTY


def _clear_old(stack: str, means: StackMeans) -> None:
    """Delete the change sets that an interrupted run left."""
    for name in means.service.change_sets(stack):
        if name.startswith(CHANGE_SET):
            _asked(partial(means.service.delete_change_set, stack, name))


def _create(request: ChangeSetRequest, means: StackMeans) -> None:
    """Ask for the change set; an answer that got lost is looked for before it is asked again."""
    for _ in range(_TRIES):
        try:
            means.service.create_change_set(request)
        except OutcomeUnknown as unknown:
            if means.service.change_set(request.stack, request.name) is not None:
                return
            means.say(f"{request.stack}: {short(unknown.message)}, asking again")
            means.sleep(means.poll_seconds)
        except ServiceAnswer as answered:
            if answered.code.startswith("AlreadyExists"):
                return
            raise CouldNot(
                f"CloudFormation refuses the template of `{request.stack}`: {answered.message}",
                help="look at it: mmctl foundation template, mmctl staging template",
            ) from answered
        else:
            return
    raise CouldNot(f"no answer to CreateChangeSet of `{request.stack}`", help="run this again")


def _ready(request: ChangeSetRequest, means: StackMeans) -> ChangeSet | None:
    """The change set once it can be carried out; None: it has no changes."""
    started = means.elapsed()
    while means.elapsed() - started <= means.patience_seconds:
        found = means.service.change_set(request.stack, request.name)
        if found is None:
            raise CouldNot(f"the change set of `{request.stack}` is gone", help="run this again")
        if found.status == _FAILED:
            _asked(lambda: means.service.delete_change_set(request.stack, request.name))
            if any(each in (found.reason or "") for each in _NOTHING):
                return None
            if request.new:
                _asked(lambda: means.service.delete(request.stack))
            raise CouldNot(
                f"CloudFormation cannot change `{request.stack}`: {found.reason or found.status}",
                help="look at the template: mmctl foundation template, mmctl staging template",
            )
        if found.status == _READY:
            if found.changes or request.new:
                return found
            _asked(lambda: means.service.delete_change_set(request.stack, request.name))
            return None  # it changes tags of the stack alone
        means.sleep(means.poll_seconds)
    raise CouldNot(f"the change set of `{request.stack}` does not get ready", help="run this again")


def _asked(call: Callable[[], None]) -> None:
    """A call whose outcome is looked at afterwards in any case.

    Raises:
        CouldNot: it was refused.
    """
    try:
        call()
    except OutcomeUnknown:
        return
    except ServiceAnswer as answered:
        raise CouldNot(str(answered), help="run this again") from answered
