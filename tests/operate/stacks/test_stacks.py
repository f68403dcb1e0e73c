"""The driver of stacks against a CloudFormation that rolls back, fails, throttles and hangs."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from botocore.session import Session

from fake_stacks import Held, Killed, World
from mmctl.errors import CouldNot, Refused, StoppedPartWay
from mmctl.live.state.stacks import StackState
from mmctl.operate.stacks.deploy import Deployed, carry_out
from mmctl.operate.stacks.failures import actions_missing
from mmctl.operate.stacks.preparing import discard, prepare
from mmctl.operate.stacks.removal import take_away
from mmctl.operate.stacks.status import StackStanding, standing_of, way_out
from mmctl.operate.stacks.wanted import WantedStack
from mmctl.operate.templates.tagging import tags_of
from mmctl.records import replace

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {}}
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {}}


def wanted(resources: dict[str, Any] | None = None, **more: Any) -> WantedStack:
    document = {"Resources": resources or {"One": QUEUE, "Two": BUCKET}, "Outputs": {"Name": 1}}
    return WantedStack(
        name="shop-staging",
        document=more.pop("document", document),
        tags=tags_of("shop", "staging"),
        down="mmctl staging down",
        **more,
    )


def up(world: World, stack: WantedStack | None = None) -> Deployed:
    means = world.means()
    return carry_out(prepare(stack or wanted(), means), means)


def test_a_stack_is_made_once_and_then_only_what_changed() -> None:
    world = World()
    first = up(world)
    assert (first.made, first.changed, first.removed) == (2, 0, 0)
    assert first.stack.outputs == {"Name": "value-of-Name"}
    assert "shop-staging: One (AWS::SQS::Queue) CREATE_COMPLETE" in world.said
    again = up(world)
    assert again.untouched
    assert world.service.calls.count("ExecuteChangeSet") == 1
    changed = up(world, wanted({"One": {**QUEUE, "Metadata": {}}, "Three": QUEUE}))
    assert (changed.made, changed.changed, changed.removed) == (1, 1, 1)
    left = world.service.held["shop-staging"].change_sets.values()
    assert {each.execution for each in left} <= {"EXECUTE_COMPLETE"}


def test_what_was_only_shown_leaves_nothing_behind() -> None:
    world = World()
    prepared = prepare(wanted(), world.means())
    assert [each.name for each in prepared.changes] == ["One", "Two"]
    discard(prepared, world.means())
    assert world.service.stack("shop-staging") is None or not world.service.held
    up(world)
    held = world.service.held["shop-staging"]
    discard(prepare(wanted({"One": QUEUE}), world.means()), world.means())
    assert held.state.status == "CREATE_COMPLETE"
    assert set(held.resources) == {"One", "Two"}


def test_killed_before_every_call_it_goes_on_when_run_again() -> None:
    whole = World()
    up(whole)
    expected = set(whole.service.held["shop-staging"].resources)
    for at in range(1, whole.service.count + 1):
        world = World()
        world.service.killed_at = at
        with pytest.raises(Killed):
            up(world)
        world.service.killed_at = None
        done = up(world)
        assert done.stack.status == "CREATE_COMPLETE", at
        assert set(world.service.held["shop-staging"].resources) == expected, at
        assert up(world).untouched, at


def test_killed_before_every_call_of_a_down_it_goes_on_when_run_again() -> None:
    whole = World()
    up(whole)
    before = whole.service.count
    take_away(wanted(), whole.means())
    for at in range(1, whole.service.count - before + 1):
        world = World()
        up(world)
        world.service.killed_at = world.service.count + at
        with pytest.raises(Killed):
            take_away(wanted(), world.means())
        world.service.killed_at = None
        take_away(wanted(), world.means())
        assert not world.service.held, at


def test_a_stack_in_progress_is_waited_for_and_that_is_said() -> None:
    for status in ("CREATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
        world = World()
        up(world)
        held = world.service.held["shop-staging"]
        held.state = _with(held.state, status=status)
        done = partial(world.service._set, held, "UPDATE_COMPLETE")
        held.steps = [lambda: None, done]
        assert up(world).untouched
        assert any("since before, waiting for it" in line for line in world.said), status


def test_a_creation_that_was_undone_is_cleared_away_and_made_anew() -> None:
    world = World()
    world.service.fails = {"Two": "Bucket name taken"}
    with pytest.raises(StoppedPartWay) as stopped:
        up(world)
    assert stopped.value.details == ("Two (AWS::S3::Bucket): Bucket name taken",)
    assert "ROLLBACK_COMPLETE" in stopped.value.message
    world.service.fails = {}
    assert up(world).made == 2
    assert any("clearing it away" in line for line in world.said)


def test_an_update_that_fails_is_undone_and_said() -> None:
    world = World()
    up(world)
    world.service.fails = {"Three": "quota"}
    with pytest.raises(StoppedPartWay) as stopped:
        up(world, wanted({"One": QUEUE, "Two": BUCKET, "Three": QUEUE}))
    assert "UPDATE_ROLLBACK_COMPLETE" in stopped.value.message
    assert set(world.service.held["shop-staging"].resources) == {"One", "Two"}


def test_an_undoing_that_failed_is_tried_again_and_then_told_with_the_way_out() -> None:
    world = World()
    up(world)
    world.service.fails, world.service.undoing_fails = {"Three": "quota"}, True
    more = wanted({"One": QUEUE, "Two": BUCKET, "Three": QUEUE})
    with pytest.raises(StoppedPartWay):
        up(world, more)
    with pytest.raises(Refused) as refused:
        up(world, more)
    assert "UPDATE_ROLLBACK_FAILED" in refused.value.message
    assert "continue-update-rollback --stack-name shop-staging" in str(refused.value.help)
    world.service.fails, world.service.undoing_fails = {}, False
    assert up(world, more).made == 1


def test_a_deletion_that_failed_is_told_by_up_and_finished_by_down() -> None:
    world = World()
    up(world)
    world.service.fails = {"One": "The queue is in use"}
    with pytest.raises(StoppedPartWay) as stopped:
        take_away(wanted(), world.means())
    assert stopped.value.details == ("One (AWS::SQS::Queue): The queue is in use",)
    assert "mmctl staging down" in str(stopped.value.help)
    with pytest.raises(Refused) as refused:
        up(world)
    assert "DELETE_FAILED" in refused.value.message
    assert refused.value.details == ("One (AWS::SQS::Queue): The queue is in use",)
    world.service.fails = {}
    assert take_away(wanted(), world.means()).there
    assert not world.service.held


def test_a_creation_whose_undoing_failed_is_told_with_the_way_out() -> None:
    world = World()
    world.service.fails, world.service.undoing_fails = {"Two": "no"}, True
    with pytest.raises(StoppedPartWay):
        up(world)
    with pytest.raises(Refused) as refused:
        up(world)
    assert "ROLLBACK_FAILED" in refused.value.message
    assert "mmctl staging down" in str(refused.value.help)


def test_a_stack_of_that_name_that_is_not_ours_is_refused_everywhere() -> None:
    for tags in ({}, {"mmctl:project": "other"}, {**tags_of("shop", "prod")}):
        world = World()
        world.service.held["shop-staging"] = Held(
            StackState(id="arn:x", name="shop-staging", status="CREATE_COMPLETE", tags=tags)
        )
        for act in (lambda w=world: up(w), lambda w=world: take_away(wanted(), w.means())):
            with pytest.raises(Refused, match="is not ours"):
                act()
        assert not {"CreateChangeSet", "DeleteStack"} & set(world.service.calls)


def test_an_announced_stack_is_ours_only_if_its_change_sets_say_so() -> None:
    world = World()
    prepare(wanted(), world.means())
    assert up(world).made == 2
    other = World()
    other.service.held["shop-staging"] = Held(
        StackState(id="arn:x", name="shop-staging", status="REVIEW_IN_PROGRESS")
    )
    with pytest.raises(Refused, match="is not ours"):
        up(other)


def test_the_actions_that_nobody_allowed_are_named() -> None:
    denied = "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: {} on resource"
    world = World()
    world.service.fails = {"One": denied.format("sqs:CreateQueue")}
    with pytest.raises(StoppedPartWay) as stopped:
        up(world)
    assert stopped.value.details[-1] == "missing permissions: sqs:CreateQueue"
    assert "allow these actions" in str(stopped.value.help)
    both = [denied.format("s3:CreateBucket"), None, denied.format("kms:CreateKey"), "x"]
    assert actions_missing(both) == ("s3:CreateBucket", "kms:CreateKey")


def test_answers_that_get_lost_are_looked_for_before_anything_is_asked_again() -> None:
    world = World()
    world.service.lost = {"CreateChangeSet": 1, "ExecuteChangeSet": 1}
    assert up(world).made == 2
    assert world.service.calls.count("CreateChangeSet") == 1
    assert world.service.calls.count("ExecuteChangeSet") == 1
    world.service.lost = {"DeleteStack": 1}
    assert take_away(wanted(), world.means()).there
    assert not world.service.held


def test_a_change_set_that_is_gone_was_not_carried_out_unless_something_happened() -> None:
    world = World()
    up(world)
    prepared = prepare(wanted({"One": QUEUE, "Two": BUCKET, "Three": QUEUE}), world.means())
    held = world.service.held["shop-staging"]
    world.service.gone_at_execute = True
    with pytest.raises(CouldNot, match="has not begun to change"):
        carry_out(prepared, world.means())
    assert set(held.resources) == {"One", "Two"}


def test_looks_that_are_throttled_for_a_while_end_nothing() -> None:
    world = World()
    prepared = prepare(wanted(), world.means())
    world.service.throttled_later = {"ExecuteChangeSet": {"DescribeStackEvents": 5}}
    assert carry_out(prepared, world.means()).made == 2
    assert world.service.throttled == {"DescribeStackEvents": 0}


def test_a_service_that_answers_no_more_ends_it_with_what_to_do() -> None:
    world = World()
    world.service.throttled = {"DescribeStackEvents": 10_000}
    with pytest.raises(CouldNot, match="Rate exceeded"):
        up(world)


def test_a_stack_that_never_ends_is_given_up_with_what_to_do() -> None:
    world = World()
    up(world)
    held = world.service.held["shop-staging"]
    held.state, held.steps = _with(held.state, status="UPDATE_IN_PROGRESS"), []
    with pytest.raises(CouldNot, match="still in UPDATE_IN_PROGRESS"):
        up(world)


def test_a_stack_of_a_protected_environment_is_protected_and_not_taken_away() -> None:
    world = World()
    up(world, wanted(protected=True))
    assert world.service.held["shop-staging"].state.termination_protection
    with pytest.raises(Refused, match="protected from deletion"):
        take_away(wanted(protected=True), world.means())


def test_a_status_of_a_newer_api_is_no_reason_to_guess() -> None:
    world = World()
    up(world)
    held = world.service.held["shop-staging"]
    held.state = _with(held.state, status="HIBERNATED")
    with pytest.raises(Refused, match="HIBERNATED"):
        up(world)
    held.state = _with(held.state, status="HIBERNATE_IN_PROGRESS")
    assert standing_of(held.state) is StackStanding.MOVING


def test_every_status_of_the_service_model_has_a_standing_and_a_way_out() -> None:
    shape: Any = Session().get_service_model("cloudformation").shape_for("StackStatus")
    for status in shape.enum:
        state = StackState(id="a", name="a", status=status)
        assert standing_of(state) is not StackStanding.UNKNOWN, status
        assert way_out(standing_of(state), "a", "mmctl foundation down")


LARGE: dict[str, Any] = {f"Queue{n}": {**QUEUE, "Metadata": "x" * 500} for n in range(120)}
KEY: dict[str, Any] = {"Type": "AWS::KMS::Key", "Properties": {}}
SNAPSHOTS: dict[str, Any] = {
    "Type": "AWS::S3::Bucket",
    "DependsOn": "Log",
    "Properties": {"Key": {"Fn::GetAtt": ["Key", "Arn"]}, "Name": {"Fn::Sub": "a-${Prefix}"}},
}


def test_a_large_template_waits_for_the_bucket_that_it_makes_itself() -> None:
    resources = {**LARGE, "Key": KEY, "Log": QUEUE, "Snapshots": SNAPSHOTS}
    document = {
        "Parameters": {"Prefix": {"Type": "String"}},
        "Resources": resources,
        "Outputs": {"SnapshotBucketName": {"Value": {"Ref": "Snapshots"}}, "Other": 1},
    }
    stack = wanted(document=document, parameters={"Prefix": "x"})
    world = World()
    prepared = prepare(stack, world.means())
    assert {each.name for each in prepared.changes} == {"Key", "Log", "Snapshots"}
    assert prepared.wanted.parameters == {"Prefix": "x"}
    done = carry_out(prepared, world.means())
    assert done.made == len(resources)
    assert len(world.service.stored) == 1
    assert up(world, stack).untouched


def test_a_large_template_without_a_bucket_is_refused() -> None:
    with pytest.raises(Refused, match="bytes") as refused:
        up(World(), wanted(LARGE))
    assert "snapshots: s3://" in str(refused.value.help)
    assert up(World(bucket=True), wanted(LARGE)).made == len(LARGE)
    huge = {name: {**each, "Metadata": "x" * 9_000} for name, each in LARGE.items()}
    with pytest.raises(Refused, match="bytes"):
        up(World(bucket=True), wanted(huge))


def test_capabilities_are_asked_for_only_where_the_template_makes_roles() -> None:
    role: dict[str, Any] = {"Type": "AWS::IAM::Role", "Properties": {}}
    assert wanted().capabilities == ()
    assert wanted({"R": role}).capabilities == ("CAPABILITY_IAM",)
    named = {**role, "Properties": {"RoleName": "x"}}
    assert wanted({"R": named}).capabilities == ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")


def test_what_a_change_would_make_anew_or_remove_is_known_before() -> None:
    world = World()
    up(world)
    renamed = {"One": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    prepared = prepare(wanted(renamed), world.means())
    assert {each.name for each in prepared.destroys} == {"One", "Two"}


def _with(state: StackState, **members: Any) -> StackState:
    return replace(state, **members)
