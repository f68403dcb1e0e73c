"""One plan, carried out step by step: compare, write, remember; wait where the service is slow.

Every write comes after a read of what it changes. Anything that prevents the rest raises an
exception; `apply.py` says what it means.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.references import with_references
from mmctl.live.apply.calls import Calls, ChangedMeanwhile, settled
from mmctl.live.apply.creating import Creation
from mmctl.live.apply.glimpses import Glimpses
from mmctl.live.apply.log_steps import LogSteps
from mmctl.live.apply.members import MemberSteps
from mmctl.live.apply.written import ANY, SHAPE, TAGS, THERE, member_part, shape_of, tags_of
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
from mmctl.live.state.canonical import digest, digest_of
from mmctl.live.state.read import read_at_once, read_object
from mmctl.live.state.service import ErrorCode, Members, OutcomeUnknown, ServiceAnswer
from mmctl.model.kinds import STATUS_SENT
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.compiler.configuration import Key, LiveObject
    from mmctl.live.apply.effects import Means
    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.steps import MemberStep, Step, TagStep
    from mmctl.live.state.read import LiveState
    from mmctl.model.kinds import Kind, Noun

_SALT_BYTES: Final = 16
_KNOWN_MEMBERS: Final = 1000
"""Addresses that are kept to tell an old answer of a list from a new one."""


class Execution:
    """The steps of one plan, and how far they got."""

    def __init__(self, plan: Plan, state: LiveState, entry: str, means: Means) -> None:
        self.plan = plan
        self.done: list[Step] = []
        self.calls = Calls(means, entry)
        self.glimpses = Glimpses()
        self._means = means
        self._service = means.service
        self._passwords = means.passwords
        self._names = state.names
        self._digests = dict(state.raw)
        self._wanted = plan.desired.by_key()
        self._created: dict[Key, str] = {}
        self._member_steps = MemberSteps(means, self.calls, plan.token)
        self._log_steps = LogSteps(means, self.calls, plan.desired, state)

    def run(self) -> None:
        """Carry out all steps, in order."""
        for number, step in enumerate(self.plan.steps, 1):
            self._means.say(f"{number}/{len(self.plan.steps)} {step.text}")
            self._do(step)
            self.done.append(step)

    def _do(self, step: Step) -> None:
        match step:
            case Create():
                self._create(step)
            case Update():
                self._update(step)
            case FreeName():
                self._free_name(step)
            case SetTags() | Untag():
                self._tag(step)
            case AddMembers() | RemoveMembers():
                self._compare(step)
                self._member_steps.run(step, self._id(step))
                self._know_members(step)
            case DeliverLogs() | StopLogs():
                self._log_steps.run(step, self._id(step))
            case Delete():
                self._delete(step)
            case _:
                assert_never(step)

    def _id(self, step: Step) -> str:
        return step.id if step.id is not None else self._created[step.key]

    def _compare(self, step: Step) -> LiveObject | None:
        """Read the object of a step once more; None: it is gone, as a delete expects.

        Raises:
            ChangedMeanwhile: it is not what the plan was made from.
        """
        live_id = self._id(step)
        expected = self._digests.get(live_id)

        def fits(found: LiveObject | None) -> bool:
            if found is None:
                return isinstance(step, Delete)
            return expected is None or digest(found) == expected

        found = self._read(step.kind, live_id, fits)
        if not fits(found):
            what = "deleted" if found is None else "changed"
            raise ChangedMeanwhile(f"{step.kind.noun} {step.name} was {what} by somebody else")
        return found

    def _read(
        self, kind: Kind, live_id: str, fits: Callable[[LiveObject | None], bool]
    ) -> LiveObject | None:
        def look() -> LiveObject | None:
            found = read_at_once(self._service, kind, live_id)
            self.glimpses.see(live_id, found)
            return found

        is_old = partial(self.calls.written.is_old_object, live_id)
        return settled(self._means, look, fits, is_old=is_old)

    def _remember(self, kind: Kind, live_id: str, tags: Mapping[str, str] | None = None) -> None:
        """Note what we wrote: a later write of the same object compares with it.

        `tags`: those of a new object; for others it is enough that the write is visible.
        """
        if not self._is_written_again(live_id):
            return

        def shows(found: LiveObject | None) -> bool:
            return (
                found is not None
                and not self.calls.written.is_old_object(live_id, found)
                and (tags is None or found.all_tags == tags)
            )

        found = self._read(kind, live_id, shows)
        if found is not None:
            self._digests[live_id] = digest(found)

    def _is_written_again(self, live_id: str) -> bool:
        later = self.plan.steps[len(self.done) + 1 :]
        created = {key for key, known in self._created.items() if known == live_id}
        return any(
            step.id == live_id or step.key in created
            for step in later
            if not isinstance(step, DeliverLogs | StopLogs)
        )

    def _create(self, step: Create) -> None:
        thing = self._wanted[step.key]
        request = self._request(thing)
        if thing.smtp_password_env:
            request["IngressPointConfiguration"] = {PASSWORD: self._passwords.value(thing)}
        live_id = self._run_creation(step.kind.api_noun, request, thing)
        self._created[thing.key] = live_id
        self.calls.remember(live_id, THERE, False, True)
        self.calls.remember(live_id, TAGS, ANY, tags_of(thing))
        instance = step.kind.row.instance
        if instance is not None:
            self._create_instance(instance.noun, thing, live_id)
        else:
            self._names = self._names.with_id(thing.key, live_id)
        if step.kind.row.waited_for:
            self.calls.wait_until_ready(step.kind, thing.name, live_id)
        self._remember_password(thing, live_id)
        self._remember(step.kind, live_id, thing.all_tags)

    def _create_instance(self, noun: Noun, thing: LiveObject, subscription: str) -> None:
        request = {noun.name_member: subscription, "Tags": _tag_list(thing.all_tags)}
        live_id = self._run_creation(noun, request, thing)
        without = shape_of(replace(thing, instance=False))
        self.calls.remember(subscription, SHAPE, without, shape_of(thing))
        self._names = self._names.with_id(thing.key, live_id)

    def _run_creation(self, noun: Noun, request: Members, thing: LiveObject) -> str:
        return Creation(self._service, self.calls, noun, request, thing).run(self.plan.token)

    def _update(self, step: Update) -> None:
        thing, live_id = self._wanted[step.key], self._id(step)
        found = self._compare(step)
        instance = step.kind.row.instance
        if instance is not None:
            self._create_instance(instance.noun, thing, live_id)
        elif found is not None:
            self._write_whole(step, found, self._update_request(step, thing))
        if PASSWORD in step.members:
            self._remember_password(thing, live_id, found)
        self._remember(step.kind, live_id)

    def _update_request(self, step: Update, thing: LiveObject) -> Members:
        members = self._request(thing)
        request = {member: members[member] for member in step.members if member in members}
        if "Status" in step.members:
            request[STATUS_SENT] = "CLOSED" if thing.closed else "ACTIVE"
        if PASSWORD in step.members:
            request["IngressPointConfiguration"] = {PASSWORD: self._passwords.value(thing)}
        return request

    def _write_whole(self, step: Update | FreeName, before: LiveObject, request: Members) -> None:
        """Update; an unknown outcome is settled by reading: unchanged means it did not happen."""
        noun, live_id = step.kind.api_noun, self._id(step)
        call = partial(self._service.update, noun, live_id, request)
        try:
            self.calls.write(f"Update{noun}", step.name, call)
        except OutcomeUnknown:
            found = read_object(self._service, step.kind, live_id)
            if found is not None and digest(found) == self._digests.get(live_id):
                self.calls.write(f"Update{noun}", step.name, call)
        now = shape_of(updated(before, request))
        self.calls.remember(live_id, SHAPE, shape_of(before), now)
        if step.kind.row.waited_for:
            self.calls.wait_until_ready(step.kind, step.name, live_id)

    def _free_name(self, step: FreeName) -> None:
        noun, live_id = step.kind.api_noun, self._id(step)
        request: Members = {noun.name_member: step.other}
        found = self._compare(step)
        if found is None:
            return
        members = found.shape.to_api()
        request |= {member: members[member] for member in step.kind.row.always_sent}
        self._write_whole(step, found, request)
        self._remember(step.kind, live_id)

    def _tag(self, step: TagStep) -> None:
        found = self._compare(step)
        for arn in self._arns(step, found):
            match step:
                case SetTags():
                    call = partial(self._service.tag, arn, dict(step.tags))
                    self.calls.twice("TagResource", step.name, call)
                case Untag():
                    call = partial(self._service.untag, arn, [*step.keys])
                    self.calls.twice("UntagResource", step.name, call)
                case _:
                    assert_never(step)
        if found is not None:
            kept = {key: value for key, value in found.all_tags.items() if key not in step.details}
            now = kept | (dict(step.tags) if isinstance(step, SetTags) else {})
            self.calls.remember(self._id(step), TAGS, ANY, digest_of(now))
        self._remember(step.kind, self._id(step))

    def _know_members(self, step: MemberStep) -> None:
        """Keep which addresses came or went; of very many, the first ones reveal an old answer."""
        added = isinstance(step, AddMembers)
        about = {"id": self._id(step), "was": not added, "is": added}
        addresses = step.addresses[:_KNOWN_MEMBERS]
        self.calls.remember_all([about | {"part": member_part(each)} for each in addresses])

    def _arns(self, step: TagStep, found: LiveObject | None) -> list[str]:
        """The resources with an object's tags; the one that a plan reads them from is last."""
        identity = self._service.identity
        arns = [identity.arn(step.kind.api_noun, self._id(step))]
        instance = step.kind.row.instance
        if instance is not None and found is not None and found.id is not None:
            arns.insert(0, identity.arn(instance.noun, found.id))
        return arns

    def _delete(self, step: Delete) -> None:
        found = self._compare(step)
        if found is None:
            return
        instance = step.kind.row.instance
        if instance is not None and found.id is not None:
            self._delete_one(instance.noun, found.id, step.name)
        self._delete_one(step.kind.api_noun, self._id(step), step.name)
        self.calls.remember(self._id(step), THERE, True, False)
        if step.kind.row.waited_for:
            self.calls.wait_until_gone(step.kind, step.name, self._id(step))

    def _delete_one(self, noun: Noun, live_id: str, name: str) -> None:
        delete = partial(self._service.delete, noun, live_id)
        try:
            self.calls.twice(f"Delete{noun}", name, delete)
        except ServiceAnswer as answered:
            if answered.answer is not ErrorCode.CONFLICT:
                raise
            self.calls.patiently(f"Delete{noun}", name, delete)

    def _request(self, thing: LiveObject) -> Members:
        request = with_references(thing.shape, self._names.live).to_api()
        return request | {"Tags": _tag_list(thing.all_tags)}

    def _remember_password(
        self, thing: LiveObject, live_id: str, before: LiveObject | None = None
    ) -> None:
        if thing.smtp_password_env:
            last = before.password_version if before else None

            def shows(found: LiveObject | None) -> bool:
                return found is not None and found.password_version != last

            found = self._read(thing.kind, live_id, shows)
            version = found.password_version if found else None
            salt = self._means.random_bytes(_SALT_BYTES)
            self._passwords.remember(live_id, self._passwords.value(thing), version, salt)


def updated(before: LiveObject, request: Members) -> LiveObject:
    """How an object should read after an update with a request, as far as that can be known."""
    known = before.shape.to_api().keys() | set(before.kind.row.updatable)
    members = {member: value for member, value in request.items() if member in known}
    status = request.get(STATUS_SENT)
    return replace(
        before,
        shape=type(before.shape).logical(before.shape.to_api() | members),
        closed=before.closed if status is None else status == "CLOSED",
        unknown=(),
    )


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
