"""A small CloudFormation that answers as AWS documents it: moto has no rollback and no events.

It makes resources one at each look, so that a stack is seen in progress. What fails, and how, is
said beforehand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mmctl.errors import CouldNot
from mmctl.language.stack import foundation_stack
from mmctl.live.aws import cloudformation, connect
from mmctl.live.state.service import ErrorCode, Identity, OutcomeUnknown, ServiceAnswer
from mmctl.live.state.stacks import (
    ChangeSet,
    ChangeSetRequest,
    Replaces,
    ResourceChange,
    StackDrift,
    StackEvent,
    StackResource,
    StackState,
)
from mmctl.operate.stacks.service import StackMeans
from mmctl.operate.templates.tagging import tags_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


class Killed(BaseException):
    """The process was killed: nothing catches it."""


@dataclass
class Held:
    """A stack, what it has, and what is still to be done with it."""

    state: StackState
    resources: dict[str, StackResource] = field(default_factory=dict)
    template: dict[str, Any] = field(default_factory=dict)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    wanted: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[StackEvent] = field(default_factory=list)
    steps: list[Callable[[], None]] = field(default_factory=list)


@dataclass
class FakeCloudFormation:
    """Stacks in memory; each look at a stack does one step of what is under way."""

    held: dict[str, Held] = field(default_factory=dict)
    gone: dict[str, Held] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    """Why a resource cannot be made, changed or deleted, by its logical id."""
    undoing_fails: bool = False
    stored: dict[str, str] = field(default_factory=dict)
    """Templates by URL."""
    calls: list[str] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)
    """How many answers to a call get lost, after it was carried out."""
    throttled: dict[str, int] = field(default_factory=dict)
    """How many looks fail, by call."""
    gone_at_execute: bool = False
    """Whether somebody deletes a change set before it is carried out; the answer gets lost."""
    throttled_later: dict[str, dict[str, int]] = field(default_factory=dict)
    """The same, once a call was made."""
    killed_at: int | None = None
    """The call before which the process is killed."""
    count: int = 0

    # -- reading

    def stack(self, name: str) -> StackState | None:
        self._call("DescribeStacks")
        held = self._find(name)
        if held is None:
            return None
        self._step(held)
        held = self._find(name)
        return None if held is None else held.state

    def change_set(self, stack: str, name: str) -> ChangeSet | None:
        self._call("DescribeChangeSet")
        held = self._find(stack)
        return None if held is None else held.change_sets.get(name)

    def change_sets(self, stack: str) -> tuple[str, ...]:
        self._call("ListChangeSets")
        held = self._find(stack)
        return () if held is None else tuple(held.change_sets)

    def events(self, stack: str, after: str | None) -> tuple[StackEvent, ...]:
        self._call("DescribeStackEvents")
        held = self._find(stack)
        if held is None:
            raise CouldNot(f"Stack [{stack}] does not exist")
        ids = [each.id for each in held.events]
        return tuple(held.events[ids.index(after) + 1 if after in ids else 0 :])

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        self._call("ListStackResources")
        held = self._find(stack)
        return () if held is None else tuple(held.resources.values())

    def drift(self, stack: str) -> str:
        self._call("DetectStackDrift")
        return stack

    def drift_found(self, id_: str) -> StackDrift | None:
        return StackDrift(status="IN_SYNC") if self._find(id_) else None

    # -- writing

    def create_change_set(self, request: ChangeSetRequest) -> None:
        self._call("CreateChangeSet")
        held = self.held.get(request.stack)
        if request.new and held is None:
            state = StackState(
                id=f"arn:stack/{request.stack}/{len(self.gone)}",
                name=request.stack,
                status="REVIEW_IN_PROGRESS",
            )
            held = self.held[request.stack] = Held(state)
        if held is None:
            raise ServiceAnswer("CreateChangeSet", ErrorCode.OTHER, "does not exist", "Validation")
        if request.new != (held.state.status == "REVIEW_IN_PROGRESS"):
            raise ServiceAnswer("CreateChangeSet", ErrorCode.OTHER, "wrong type", "Validation")
        if request.name in held.change_sets:
            raise ServiceAnswer("CreateChangeSet", ErrorCode.OTHER, "there", "AlreadyExists")
        text = request.body if request.url is None else self.stored[request.url]
        template = json.loads(text or "")
        changes = tuple(_changes(held.template, template))
        found = ChangeSet(
            id=request.name,
            name=request.name,
            status="CREATE_COMPLETE" if changes else "FAILED",
            execution="AVAILABLE" if changes else "UNAVAILABLE",
            reason=None if changes else NO_CHANGES,
            tags=dict(request.tags),
            changes=changes,
        )
        held.change_sets[request.name] = found
        held.wanted[request.name] = template
        self._lose("CreateChangeSet")

    def delete_change_set(self, stack: str, name: str) -> None:
        self._call("DeleteChangeSet")
        held = self._find(stack)
        if held is not None:
            held.change_sets.pop(name, None)

    def execute(self, stack: str, change_set: str) -> None:
        self._call("ExecuteChangeSet")
        held = self.held[stack]
        if self.gone_at_execute:
            del held.change_sets[change_set]
            raise OutcomeUnknown("ExecuteChangeSet", "the connection broke")
        found = held.change_sets[change_set]
        if found.execution != "AVAILABLE":
            raise ServiceAnswer("ExecuteChangeSet", ErrorCode.OTHER, "not available", "Invalid")
        held.change_sets[change_set] = replace(found, execution="EXECUTE_COMPLETE")
        new = held.state.status == "REVIEW_IN_PROGRESS"
        self._begin(held, "CREATE" if new else "UPDATE", found, held.wanted[change_set])
        self._lose("ExecuteChangeSet")

    def delete(self, stack: str) -> None:
        self._call("DeleteStack")
        held = self._find(stack)
        if held is None or stack in self.gone:
            return
        if held.state.termination_protection:
            raise ServiceAnswer("DeleteStack", ErrorCode.OTHER, "is protected", "Validation")
        self._set(held, "DELETE_IN_PROGRESS")
        held.steps = [partial(self._delete_one, held, name) for name in reversed(held.resources)]
        held.steps.append(lambda: self._end_delete(held))
        self._lose("DeleteStack")

    def continue_rollback(self, stack: str) -> None:
        self._call("ContinueUpdateRollback")
        held = self.held[stack]
        self._set(held, "UPDATE_ROLLBACK_IN_PROGRESS")
        end = "UPDATE_ROLLBACK_FAILED" if self.undoing_fails else "UPDATE_ROLLBACK_COMPLETE"
        held.steps = [lambda: self._set(held, end)]

    def protect(self, stack: str, *, on: bool) -> None:
        self._call("UpdateTerminationProtection")
        held = self.held[stack]
        held.state = replace(held.state, termination_protection=on)

    # -- what happens

    def _begin(self, held: Held, what: str, found: ChangeSet, template: dict[str, Any]) -> None:
        before = dict(held.resources)
        held.state = replace(held.state, tags=found.tags)
        self._set(held, f"{what}_IN_PROGRESS")
        held.steps = [partial(self._do, held, what, each, before) for each in found.changes]
        held.steps.append(lambda: self._end(held, what, template))

    def _do(
        self, held: Held, what: str, change: ResourceChange, before: dict[str, StackResource]
    ) -> None:
        verb = {"Add": "CREATE", "Remove": "DELETE"}.get(change.action, "UPDATE")
        self._tell(held, change.name, change.type, f"{verb}_IN_PROGRESS")
        reason = self.fails.get(change.name)
        if reason is not None:
            self._tell(held, change.name, change.type, f"{verb}_FAILED", reason)
            self._tell(
                held, "Other", "AWS::S3::Bucket", "CREATE_FAILED", "Resource creation cancelled"
            )
            self._undo(held, what, before)
            return
        if verb == "DELETE":
            held.resources.pop(change.name, None)
        else:
            held.resources[change.name] = StackResource(
                name=change.name,
                type=change.type,
                physical_id=f"id-{change.name}",
                status=f"{verb}_COMPLETE",
            )
        self._tell(held, change.name, change.type, f"{verb}_COMPLETE")

    def _undo(self, held: Held, what: str, before: dict[str, StackResource]) -> None:
        word = "ROLLBACK" if what == "CREATE" else "UPDATE_ROLLBACK"
        self._set(held, f"{word}_IN_PROGRESS", "The following resource(s) failed")
        if self.undoing_fails:
            held.steps = [lambda: self._set(held, f"{word}_FAILED", "undoing failed")]
            return

        def undone() -> None:
            held.resources = {} if what == "CREATE" else dict(before)
            self._set(held, f"{word}_COMPLETE")

        held.steps = [undone]

    def _end(self, held: Held, what: str, template: dict[str, Any]) -> None:
        held.template = template
        outputs = {name: f"value-of-{name}" for name in template.get("Outputs", {})}
        held.state = replace(held.state, outputs=outputs)
        self._set(held, f"{what}_COMPLETE")

    def _delete_one(self, held: Held, name: str) -> None:
        resource = held.resources[name]
        reason = self.fails.get(name)
        if reason is not None:
            held.resources[name] = replace(resource, status="DELETE_FAILED", reason=reason)
            self._tell(held, name, resource.type, "DELETE_FAILED", reason)
            return
        del held.resources[name]
        keeps = held.template["Resources"][name].get("DeletionPolicy") == "Retain"
        self._tell(held, name, resource.type, "DELETE_SKIPPED" if keeps else "DELETE_COMPLETE")

    def _end_delete(self, held: Held) -> None:
        if held.resources:
            self._set(held, "DELETE_FAILED", "some resources could not be deleted")
            return
        self._set(held, "DELETE_COMPLETE")
        del self.held[held.state.name]
        self.gone[held.state.id] = held

    def _set(self, held: Held, status: str, reason: str | None = None) -> None:
        held.state = replace(held.state, status=status, reason=reason)
        name = held.state.name
        self._tell(held, name, "AWS::CloudFormation::Stack", status, reason, about=True)

    def _tell(
        self,
        held: Held,
        name: str,
        type_: str,
        status: str,
        reason: str | None = None,
        *,
        about: bool = False,
    ) -> None:
        held.events.append(
            StackEvent(
                id=f"{held.state.id}-{len(held.events)}",
                resource=name,
                type=type_,
                status=status,
                reason=reason,
                about_stack=about,
            )
        )

    # -- how it answers

    def _find(self, name: str) -> Held | None:
        if name in self.held:
            return self.held[name]
        for each in self.held.values():
            if each.state.id == name:
                return each
        return self.gone.get(name)

    def _step(self, held: Held) -> None:
        if held.steps and held.state.status.endswith("_IN_PROGRESS"):
            held.steps.pop(0)()

    def _call(self, name: str) -> None:
        self.count += 1
        if self.killed_at is not None and self.count >= self.killed_at:
            raise Killed(name)
        self.calls.append(name)
        self.throttled |= self.throttled_later.pop(name, {})
        if self.throttled.get(name):
            self.throttled[name] -= 1
            raise CouldNot(f"{name}: Rate exceeded")

    def _lose(self, name: str) -> None:
        if self.lost.get(name):
            self.lost[name] -= 1
            raise OutcomeUnknown(name, "the connection broke")


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[ResourceChange]:
    before, after = old.get("Resources", {}), new.get("Resources", {})
    found = []
    for name, each in after.items():
        if name not in before:
            found.append(ResourceChange(action="Add", name=name, type=each["Type"]))
        elif before[name] != each:
            again = before[name]["Type"] != each["Type"] or "Name" in each.get("Properties", {})
            found.append(
                ResourceChange(
                    action="Modify",
                    name=name,
                    type=each["Type"],
                    replaces=Replaces.YES if again else Replaces.NO,
                )
            )
    found += [
        ResourceChange(action="Remove", name=name, type=each["Type"])
        for name, each in before.items()
        if name not in after
    ]
    return found


def with_stacks(
    patched: pytest.MonkeyPatch, project: str, environment: str, said: str = "x"
) -> FakeCloudFormation:
    """A foundation stack for the commands of a test; `said` is what its status and output hold."""
    service = FakeCloudFormation()
    name = foundation_stack(project, environment, None)
    state = StackState(
        id=f"arn:{name}",
        name=name,
        status="CREATE_COMPLETE",
        tags=tags_of(project, environment),
        outputs={"Said": said},
    )
    service.held[name] = Held(state)
    identity = Identity(account="0" * 12, region="us-east-1", endpoint="aws", caller="arn:aws:x")
    patched.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:9")
    patched.setattr(cloudformation, "CloudFormation", lambda _client: service)
    patched.setattr(connect, "caller_of", lambda _environment: identity)
    patched.setattr(connect, "open_service", lambda *_, **__: None)
    return service


@dataclass
class World:
    """The fake, a clock that waiting moves, and what was said."""

    service: FakeCloudFormation = field(default_factory=FakeCloudFormation)
    said: list[str] = field(default_factory=list)
    seconds: float = 0.0
    bucket: bool = False
    """Whether there is a bucket for large templates."""

    def means(self) -> StackMeans:
        return StackMeans(
            service=self.service,
            say=self.said.append,
            sleep=self._sleep,
            elapsed=lambda: self.seconds,
            store=self._store,
            poll_seconds=5.0,
        )

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def _store(self, name: str, text: str) -> str | None:
        there = self.bucket or any(
            "Snapshots" in each.resources for each in self.service.held.values()
        )
        if not there:
            return None
        self.service.stored[f"https://bucket/{name}"] = text
        return f"https://bucket/{name}"
