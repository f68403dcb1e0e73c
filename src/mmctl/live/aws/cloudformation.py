"""Stacks through a boto3 client of CloudFormation.

Answers become the values of `mmctl.live.state.stacks`. A refusal names the IAM action that the call
needs; an answer that did not arrive is `OutcomeUnknown` where the call may have changed something.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.aws.answers import reading, unreadable, writing
from mmctl.live.state.service import OutcomeUnknown, ServiceAnswer
from mmctl.live.state.stacks import (
    ChangeSet,
    Replaces,
    ResourceChange,
    StackDrift,
    StackEvent,
    StackResource,
    StackState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.live.state.stacks import ChangeSetRequest

_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "403"})
_NOT_THERE: Final = "does not exist"
_MISSING: Final = frozenset({"ChangeSetNotFound", "ChangeSetNotFoundException", "404"})
_PAGES_AT_MOST: Final = 200


class CloudFormation:
    """The stacks of one account and region."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def stack(self, name: str) -> StackState | None:
        """A stack by its name or id; None: there is none."""
        try:
            with _reading("DescribeStacks"):
                found = self._client.describe_stacks(StackName=name)["Stacks"]
                return _stack(found[0]) if found else None
        except ServiceAnswer as answered:
            if _NOT_THERE in answered.message:
                return None
            raise unreadable(answered) from answered

    def change_set(self, stack: str, name: str) -> ChangeSet | None:
        """A change set with all of its changes; None: there is none."""
        changes: list[ResourceChange] = []
        try:
            with _reading("DescribeChangeSet"):
                for page in self._pages(
                    self._client.describe_change_set, StackName=stack, ChangeSetName=name
                ):
                    changes += _changes(page)
        except ServiceAnswer as answered:
            if answered.code in _MISSING or _NOT_THERE in answered.message:
                return None
            raise unreadable(answered) from answered
        return ChangeSet(
            id=str(page.get("ChangeSetId", name)),
            name=str(page.get("ChangeSetName", name)),
            status=str(page.get("Status", "")),
            execution=str(page.get("ExecutionStatus", "")),
            reason=page.get("StatusReason"),
            tags=_tags(page),
            changes=tuple(changes),
        )

    def change_sets(self, stack: str) -> tuple[str, ...]:
        """The names of the change sets of a stack."""
        with _asking("ListChangeSets"):
            return tuple(
                str(each["ChangeSetName"])
                for page in self._pages(self._client.list_change_sets, StackName=stack)
                for each in page.get("Summaries", ())
                if stack in {each.get("StackId", stack), each.get("StackName", stack)}
            )

    def events(self, stack: str, after: str | None) -> tuple[StackEvent, ...]:
        """The events of a stack after one of them (None: all), the oldest first."""
        found: list[StackEvent] = []
        try:
            with _reading("DescribeStackEvents"):
                for page in self._pages(self._client.describe_stack_events, StackName=stack):
                    for each in page.get("StackEvents", ()):
                        if each["EventId"] == after:
                            return tuple(reversed(found))
                        found.append(_event(each))
        except ServiceAnswer as answered:
            if _NOT_THERE not in answered.message:
                raise unreadable(answered) from answered
        return tuple(reversed(found))

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """The resources of a stack."""
        with _asking("ListStackResources"):
            return tuple(
                StackResource(
                    name=str(each.get("LogicalResourceId", "")),
                    type=str(each.get("ResourceType", "")),
                    physical_id=each.get("PhysicalResourceId"),
                    status=str(each.get("ResourceStatus", "")),
                    reason=each.get("ResourceStatusReason"),
                )
                for page in self._pages(self._client.list_stack_resources, StackName=stack)
                for each in page.get("StackResourceSummaries", ())
            )

    def drift(self, stack: str) -> str:
        """Have CloudFormation look for drift; return the id that tells how far it is."""
        with _asking("DetectStackDrift"):
            return str(self._client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"])

    def drift_found(self, id_: str) -> StackDrift | None:
        """What a look for drift found; None: it goes on."""
        with _asking("DescribeStackDriftDetectionStatus"):
            answer = self._client.describe_stack_drift_detection_status(StackDriftDetectionId=id_)
        if answer.get("DetectionStatus") == "DETECTION_IN_PROGRESS":
            return None
        return StackDrift(
            status=str(answer.get("StackDriftStatus", "UNKNOWN")),
            drifted=int(answer.get("DriftedStackResourceCount", 0)),
            reason=answer.get("DetectionStatusReason"),
        )

    def create_change_set(self, request: ChangeSetRequest) -> None:
        """Ask for a change set; it is ready later."""
        template = {"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}
        with _writing("CreateChangeSet"):
            self._client.create_change_set(
                StackName=request.stack,
                ChangeSetName=request.name,
                ChangeSetType="CREATE" if request.new else "UPDATE",
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in request.parameters.items()
                ],
                Tags=[{"Key": key, "Value": value} for key, value in request.tags.items()],
                Capabilities=list(request.capabilities),
                **template,
            )

    def execute(self, stack: str, change_set: str) -> None:
        """Carry out a change set; what it makes goes again if it is rolled back."""
        with _writing("ExecuteChangeSet"):
            self._client.execute_change_set(
                StackName=stack, ChangeSetName=change_set, RetainExceptOnCreate=True
            )

    def delete_change_set(self, stack: str, name: str) -> None:
        """Delete a change set; a missing one is already deleted."""
        try:
            with _writing("DeleteChangeSet"):
                self._client.delete_change_set(StackName=stack, ChangeSetName=name)
        except ServiceAnswer as answered:
            if answered.code not in _MISSING and _NOT_THERE not in answered.message:
                raise

    def delete(self, stack: str) -> None:
        """Begin to delete a stack."""
        with _writing("DeleteStack"):
            self._client.delete_stack(StackName=stack)

    def continue_rollback(self, stack: str) -> None:
        """Go on with the rollback of an update that failed."""
        with _writing("ContinueUpdateRollback"):
            self._client.continue_update_rollback(StackName=stack)

    def protect(self, stack: str, *, on: bool) -> None:
        """Switch the protection from deletion."""
        with _writing("UpdateTerminationProtection"):
            self._client.update_termination_protection(
                StackName=stack, EnableTerminationProtection=on
            )

    @staticmethod
    def _pages(call: Any, **wanted: str) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        for _ in range(_PAGES_AT_MOST):
            page = call(**wanted, **more)
            yield page
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}


@contextmanager
def _reading(operation: str) -> Iterator[None]:
    """A call that changes nothing; a typed answer is raised as it is, except a refusal."""
    try:
        with reading(operation):
            yield
    except ServiceAnswer as answered:
        _check_allowed(answered)
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CouldNot(f"{operation}: the answer makes no sense", help="try again") from error


@contextmanager
def _asking(operation: str) -> Iterator[None]:
    try:
        with _reading(operation):
            yield
    except ServiceAnswer as answered:
        raise unreadable(answered) from answered


@contextmanager
def _writing(operation: str) -> Iterator[None]:
    try:
        with writing(operation):
            yield
    except ServiceAnswer as answered:
        _check_allowed(answered)
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise OutcomeUnknown(operation, "the answer makes no sense") from error


def _check_allowed(answered: ServiceAnswer) -> None:
    if answered.code in _DENIED:
        action = f"cloudformation:{answered.operation}"
        raise CouldNot(
            f"no permission: {action}",
            help=f"allow {action} to the caller; all that it needs: mmctl plan --iam staging",
        ) from answered


def _stack(found: Mapping[str, Any]) -> StackState:
    return StackState(
        id=str(found.get("StackId", found["StackName"])),
        name=str(found["StackName"]),
        status=str(found["StackStatus"]),
        reason=found.get("StackStatusReason"),
        tags=_tags(found),
        outputs={
            str(each["OutputKey"]): str(each["OutputValue"])
            for each in found.get("Outputs", ())
            if "OutputKey" in each and "OutputValue" in each
        },
        changed_at=found.get("LastUpdatedTime") or found.get("CreationTime"),
        termination_protection=bool(found.get("EnableTerminationProtection", False)),
    )


def _tags(found: Mapping[str, Any]) -> dict[str, str]:
    return {str(each["Key"]): str(each["Value"]) for each in found.get("Tags") or ()}


def _event(each: Mapping[str, Any]) -> StackEvent:
    return StackEvent(
        id=str(each["EventId"]),
        resource=str(each.get("LogicalResourceId", "")),
        type=str(each.get("ResourceType", "")),
        status=str(each.get("ResourceStatus", "")),
        reason=each.get("ResourceStatusReason"),
        about_stack=each.get("PhysicalResourceId") == each.get("StackId"),
        at=each.get("Timestamp"),
    )


def _changes(page: Mapping[str, Any]) -> Iterator[ResourceChange]:
    for each in page.get("Changes", ()):
        change = each.get("ResourceChange")
        if not change:
            continue  # a change of a newer kind is not one of a resource
        replaces = str(change.get("Replacement") or Replaces.NO)
        yield ResourceChange(
            action=str(change.get("Action", "")),
            name=str(change.get("LogicalResourceId", "")),
            type=str(change.get("ResourceType", "")),
            replaces=Replaces(replaces) if replaces in set(Replaces) else Replaces.MAY,
        )
