"""The order of calls: create what must be there first, delete what is in use last.

Create and update: kind by kind in the order of `Kind`, but policies that narrow before rule sets;
then log deliveries. Then members leave lists, and deletions follow in reverse order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.language.references import references
from mmctl.live.plan.steps import (
    PASSWORD,
    AddMembers,
    Create,
    Delete,
    DeliverLogs,
    FreeName,
    RemoveMembers,
    SetTags,
    StopLogs,
    Untag,
    Update,
)
from mmctl.live.plan.widening import narrows
from mmctl.live.state.canonical import canonical_pair
from mmctl.live.state.logs import NOWHERE
from mmctl.live.state.replacing import left_over_name, name_between, why_replaced
from mmctl.model.kinds import SENDING, Kind
from mmctl.model.logs import LogType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import Key, LiveConfiguration, LiveObject
    from mmctl.live.plan.steps import Step, TagStep


class _About(TypedDict):
    """The members that all steps have."""

    kind: Kind
    name: str
    id: str | None


def ordered_steps(
    desired: LiveConfiguration,
    live: LiveConfiguration,
    *,
    new_passwords: frozenset[str] = frozenset(),
) -> tuple[Step, ...]:
    """All calls, in order; `new_passwords` are ingress points whose password must be set."""
    return tuple(_Order(desired, live, new_passwords).steps())


class _Order:
    def __init__(
        self, desired: LiveConfiguration, live: LiveConfiguration, new_passwords: frozenset[str]
    ) -> None:
        self.desired = desired
        self.live = live
        self.found = live.by_key()
        self.wanted = desired.by_key()
        self.new_passwords = new_passwords
        self.names = {thing.key: thing.live_name for thing in live.objects}
        """What each live object is called when the steps so far are done."""
        self.let_go: list[Step] = []
        """What takes our tag off; last, as all else may be allowed on what has it alone."""
        self.replaced = {
            thing.key
            for thing in desired.objects
            if thing.key in self.found and why_replaced(thing, self.found[thing.key])
        }

    def steps(self) -> Iterator[Step]:
        for kind in Kind:
            if kind is Kind.RULE_SET:
                yield from self._policies(before_rule_sets=True)
            if kind is Kind.TRAFFIC_POLICY:
                yield from self._policies(before_rule_sets=False)
            else:
                yield from self._upserts(kind)
        for kind in SENDING:
            for thing in self.desired.of_kind(kind):
                yield from self._logs(thing)
        for thing in self.desired.of_kind(Kind.ADDRESS_LIST):
            yield from self._members(thing, removals=True)
        for kind in SENDING:
            for thing in self._going(kind):
                for of in sorted(thing.logging.keys() - thing.logs_of_others.keys()):
                    yield StopLogs(**_about(thing, thing), log_type=of)
        for kind in reversed(Kind):
            for thing in self._going(kind):
                yield Delete(**_about(thing, thing))
        yield from self.let_go

    def _upserts(self, kind: Kind) -> Iterator[Step]:
        for thing in self.desired.of_kind(kind):
            yield from self._upsert(thing)

    def _policies(self, *, before_rule_sets: bool) -> Iterator[Step]:
        for thing in self.desired.of_kind(Kind.TRAFFIC_POLICY):
            found = self.found.get(thing.key)
            first = found is None or thing.key in self.replaced or narrows(found, thing)
            if first is before_rule_sets:
                yield from self._upsert(thing)

    def _upsert(self, thing: LiveObject) -> Iterator[Step]:
        found = self.found.get(thing.key)
        yield from self._free_name(thing)
        if found is None or thing.key in self.replaced:
            yield from self._creation(thing, found)
            return
        self.names[thing.key] = thing.live_name
        for step in _tag_steps(thing, found):
            if isinstance(step, Untag) and OWNER_TAG in step.keys:
                self.let_go.append(step)
            else:
                yield step
        members = self._update_members(thing, found)
        if members:
            yield Update(**_about(thing, found), members=members)
        yield from self._members(thing, removals=False)

    def _creation(self, thing: LiveObject, found: LiveObject | None) -> Iterator[Step]:
        if found is not None and found.live_name == thing.live_name:
            other = left_over_name(thing.kind, found.live_name)
            yield FreeName(**_about(thing, found), other=other)
        yield Create(**_about(thing))
        if thing.members:
            yield AddMembers(**_about(thing), addresses=thing.members)
        if thing.closed:
            yield Update(**_about(thing), members=("Status",))

    def _free_name(self, thing: LiveObject) -> Iterator[Step]:
        """Give another live object of ours that still has the name a temporary one.

        This never happens for kinds with fixed names: there the name decides the pairing.
        """
        for holder in self.live.of_kind(thing.kind):
            ours = holder.key in self.wanted or holder.project == self.desired.project
            if ours and holder.key != thing.key and self.names[holder.key] == thing.live_name:
                other = name_between(holder.kind, holder.live_name)
                self.names[holder.key] = other
                yield FreeName(**_about(holder, holder), other=other)

    def _update_members(self, thing: LiveObject, found: LiveObject) -> tuple[str, ...]:
        wanted, is_now = canonical_pair(thing, found)
        changed = {
            member
            for member in thing.kind.row.updatable
            if wanted.get(member) != is_now.get(member) and member in wanted
        }
        if thing.smtp_password_env and (
            "IngressPointConfiguration" in is_now or thing.name in self.new_passwords
        ):
            changed.add(PASSWORD)
        changed |= {member for member, key in _pointers(thing) if key in self.replaced}
        # What a snapshot holds that this version does not know cannot be sent.
        changed -= {member.path.partition(".")[0] for member in thing.unknown if member.replaced}
        if changed:
            changed |= {*thing.kind.row.always_sent}
        return tuple(sorted(changed))

    def _members(self, thing: LiveObject, *, removals: bool) -> Iterator[Step]:
        found = self.found.get(thing.key)
        if thing.members is None or found is None or thing.key in self.replaced:
            return
        have = {address.lower(): address for address in found.members or ()}
        want = {address.lower(): address for address in thing.members}
        source, other = (have, want) if removals else (want, have)
        addresses = tuple(source[key] for key in sorted(source.keys() - other.keys()))
        if addresses:
            change = RemoveMembers if removals else AddMembers
            yield change(**_about(thing, found), addresses=addresses)

    def _logs(self, thing: LiveObject) -> Iterator[Step]:
        """What stops comes first: two deliveries of one log to one service may be refused."""
        found = None if thing.key in self.replaced else self.found.get(thing.key)
        have = found.logging if found is not None else {}
        for of in LogType:
            arn, now = thing.logging.get(of), have.get(of)
            others_now = found is not None and of in found.logs_of_others
            if now is not None and now != arn and not (now == NOWHERE and arn):
                yield StopLogs(**_about(thing, found), log_type=of)
            if arn is not None and (now != arn or others_now is not (of in thing.logs_of_others)):
                yield DeliverLogs(**_about(thing, found), log_type=of, receiver=arn)

    def _going(self, kind: Kind) -> Iterator[LiveObject]:
        for thing in self.live.of_kind(kind):
            unwanted = thing.key not in self.wanted and thing.project == self.desired.project
            if unwanted or thing.key in self.replaced:
                yield thing


def _about(thing: LiveObject, live: LiveObject | None = None) -> _About:
    """The object of a step; `live`: in its live form."""
    return {"kind": thing.kind, "name": thing.name, "id": None if live is None else live.call_id}


def _pointers(thing: LiveObject) -> Iterator[tuple[str, Key]]:
    """The updatable member that holds each reference of an object, and what it refers to."""
    for reference in references(thing.shape):
        member = reference.path[0]
        if isinstance(member, str) and member in thing.kind.row.updatable:
            yield member, (reference.kind, reference.name)


def _tag_steps(thing: LiveObject, found: LiveObject) -> Iterator[TagStep]:
    want, have = thing.all_tags, found.all_tags
    new = tuple((key, value) for key, value in sorted(want.items()) if have.get(key) != value)
    old = tuple(sorted(have.keys() - want.keys()))
    if new:
        yield SetTags(**_about(thing, found), tags=new)
    if old:
        yield Untag(**_about(thing, found), keys=old)
