"""Rollback: a snapshot becomes the wanted state of the same plan and the same apply.

There is no second path to production; only what must not hold a person up in an outage differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import UsageError
from mmctl.language.project import Kind
from mmctl.live.apply import apply
from mmctl.live.edits import EditKind
from mmctl.live.history import Doing
from mmctl.live.plan import make_plan
from mmctl.live.read import read_live
from mmctl.live.settling import settle
from mmctl.live.unknown import not_restored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.history import History, HistoryEntry
    from mmctl.live.means import Means, Permissions
    from mmctl.live.plan import Plan, Target


def goal(history: History, id: str | None) -> HistoryEntry:
    """The entry whose snapshot to go back to: the one named, or that of the last apply.

    Raises:
        UsageError: there is no such entry.
    """
    if id is not None:
        return history.find(id)
    last = history.last_apply()
    if last is None:
        raise UsageError(
            f"nothing to roll back: no apply is noted in {history.store.place}",
            help="snapshots of another machine? set `snapshots:` to where they are",
        )
    return history.find(last.state_before)


def plan_rollback(target: Target, entry: HistoryEntry, means: Means) -> Plan:
    """The plan whose wanted state is the one before an entry.

    Raises:
        CouldNot: the snapshot or the service cannot be read.
    """
    desired = means.history.snapshot(entry.id).configuration
    settle(means, desired.project, stop_imports=True)
    state = read_live(means.service, desired, means.history.applied())
    return make_plan(target, desired, state, goes_back_to=entry.id, serial=count(means.history))


def count(history: History) -> int:
    """How many applies and rollbacks there were."""
    return len(history.entries())


def cannot_come_back(plan: Plan) -> Iterator[str]:
    """What a rollback does not restore, in sentences; to be said before anything is done."""
    for edit in plan.edits:
        made = edit.kind in {EditKind.ADDED, EditKind.REPLACED} and not edit.of_rule
        if made and edit.resource is Kind.ARCHIVE:
            yield f"archive {edit.object} comes back empty: the mail in it is gone"
        if made and edit.resource is Kind.INGRESS_POINT:
            yield f"ingress point {edit.object} gets a new A record: MX records must be changed"
            thing = plan.desired.find(edit.resource, edit.object)
            if thing is not None and thing.password_version and not thing.smtp_password_env:
                yield f"the SMTP password of ingress point {edit.object} is not known here"
        if made and edit.resource is Kind.ADDRESS_LIST:
            thing = plan.desired.find(edit.resource, edit.object)
            if thing is not None and thing.members is None:
                yield f"address list {edit.object} comes back empty: its members are external"
    yield from not_restored(plan.desired, plan.live)
    for thing in plan.desired.of_kind(Kind.INGRESS_POINT):
        live = plan.live.find(thing.kind, thing.name)
        if live is not None and live.password_version != thing.password_version:
            yield f"the SMTP password of ingress point {thing.name} stays as it is"


def roll_back(
    plan: Plan, means: Means, permissions: Permissions, *, reason: str | None = None
) -> HistoryEntry | None:
    """Carry out a rollback's plan, and pin what it leaves before it does; None: nothing to do.

    Raises:
        Refused, CouldNot, StoppedPartWay: as `apply` does.
    """
    pins = _left(plan, means.history)
    return apply(plan, means, permissions, reason=reason, pins=pins)


def _left(plan: Plan, history: History) -> set[str]:
    """The wanted states that this rollback leaves: those applied since, and what is live."""
    first = history.find(plan.goes_back_to or "").number
    since = [
        entry.digest_after
        for entry in history.entries()
        if entry.kind is Doing.APPLY and entry.number >= first
    ]
    return {plan.digest_before, *since} - {plan.digest_after}
