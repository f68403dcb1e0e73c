"""The client of CloudFormation: what AWS answers as documented, and which permission is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mmctl.errors import CouldNot
from mmctl.live.aws.cloudformation import CloudFormation
from mmctl.live.state.stacks import ChangeSetRequest, Replaces

NOW = datetime(2026, 11, 29, tzinfo=UTC)
REQUEST = ChangeSetRequest(stack="shop", name="mmctl-1", new=True, body="{}")


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


def test_a_stack_is_absent_where_the_service_says_so(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error(
            "describe_stacks", "ValidationError", "Stack with id shop does not exist"
        )
        assert CloudFormation(client).stack("shop") is None


def test_every_call_names_the_action_that_is_not_allowed(client: Any) -> None:
    service = CloudFormation(client)
    calls: dict[str, Any] = {
        "describe_stacks": lambda: service.stack("shop"),
        "describe_change_set": lambda: service.change_set("shop", "mmctl-1"),
        "list_change_sets": lambda: service.change_sets("shop"),
        "describe_stack_events": lambda: service.events("shop", None),
        "list_stack_resources": lambda: service.resources("shop"),
        "detect_stack_drift": lambda: service.drift("shop"),
        "create_change_set": lambda: service.create_change_set(REQUEST),
        "execute_change_set": lambda: service.execute("shop", "mmctl-1"),
        "delete_change_set": lambda: service.delete_change_set("shop", "mmctl-1"),
        "delete_stack": lambda: service.delete("shop"),
        "continue_update_rollback": lambda: service.continue_rollback("shop"),
        "update_termination_protection": lambda: service.protect("shop", on=True),
    }
    for method, call in calls.items():
        operation = client.meta.method_to_api_mapping[method]
        with Stubber(client) as stub:
            stub.add_client_error(method, "AccessDenied", "User is not authorized", 403)
            with pytest.raises(CouldNot, match=f"no permission: cloudformation:{operation}$"):
                call()


def test_events_come_oldest_first_and_only_those_that_are_new(client: Any) -> None:
    def event(number: int) -> dict[str, Any]:
        return {
            "StackId": "arn:shop",
            "EventId": f"e{number}",
            "StackName": "shop",
            "LogicalResourceId": f"R{number}",
            "Timestamp": NOW,
            "ResourceStatus": "CREATE_COMPLETE",
        }

    with Stubber(client) as stub:
        first = {"StackEvents": [event(4), event(3)], "NextToken": "more"}
        stub.add_response("describe_stack_events", first, {"StackName": "shop"})
        second = {"StackEvents": [event(2), event(1)]}
        stub.add_response(
            "describe_stack_events", second, {"StackName": "shop", "NextToken": "more"}
        )
        found = CloudFormation(client).events("shop", "e2")
    assert [each.id for each in found] == ["e3", "e4"]


def test_changes_of_all_pages_are_read_and_newer_kinds_are_left_out(client: Any) -> None:
    def change(name: str, **more: str) -> dict[str, Any]:
        kind = {"LogicalResourceId": name, "ResourceType": "AWS::S3::Bucket", "Action": "Modify"}
        return {"Type": "Resource", "ResourceChange": {**kind, **more}}

    page = {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "ChangeSetName": "m"}
    wanted = {"StackName": "shop", "ChangeSetName": "m"}
    with Stubber(client) as stub:
        changes = [change("One", Replacement="True"), {"Type": "Resource"}]
        stub.add_response(
            "describe_change_set", {**page, "Changes": changes, "NextToken": "2"}, wanted
        )
        rest = [change("Two", Replacement="Conditional"), change("Three")]
        stub.add_response(
            "describe_change_set", {**page, "Changes": rest}, {**wanted, "NextToken": "2"}
        )
        found = CloudFormation(client).change_set("shop", "m")
    assert found is not None
    assert [(each.name, each.replaces) for each in found.changes] == [
        ("One", Replaces.YES),
        ("Two", Replaces.MAY),
        ("Three", Replaces.NO),
    ]


def test_what_a_creation_made_goes_again_if_it_fails(client: Any) -> None:
    with Stubber(client) as stub:
        wanted = {"StackName": "shop", "ChangeSetName": "m", "RetainExceptOnCreate": True}
        stub.add_response("execute_change_set", {}, wanted)
        CloudFormation(client).execute("shop", "m")
        stub.assert_no_pending_responses()


def test_change_sets_of_other_stacks_are_left_out(client: Any) -> None:
    with Stubber(client) as stub:
        summaries = [
            {"StackName": "shop", "StackId": "arn:shop", "ChangeSetName": "mmctl-1"},
            {"StackName": "other", "StackId": "arn:other", "ChangeSetName": "mmctl-2"},
        ]
        stub.add_response("list_change_sets", {"Summaries": summaries}, {"StackName": "shop"})
        assert CloudFormation(client).change_sets("shop") == ("mmctl-1",)
