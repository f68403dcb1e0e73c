"""Apply: brakes, lock, read again, snapshot, the calls, read back.

Nothing is written before the snapshot is kept; after that, every way out leaves a history entry.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from mmctl.errors import CouldNot, MmctlError, Refused, StoppedPartWay
from mmctl.live.apply.calls import ChangedMeanwhile, WentWrong, settled
from mmctl.live.apply.execution import Execution
from mmctl.live.apply.lock import Owner, locked
from mmctl.live.apply.other_tools import check_other_tools
from mmctl.live.apply.settling import read_as_planned
from mmctl.live.apply.yesterday import with_yesterday
from mmctl.live.brakes.brake import HOLDS_ROLLBACK, holding, refuse
from mmctl.live.brakes.catalogue import grips
from mmctl.live.compare.edits import EditKind
from mmctl.live.compare.recognizing import recognized
from mmctl.live.compare.wording import spaced
from mmctl.live.history.by_hand import with_marks
from mmctl.live.history.earlier_runs import check_past
from mmctl.live.history.entries import Doing, EntryResult, HistoryEntry
from mmctl.live.history.keeping import with_what_is_wanted, without_hand_edits
from mmctl.live.history.last_applied import last_applied
from mmctl.live.history.pinning import answered
from mmctl.live.history.repair import set_aside_damaged
from mmctl.live.plan.plan import make_plan, object_digests
from mmctl.live.plan.planfile import plan_document
from mmctl.live.plan.proposals import names_of_others
from mmctl.live.plan.stale import check_fresh, check_place
from mmctl.live.plan.steps import PASSWORD, Create, Update
from mmctl.live.state.read import read_live
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.live.state.times import timestamp
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.apply.effects import Means, Permissions
    from mmctl.live.brakes.brake import Grip
    from mmctl.live.history.history import History
    from mmctl.live.history.pins import Pin
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.read import LiveState


def apply(
    plan: Plan,
    means: Means,
    permissions: Permissions,
    *,
    reason: str | None = None,
    pins: Iterable[Pin] = (),
    answers_pins: bool = True,
    by_hand: bool = False,
) -> HistoryEntry | None:
    """Carry out a plan; None: there was nothing to do.

    `pins` hold from before the first write. A pin of something that the plan changes into
    something else is lifted, but only with `answers_pins`, which says that the files changed.
    `by_hand`: the change is not in a file, and the next apply must treat it as done by hand.

    Raises:
        Refused: a brake, a pin, a stale plan, another place or somebody else's lock; nothing was
            written.
        CouldNot: the service or the store could not be used; nothing was written.
        StoppedPartWay: something was written, then the apply stopped.
    """
    check_past(plan, means.history)
    check_permitted(plan, means, permissions)
    if plan.empty:
        conclude(plan, means, permissions)
        return None
    with _alone(means, permissions):
        check_past(plan, means.history)
        state = read_as_planned(means, plan, plan.live)
        check_fresh(plan, state)
        entry = _new_entry(plan, means, permissions, reason)
        entry = means.history.begin(entry, plan, plan_document(plan))
        execution = Execution(plan, state, entry.id, means)
        with _told(execution, entry, means.history):
            if pins:
                means.history.pin(pins, entry)
            execution.run()
            read, overwritten = _read_back(execution, entry, means)
            _keep_applied(plan, plan.live if by_hand else read, entry, means.history)
            entry = replace(entry, overwritten=overwritten)
            if answers_pins and plan.goes_back_to is None:
                _lift_answered(plan, means.history)
            return means.history.end(entry, EntryResult.DONE)


def _lift_answered(plan: Plan, history: History) -> None:
    """Lift the pins of what is now something else."""
    pins = history.pins()
    kept = [pin for pin in pins if not answered(pin, plan)]
    if len(kept) < len(pins):
        history.keep_pins(kept)


def conclude(plan: Plan, means: Means, permissions: Permissions) -> HistoryEntry | None:
    """Note that a cut-off entry is done after all if an empty plan shows it; return the entry.

    Raises:
        Refused: an apply or rollback is running.
        CouldNot: the store cannot be written.
    """
    if means.history.unended() is None:
        _agree(plan, means, permissions)
        return None
    with _alone(means, permissions):
        entry = means.history.unended()
        if entry is None:
            return None
        _keep_applied(plan, plan.live, None, means.history)
        reached = entry.digest_after == plan.digest_after
        return means.history.end(entry, EntryResult.DONE) if reached else None


def _agree(plan: Plan, means: Means, permissions: Permissions) -> None:
    """Remember that nothing is by hand anymore if the files say everything that is live.

    An apply that has nothing to do does not fail if this fails: the next one reports it again.
    """
    applied = means.history.applied()
    whole = not plan.partial and plan.goes_back_to is None
    if applied is None or not whole or object_digests(applied) == object_digests(plan.live):
        return
    with suppress(CouldNot, Refused), _alone(means, permissions):
        means.history.keep_applied(plan.live)


@contextmanager
def _alone(means: Means, permissions: Permissions) -> Iterator[None]:
    owner = Owner(
        who=means.who,
        host=means.host,
        process=means.process,
        at=timestamp(means.now()),
        space=means.space,
    )
    lock = locked(means.history.store, owner, break_lock=permissions.break_lock)
    # From here on nobody else writes what the history knows of entries.
    with lock, means.history.one_look():
        set_aside_damaged(means.history)
        yield


def check_permitted(plan: Plan, means: Means, permissions: Permissions) -> tuple[Grip, ...]:
    """Refuse what this plan must not do here, or not without a flag.

    Return the brakes that would hold an apply but not a rollback: they must be reported.

    Raises:
        Refused: another place, a name that somebody else has, adoption without `adopt`, or a
            brake that holds.
        UsageError: a password that must be sent is missing.
    """
    check_place(plan, means.service.identity)
    with means.history.one_look():
        plan = with_marks(plan, means.history)
        _check_names(plan)
        _check_adoption(plan, permissions)
        found = grips(
            with_yesterday(plan, means),
            pinned=means.history.pins(),
            entries=means.history.entries(),
        )
    held = holding(found, forced=permissions.forced, allow_delete=permissions.allow_delete)
    passed: tuple[Grip, ...] = ()
    if plan.goes_back_to is not None:
        passed = tuple(grip for grip in held if grip.brake not in HOLDS_ROLLBACK)
        held = tuple(grip for grip in held if grip.brake in HOLDS_ROLLBACK)
    refuse(held)
    _check_passwords(plan, means)
    return passed


def _check_names(plan: Plan) -> None:
    for thing, other in names_of_others(plan.desired, plan.live):
        noun = thing.kind.noun
        raise Refused(
            f"{noun} {thing.name} would get the live name `{thing.live_name}` of {noun} {other.id}",
            why="the other one is not part of this project, and a name must be unique",
            help=f"give {thing.name} another `live_name`, or rename {other.id}",
        )


def _check_adoption(plan: Plan, permissions: Permissions) -> None:
    adopted = [edit for edit in plan.edits if edit.kind is EditKind.ADOPTED]
    elsewhere = [edit for edit in adopted if edit.note]
    if elsewhere:
        first = elsewhere[0]
        raise Refused(
            f"{first.resource.noun} {first.object} {first.note}",
            why="two projects that write to one object would undo each other",
            help="give it another name here, or remove its tag `mmctl:project` in the other "
            "project",
        )
    if adopted and not permissions.adopt:
        names = ", ".join(f"{edit.resource.noun} {edit.object}" for edit in adopted)
        raise Refused(
            f"{len(adopted)} to adopt: {names}",
            why="objects with these names are live, but this project did not create them",
            help="to adopt them: --adopt",
        )
    check_other_tools(adopted, permissions.adopt_from)


def _check_passwords(plan: Plan, means: Means) -> None:
    passwords = means.passwords
    for step in plan.steps:
        thing = plan.desired.find(step.kind, step.name)
        sends = isinstance(step, Update) and PASSWORD in step.members
        sent = sends or isinstance(step, Create)
        if sent and thing is not None and thing.smtp_password_env:
            passwords.value(thing)


def _new_entry(
    plan: Plan, means: Means, permissions: Permissions, reason: str | None
) -> HistoryEntry:
    now = means.now()
    number = means.history.next_number()
    own = f"{number:04d}-{now:%Y%m%dT%H%M%SZ}"
    kind = Doing.APPLY if plan.goes_back_to is None else Doing.ROLLBACK
    last = means.history.unended()
    continues = last is not None and kind is last.kind is Doing.APPLY
    identity = plan.target.identity
    return HistoryEntry(
        id=own,
        kind=kind,
        at=timestamp(now),
        who=means.who,
        caller=means.service.identity.caller,
        environment=plan.target.environment,
        account=identity.account,
        region=identity.region,
        digest_before=plan.digest_before,
        digest_after=plan.digest_after,
        result=EntryResult.UNFINISHED,
        reason=reason,
        goes_back_to=plan.goes_back_to,
        state_before=last.state_before if continues and last is not None else own,
        forced=permissions.forced,
        plan=plan.seal,
        plan_key=plan.target.plan_key,
        summary=plan.summary.document(),
        revision=means.revision(),
        edges=means.edges,
        rules=plan.rules,
        values=plan.values,
        gate={} if plan.promotion is None else plan.promotion.gate,
    )


@contextmanager
def _told(execution: Execution, entry: HistoryEntry, history: History) -> Iterator[None]:
    """Turn what stops an apply into a message for its user, and note it in the history."""
    try:
        yield
    except MmctlError as error:
        if isinstance(error, StoppedPartWay):
            _end(history, entry, EntryResult.STOPPED)
            raise
        raise _stopped(execution, entry, history, error.message, error) from error
    except (ServiceAnswer, OutcomeUnknown, ChangedMeanwhile, WentWrong) as error:
        raise _stopped(execution, entry, history, str(error), error) from error
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and execution.calls.wrote:
            error.add_note(f"stopped {_how_far(execution)}; {_finish(execution.plan)}")
        _end(history, entry, EntryResult.STOPPED if execution.calls.wrote else EntryResult.NOTHING)
        raise


def _end(history: History, entry: HistoryEntry, result: EntryResult) -> None:
    """Note how it ended; if even that cannot be written, the entry stays unfinished."""
    with suppress(CouldNot):
        history.end(entry, result)


def _stopped(
    execution: Execution, entry: HistoryEntry, history: History, message: str, error: Exception
) -> MmctlError:
    if not execution.calls.wrote:
        _end(history, entry, EntryResult.NOTHING)
        if isinstance(error, ChangedMeanwhile):
            return Refused(
                f"the plan is stale: {message}",
                why="applying it would undo what somebody else did",
                help="read the change, then make a new plan: mmctl plan",
            )
        advice = error.help if isinstance(error, MmctlError) else None
        return CouldNot(message, help=advice or "nothing was written")
    _end(history, entry, EntryResult.STOPPED)
    return StoppedPartWay(
        f"stopped {_how_far(execution)}: {message}",
        details=tuple(f"  live: {step.text}" for step in execution.done),
        help=_finish(execution.plan),
    )


def _how_far(execution: Execution) -> str:
    total, done = len(execution.plan.steps), len(execution.done)
    return f"after {done} of {total} steps" if done < total else "before everything was read back"


def _finish(plan: Plan) -> str:
    env = f" --env {plan.target.environment}"
    if plan.seal is not None:
        return f"the same `mmctl apply PLAN` again finishes it, `mmctl rollback{env}` undoes it"
    if plan.goes_back_to is not None:
        return f"`mmctl rollback {plan.goes_back_to}{env}` again finishes it"
    return f"`mmctl apply{env}` again finishes it, `mmctl rollback{env}` undoes it"


def _read_back(
    execution: Execution, entry: HistoryEntry, means: Means
) -> tuple[LiveConfiguration, tuple[str, ...]]:
    """Read everything once more: the plan must be empty now, or soon, as a read may lag a little.

    Return what is live, and what somebody else wrote at the same time and was overwritten, as far
    as it was seen.

    Raises:
        StoppedPartWay: it is not.
    """
    plan, written = execution.plan, execution.calls.written

    def look() -> tuple[LiveState, Plan]:
        state = read_live(means.service, plan.desired, plan.live)
        for live_id, thing in state.answers.items():
            execution.glimpses.see(live_id, thing)
        told = recognized(state.configuration, (plan.desired,))
        state = replace(state, configuration=told)
        return state, make_plan(plan.target, plan.desired, state)

    state, rest = settled(
        means,
        look,
        lambda found: found[1].empty,
        is_old=lambda found: written.is_old_state(found[0]),
    )
    if not rest.empty:
        lines = [
            f"  {edit.resource}/{edit.object}: {edit.name} {spaced(edit.words or edit.kind)}"
            for edit in rest.edits
            if edit.words != ""
        ]
        lines = lines or [f"  {step.text}" for step in rest.steps]
        raise StoppedPartWay(
            f"all calls of {entry.id} succeeded, but the live state differs from the plan:",
            details=tuple(lines[:20]),
            help="mmctl plan shows the rest; " + _finish(plan),
        )
    return state.configuration, tuple(execution.glimpses.overwritten(written, state.answers))


def _keep_applied(
    plan: Plan, live: LiveConfiguration, entry: HistoryEntry | None, history: History
) -> None:
    """Remember what is live, without what was done by hand and stays, so that it stays known.

    `entry`: the one under way; None: an entry that was cut off turned out to be done.
    """
    states: tuple[LiveConfiguration, ...] = ()
    some = plan.partial or plan.goes_back_to is not None
    last = last_applied(history, without=entry.id if entry else None) if some else None
    # Only a rollback tells the rest of an apply that was cut off before from hand edits.
    if last is not None and (plan.goes_back_to is not None or len(last.states) == 1):
        states = last.named_as(live)
        live = with_what_is_wanted(without_hand_edits(states[0], plan.live, live), live, states[1:])
    history.keep_applied(recognized(live, (plan.desired, *states, plan.live)))
