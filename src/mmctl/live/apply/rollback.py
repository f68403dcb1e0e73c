"""Rollback: a snapshot becomes the desired state of the same plan and the same apply.

There is no second path to production; it differs only in what must not delay a person in an outage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import CouldNot, Refused, UsageError
from mmctl.live.apply.apply import apply
from mmctl.live.apply.hand_edits import keeping_hand_edits
from mmctl.live.apply.settling import read_settled, settle
from mmctl.live.compare.edits import EditKind
from mmctl.live.history.by_hand import with_marks
from mmctl.live.history.entries import Doing, EntryResult, number_of
from mmctl.live.history.last_applied import last_applied
from mmctl.live.history.logical_rules import with_logical_rules
from mmctl.live.history.pinning import holds, pins_between, same_pin
from mmctl.live.history.pins import state_pin
from mmctl.live.history.records import SNAPSHOT
from mmctl.live.history.snapshots import Standing
from mmctl.live.plan.plan import make_plan
from mmctl.live.plan.unknown_members import not_restored
from mmctl.model.kinds import Kind
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.apply.effects import Means, Permissions
    from mmctl.live.compare.edits import Edit
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.history import History
    from mmctl.live.history.pins import Pin
    from mmctl.live.plan.plan import Plan, Target


def goal(history: History, id: str | None) -> HistoryEntry:
    """The entry whose snapshot to go back to: the one named, or that of the last apply.

    Raises:
        UsageError: there is no such entry.
        Refused: it is unknown which one was the last.
    """
    if id is not None:
        return history.find(id)
    with history.one_look():
        return _before_the_last_apply(history)


def _before_the_last_apply(history: History) -> HistoryEntry:
    last = history.last_apply()
    untold = history.untold()
    if untold and (last is None or number_of(untold[-1]) > last.number):
        raise _last_is_unknown(untold[-1], last)
    if last is None:
        raise UsageError(
            f"nothing to roll back: no apply is recorded in {history.store.place}",
            help="if the snapshots are elsewhere, set `snapshots:` to that place",
        )
    return history.find(last.state_before)


def _last_is_unknown(id: str, last: HistoryEntry | None) -> Refused:
    refused = f"neither the entry nor the snapshot of {id} can be read"
    if last is None:
        return Refused(
            refused,
            why="no other apply is recorded, so there is no state to go back to",
            help="if you have a copy of the store, name it with --store",
        )
    return Refused(
        refused,
        why=f"it may be the last apply: going back to the state before {last.id} would undo that "
        f"apply too",
        help=f"to go back to the state before {last.id} anyway: mmctl rollback {last.state_before}",
    )


def further_back(history: History, entry: HistoryEntry) -> HistoryEntry | None:
    """The entry to name to go back one state more than another entry; None: that is the first."""
    earlier = [
        each
        for each in history.entries()
        if each.number < entry.number and each.result is not EntryResult.NOTHING
    ]
    return history.find(earlier[-1].state_before) if earlier else None


def check_standing(history: History, entry: HistoryEntry) -> Standing:
    """Whether the snapshot of an entry is in the history; an edited one is refused.

    Raises:
        Refused: snapshot and entry disagree.
        CouldNot: the snapshot is missing or damaged.
    """
    found = history.standing(entry)
    if found is Standing.OTHER:
        raise Refused(
            f"the snapshot of {entry.id} is not the one in its entry",
            why="it was changed or replaced after it was stored; no flag makes that state live",
            help="choose another one: mmctl history, then mmctl rollback ID",
        )
    return found


def plan_rollback(
    target: Target, entry: HistoryEntry, means: Means, *, take_away: bool = False
) -> Plan:
    """The plan whose desired state is the one before an entry, with what was done by hand since.

    `take_away`: also remove what was done by hand.

    Raises:
        CouldNot: the snapshot or the service cannot be read.
    """
    desired = means.history.snapshot(entry.id).configuration
    settle(means, desired.project, stop_imports=True)
    history = means.history
    with history.one_look():
        state = read_settled(means, desired, history.known())
        state = with_logical_rules(state, history, desired)
        made = make_plan(target, desired, state, goes_back_to=entry.id, serial=count(history))
        last = None if take_away else last_applied(history)
        if last is not None:
            made = keeping_hand_edits(made, state, last)
        return with_marks(replace(made, edits=tuple(map(_for_a_rollback, made.edits))), history)


def _for_a_rollback(edit: Edit) -> Edit:
    """An edit as a rollback reports it: deleted rules need no flag."""
    if edit.kind is EditKind.REMOVED and edit.of_rule and edit.note is None:
        return replace(edit, note="added since")
    return edit


def count(history: History) -> int:
    """How many applies and rollbacks there were."""
    return len(history.entries())


def cannot_come_back(plan: Plan) -> Iterator[str]:
    """What a rollback does not restore, in sentences; to be printed before anything is done."""
    for edit in plan.edits:
        made = edit.kind in {EditKind.ADDED, EditKind.REPLACED} and not edit.of_rule
        loses = edit.resource.row.loses
        if made and loses is not None:
            yield f"{edit.resource.noun} {edit.object} comes back empty: {loses} is lost"
        if made and edit.resource is Kind.INGRESS_POINT:
            yield f"ingress point {edit.object} gets a new A record: change the MX records"
            thing = plan.desired.find(edit.resource, edit.object)
            if thing is not None and thing.password_version and not thing.smtp_password_env:
                yield f"the SMTP password of ingress point {edit.object} is unknown here"
        if made and edit.resource is Kind.ADDRESS_LIST:
            thing = plan.desired.find(edit.resource, edit.object)
            if thing is not None and thing.members is None:
                yield f"address list {edit.object} comes back empty: its members are external"
    yield from not_restored(plan.desired, plan.live)
    for thing in plan.desired.of_kind(Kind.INGRESS_POINT):
        live = plan.live.find(thing.kind, thing.name)
        if live is not None and live.password_version != thing.password_version:
            yield f"the SMTP password of ingress point {thing.name} stays unchanged"


def roll_back(
    plan: Plan, means: Means, permissions: Permissions, *, reason: str | None = None
) -> HistoryEntry | None:
    """Carry out a rollback's plan after pinning what it leaves; None: there is nothing to do.

    Raises:
        Refused, CouldNot, StoppedPartWay: as in `apply`.
    """
    with means.history.one_look():
        pins = _left(plan, means.history)
    done = apply(plan, means, permissions, reason=reason, pins=pins)
    if done is not None:
        kept = [pin for pin in means.history.pins() if not holds(pin, plan)]
        means.history.keep_pins(kept)
    return done


def _left(plan: Plan, history: History) -> tuple[Pin, ...]:
    """What this rollback takes away: what is live, and what applies since were to make live."""
    first_id = plan.goes_back_to or ""
    first = history.find(first_id).number
    since = [entry for entry in history.entries() if entry.number >= first]
    history.store.fetch([entry.id + SNAPSHOT for entry in since])
    states, unknown = [], []
    for entry in since:
        try:
            snapshot = history.snapshot(entry.id)
        except CouldNot:
            continue
        states += [snapshot.configuration] if entry.number > first else []
        if snapshot.wanted is not None and entry.kind is Doing.APPLY:
            states.append(snapshot.wanted)
        elif entry.kind is Doing.APPLY:
            unknown.append(state_pin(entry.digest_after))
    # Hand edits that stay were in none of those states, so do not pin against them.
    goal_alone = history.snapshot(first_id).configuration if plan.kept else plan.desired
    found: list[Pin] = []
    taken = [*pins_between(plan.live, plan.desired)]
    taken += [pin for state in states for pin in pins_between(state, goal_alone)]
    for pin in taken:
        if not any(same_pin(pin, other) for other in found):
            found.append(pin)
    unknown += [] if found else [state_pin(plan.digest_before)]
    return (*found, *(pin for pin in unknown if pin.digest != plan.digest_after))
