"""The order of calls: what must be there first is made first, what is in use goes last.

Create and update: address lists, archives, relays, add-ons, narrowing policies, rule sets, widening
policies, ingress points, log deliveries. Then members leave lists, and what goes is deleted in
reverse order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.language.references import references
from mmctl.live.plan.widening import narrows
from mmctl.live.state.canonical import canonical_pair
from mmctl.live.state.logs import NOWHERE, SENDING
from mmctl.live.state.replacing import left_over_name, name_between, why_replaced
from mmctl.model.kinds import Kind
from mmctl.model.logs import LogType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import Key, LiveConfiguration, LiveObject

UPDATABLE: Final = {
    Kind.ADDRESS_LIST: (),
    Kind.ARCHIVE: ("ArchiveName", "Retention"),
    Kind.RELAY: ("RelayName", "ServerName", "ServerPort", "Authentication"),
    Kind.ADD_ON: ("Instance",),
    Kind.RULE_SET: ("RuleSetName", "Rules"),
    Kind.TRAFFIC_POLICY: (
        "TrafficPolicyName",
        "PolicyStatements",
        "DefaultAction",
        "MaxMessageSizeBytes",
    ),
    Kind.INGRESS_POINT: (
        "IngressPointName",
        "RuleSetId",
        "TrafficPolicyId",
        "IngressPointConfiguration",
        "TlsPolicy",
        "Status",
    ),
}
"""Members that an update takes; `Status` is sent as StatusToUpdate, `Instance` is created."""

ALWAYS_SENT: Final = ("PolicyStatements",)
"""A list that must be sent also when it is empty (terraform-provider-aws issue 49366)."""

PASSWORD: Final = "SmtpPassword"  # noqa: S105 - the name of a member


class Verb(StrEnum):
    """What a step does."""

    CREATE = "create"
    UPDATE = "update"
    FREE_NAME = "free name of"
    """Give an object another name, in `values`, so that a successor can have its own."""
    TAG = "tag"
    UNTAG = "untag"
    ADD_MEMBERS = "add members to"
    REMOVE_MEMBERS = "remove members from"
    DELIVER_LOGS = "deliver logs of"
    """Let the log of the type in `values` go to the ARN beside it."""
    STOP_LOGS = "stop logs of"
    """End the delivery of the log of the type in `values`."""
    DELETE = "delete"


LOG_VERBS: Final = (Verb.DELIVER_LOGS, Verb.STOP_LOGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that apply does: one call, or one call for each address or tag in `values`."""

    verb: Verb
    kind: Kind
    name: str
    """Logical name of the object."""
    id: str | None = None
    """The service's id where the object is live already; of an add-on, of its subscription."""
    members: tuple[str, ...] = ()
    """Members of an update."""
    values: tuple[tuple[str, str], ...] = ()
    """Tags to set; of tags to take away and of addresses, only the first of each pair counts."""

    @property
    def text(self) -> str:
        """The step in a line: `update rule set inbound: rules`."""
        details = list(self.members) or [first for first, _second in self.values]
        listed = ", ".join(details[:3]) + (f" and {len(details) - 3} more" if details[3:] else "")
        return f"{self.verb} {self.kind.noun} {self.name}" + (f": {listed}" if listed else "")


def ordered_steps(
    desired: LiveConfiguration,
    live: LiveConfiguration,
    *,
    new_passwords: frozenset[str] = frozenset(),
) -> tuple[Step, ...]:
    """All calls, in order; `new_passwords` are ingress points whose password is to be set."""
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
        for kind in (Kind.ADDRESS_LIST, Kind.ARCHIVE, Kind.RELAY, Kind.ADD_ON):
            yield from self._upserts(kind)
        yield from self._policies(before_rule_sets=True)
        yield from self._upserts(Kind.RULE_SET)
        yield from self._policies(before_rule_sets=False)
        yield from self._upserts(Kind.INGRESS_POINT)
        for kind in SENDING:
            for thing in self.desired.of_kind(kind):
                yield from self._logs(thing)
        for thing in self.desired.of_kind(Kind.ADDRESS_LIST):
            yield from self._members(thing, removals=True)
        for kind in SENDING:
            for thing in self._going(kind):
                for of in sorted(thing.logging.keys() - thing.logs_of_others.keys()):
                    yield _step(Verb.STOP_LOGS, thing, id=call_id(thing), values=((of, ""),))
        for kind in reversed(Kind):
            for thing in self._going(kind):
                yield _step(Verb.DELETE, thing, id=call_id(thing))
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
            if step.verb is Verb.UNTAG and any(key == OWNER_TAG for key, _ in step.values):
                self.let_go.append(step)
            else:
                yield step
        members = self._update_members(thing, found)
        if members:
            yield _step(Verb.UPDATE, thing, id=call_id(found), members=members)
        yield from self._members(thing, removals=False)

    def _creation(self, thing: LiveObject, found: LiveObject | None) -> Iterator[Step]:
        if found is not None and found.live_name == thing.live_name:
            other = left_over_name(thing.kind, found.live_name)
            yield _step(Verb.FREE_NAME, thing, id=call_id(found), values=((other, ""),))
        yield _step(Verb.CREATE, thing)
        if thing.members:
            yield _step(Verb.ADD_MEMBERS, thing, values=_values(thing.members))
        if thing.closed:
            yield _step(Verb.UPDATE, thing, members=("Status",))

    def _free_name(self, thing: LiveObject) -> Iterator[Step]:
        """Where another live object of ours still has the name: it gets one of its own till later.

        Of kinds whose names are fixed none has: what has a name is what that name is paired with.
        """
        for holder in self.live.of_kind(thing.kind):
            ours = holder.key in self.wanted or holder.project == self.desired.project
            if ours and holder.key != thing.key and self.names[holder.key] == thing.live_name:
                other = name_between(holder.kind, holder.live_name)
                self.names[holder.key] = other
                values = ((other, ""),)
                yield _step(Verb.FREE_NAME, holder, id=call_id(holder), values=values)

    def _update_members(self, thing: LiveObject, found: LiveObject) -> tuple[str, ...]:
        wanted, is_now = canonical_pair(thing, found)
        changed = {
            member
            for member in UPDATABLE[thing.kind]
            if wanted.get(member) != is_now.get(member) and member in wanted
        }
        if thing.smtp_password_env and (
            "IngressPointConfiguration" in is_now or thing.name in self.new_passwords
        ):
            changed.add(PASSWORD)
        changed |= {member for member, key in _pointers(thing) if key in self.replaced}
        # What a snapshot holds in words that are not known here cannot be sent.
        changed -= {member.path.partition(".")[0] for member in thing.unknown if member.replaced}
        if changed:
            changed |= {member for member in ALWAYS_SENT if member in UPDATABLE[thing.kind]}
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
            verb = Verb.REMOVE_MEMBERS if removals else Verb.ADD_MEMBERS
            yield _step(verb, thing, id=call_id(found), values=_values(addresses))

    def _logs(self, thing: LiveObject) -> Iterator[Step]:
        """What stops goes first: two deliveries of one log to one service may be refused."""
        found = None if thing.key in self.replaced else self.found.get(thing.key)
        live_id = call_id(found) if found is not None else None
        have = found.logging if found is not None else {}
        for of in LogType:
            arn, now = thing.logging.get(of), have.get(of)
            others_now = found is not None and of in found.logs_of_others
            if now is not None and now != arn and not (now == NOWHERE and arn):
                yield _step(Verb.STOP_LOGS, thing, id=live_id, values=((of, ""),))
            if arn is not None and (now != arn or others_now is not (of in thing.logs_of_others)):
                yield _step(Verb.DELIVER_LOGS, thing, id=live_id, values=((of, arn),))

    def _going(self, kind: Kind) -> Iterator[LiveObject]:
        for thing in self.live.of_kind(kind):
            unwanted = thing.key not in self.wanted and thing.project == self.desired.project
            if unwanted or thing.key in self.replaced:
                yield thing


def call_id(thing: LiveObject) -> str | None:
    """The id that calls take: of an add-on, that of its subscription."""
    return thing.subscription_id if thing.kind is Kind.ADD_ON else thing.id


def _step(verb: Verb, thing: LiveObject, **more: Any) -> Step:
    return Step(verb=verb, kind=thing.kind, name=thing.name, **more)


def _values(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((text, "") for text in texts)


def _pointers(thing: LiveObject) -> Iterator[tuple[str, Key]]:
    """The updatable member around each reference of an object, and what it refers to."""
    for reference in references(thing.shape):
        member = reference.path[0]
        if isinstance(member, str) and member in UPDATABLE[thing.kind]:
            yield member, (reference.kind, reference.name)


def _tag_steps(thing: LiveObject, found: LiveObject) -> Iterator[Step]:
    want, have = all_tags(thing), all_tags(found)
    new = tuple((key, value) for key, value in sorted(want.items()) if have.get(key) != value)
    old = tuple(sorted(have.keys() - want.keys()))
    if new:
        yield _step(Verb.TAG, thing, id=call_id(found), values=new)
    if old:
        yield _step(Verb.UNTAG, thing, id=call_id(found), values=_values(old))


def all_tags(thing: LiveObject) -> dict[str, str]:
    """The tags of an object as the service holds them, with the one that says whose it is."""
    owner = {OWNER_TAG: thing.project} if thing.project is not None else {}
    return {**thing.tags, **owner}
