"""`logging:` of rule sets and ingress points: what it makes, changes, ends, and leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError

from live.stopping import Killed, at_write, is_write, with_logging
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.service_error import conflict
from mmctl.errors import Refused, StoppedPartWay
from mmctl.live.aws.cloudwatch_logs import AwsLogs
from mmctl.live.compare.edits import EditKind
from mmctl.live.iam.policies import policy_for
from mmctl.live.iam.scope import Place
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from live.conftest import World

GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/mail/inbound"
OTHER_GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/mail/refused"
BUCKET = "arn:aws:s3:::acme-mail-logs/inbound"


def log(world: World, *, rule_set: str | None = None, mx: str | None = None) -> None:
    """Let the logs of the rule set and of the ingress point go somewhere."""
    if rule_set is not None:
        world.text = with_logging(world.text, rule_set=f"destination: {rule_set}")
    if mx is not None:
        world.text = with_logging(world.text, ingress_point=mx)


def log_everything(world: World) -> None:
    log(
        world,
        rule_set=GROUP,
        mx=f"destination: {GROUP}, traffic_policy_debug_logs: '{OTHER_GROUP}:*'",
    )


def logs_of(world: World) -> Any:
    return world.service().logs._client


def deliveries(world: World) -> set[tuple[str, str, str, str | None]]:
    """What is delivered: kind of resource, log type, receiver, and whose it is."""
    logs = logs_of(world)
    sources = {s["name"]: s for s in logs.describe_delivery_sources()["deliverySources"]}
    receivers = {
        d["arn"]: d["deliveryDestinationConfiguration"]["destinationResourceArn"]
        for d in logs.describe_delivery_destinations()["deliveryDestinations"]
    }
    found = set()
    for each in logs.describe_deliveries()["deliveries"]:
        source = sources[each["deliverySourceName"]]
        kind = source["resourceArns"][0].split(":")[-1].split("/")[0]
        receiver = receivers[each["deliveryDestinationArn"]]
        project = each.get("tags", {}).get("mmctl:project")
        found.add((kind.removeprefix("mailmanager-"), source["logType"], receiver, project))
    return found


def remains(world: World) -> tuple[int, int, int]:
    """How many sources, destinations and deliveries there are."""
    logs = logs_of(world)
    return (
        len(logs.describe_delivery_sources()["deliverySources"]),
        len(logs.describe_delivery_destinations()["deliveryDestinations"]),
        len(logs.describe_deliveries()["deliveries"]),
    )


def arn(world: World, kind: Kind, name: str) -> str:
    thing = world.plan().live.find(kind, name)
    assert thing is not None
    assert thing.id is not None
    part = "mailmanager-rule-set" if kind is Kind.RULE_SET else "mailmanager-ingress-point"
    return f"arn:aws:ses:us-east-1:000000000000:{part}/{thing.id}"


def deliver_by_hand(world: World, receiver: str = GROUP, name: str = "by-hand") -> str:
    """A delivery of the rule set's log as somebody makes it in the console; its id."""
    logs = logs_of(world)
    sender = arn(world, Kind.RULE_SET, "inbound")
    found = logs.describe_delivery_sources(resourceArns=[sender])["deliverySources"]
    source = found[0]["name"] if found else name
    if not found:
        logs.put_delivery_source(name=name, resourceArn=sender, logType="APPLICATION_LOGS")
    destination = logs.put_delivery_destination(
        name=name, deliveryDestinationConfiguration={"destinationResourceArn": receiver}
    )["deliveryDestination"]["arn"]
    made: str = logs.create_delivery(deliverySourceName=source, deliveryDestinationArn=destination)[
        "delivery"
    ]["id"]
    return made


EVERYTHING = {
    ("rule-set", "APPLICATION_LOGS", GROUP, "acme"),
    ("ingress-point", "APPLICATION_LOGS", GROUP, "acme"),
    ("ingress-point", "TRAFFIC_POLICY_DEBUG_LOGS", OTHER_GROUP, "acme"),
}


def test_the_first_apply_delivers_the_logs_last_and_the_plan_is_empty(world: World) -> None:
    log_everything(world)
    steps = [step.text for step in world.plan().steps]
    assert steps[-3:] == [
        "deliver logs of rule set inbound: APPLICATION_LOGS",
        "deliver logs of ingress point mx: APPLICATION_LOGS",
        "deliver logs of ingress point mx: TRAFFIC_POLICY_DEBUG_LOGS",
    ]
    world.apply()
    assert deliveries(world) == EVERYTHING
    assert remains(world) == (3, 2, 3)
    assert world.plan().empty


def test_a_project_without_logs_never_asks_cloudwatch_logs(world: World) -> None:
    world.apply()
    world.plan()
    assert not [call for call in world.calls if "Deliver" in call]


def test_logging_that_is_added_changed_and_removed_is_one_edit_each(world: World) -> None:
    world.apply()
    log(world, rule_set=GROUP)
    added = world.plan().edits
    assert [(e.kind, e.object, e.path, e.before, e.after) for e in added] == [
        (EditKind.CHANGED, "inbound", "logging.destination", None, GROUP)
    ]
    world.apply()
    world.replace(GROUP, BUCKET)
    changed = world.plan()
    assert [(e.path, e.before, e.after) for e in changed.edits] == [
        ("logging.destination", GROUP, BUCKET)
    ]
    assert [step.text for step in changed.steps] == [
        "stop logs of rule set inbound: APPLICATION_LOGS",
        "deliver logs of rule set inbound: APPLICATION_LOGS",
    ]
    world.apply()
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", BUCKET, "acme")}
    assert remains(world) == (1, 1, 1)
    world.replace(f"    logging: {{destination: {BUCKET}}}\n", "")
    removed = world.plan().edits
    assert [(e.path, e.before, e.after) for e in removed] == [("logging.destination", BUCKET, None)]
    world.apply()
    assert remains(world) == (0, 0, 0)
    world.calls.clear()
    assert world.plan().empty
    assert not [call for call in world.calls if "Deliver" in call]


def test_what_is_deleted_takes_its_deliveries_along_first(world: World) -> None:
    log_everything(world)
    world.apply()
    start = world.text.index("ingress_points:")
    world.text = world.text[:start]
    texts = [step.text for step in world.plan().steps]
    assert texts == [
        "stop logs of ingress point mx: APPLICATION_LOGS",
        "stop logs of ingress point mx: TRAFFIC_POLICY_DEBUG_LOGS",
        "delete ingress point mx",
    ]
    world.apply(allow_delete=True)
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", GROUP, "acme")}
    assert remains(world) == (1, 1, 1)


def test_an_ingress_point_made_anew_keeps_its_logs(world: World) -> None:
    log_everything(world)
    world.apply()
    before = arn(world, Kind.INGRESS_POINT, "mx")
    world.replace("    tls_policy: required\n", "    network: {public: dual_stack}\n")
    world.apply(forced=("endpoint-replacement",), allow_delete=True)
    after = arn(world, Kind.INGRESS_POINT, "mx")
    assert after != before
    assert deliveries(world) == EVERYTHING
    sources = logs_of(world).describe_delivery_sources(resourceArns=[after])["deliverySources"]
    assert len(sources) == 2
    assert remains(world) == (3, 2, 3)


def test_a_rollback_brings_the_deliveries_back_or_takes_them_away(world: World) -> None:
    world.apply()
    log_everything(world)
    world.apply()
    world.replace(OTHER_GROUP, BUCKET.removesuffix("/inbound"))
    world.text = world.text.replace("logs/inbound:*", "logs").replace("-logs:*'", "-logs'")
    world.apply()
    world.rollback()
    assert deliveries(world) == EVERYTHING
    world.rollback("2")
    assert remains(world) == (0, 0, 0)


def test_a_destination_of_another_account_is_used_and_never_deleted(world: World) -> None:
    logs = logs_of(world)
    made = logs.put_delivery_destination(
        name="central", deliveryDestinationConfiguration={"destinationResourceArn": GROUP}
    )["deliveryDestination"]["arn"]
    log(world, rule_set=made)
    world.apply()
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", GROUP, "acme")}
    assert world.plan().empty
    world.replace(f"    logging: {{destination: {made}}}\n", "")
    world.apply()
    assert remains(world) == (0, 1, 0)


# Others


def test_a_delivery_of_others_to_the_same_place_is_adopted_only_when_asked(world: World) -> None:
    world.apply()
    deliver_by_hand(world)
    log(world, rule_set=GROUP)
    plan = world.plan()
    assert [(e.kind, e.path) for e in plan.edits] == [(EditKind.ADOPTED, "logging.destination")]
    with pytest.raises(Refused, match="to adopt: rule set inbound"):
        world.apply()
    world.apply(adopt=True)
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", GROUP, "acme")}
    assert remains(world) == (1, 1, 1)
    assert world.plan().empty
    world.rollback()
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", GROUP, None)}


def test_a_delivery_of_another_project_is_not_adopted(world: World) -> None:
    world.apply()
    id_ = deliver_by_hand(world)
    logs = logs_of(world)
    delivery = logs.get_delivery(id=id_)["delivery"]["arn"]
    logs.tag_resource(resourceArn=delivery, tags={"mmctl:project": "other"})
    log(world, rule_set=GROUP)
    with pytest.raises(Refused, match="belongs to project other"):
        world.apply(adopt=True)


def test_deliveries_of_others_elsewhere_are_left_alone(world: World) -> None:
    world.apply()
    deliver_by_hand(world, OTHER_GROUP)
    log(world, rule_set=GROUP)
    world.apply()
    assert deliveries(world) == {
        ("rule-set", "APPLICATION_LOGS", GROUP, "acme"),
        ("rule-set", "APPLICATION_LOGS", OTHER_GROUP, None),
    }
    world.replace(f"    logging: {{destination: {GROUP}}}\n", "")
    world.apply()
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", OTHER_GROUP, None)}


def test_a_service_that_gives_all_sources_unasked_loses_no_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_everything(world)
    world.apply()

    def all_of_them(logs: AwsLogs, _resource_arns: Sequence[str]) -> Any:
        return logs._pages("DescribeDeliverySources", "deliverySources")

    monkeypatch.setattr(AwsLogs, "sources", all_of_them)
    assert world.plan().empty
    world.replace(f"    logging: {{destination: {GROUP}}}\n", "")
    world.apply()
    assert deliveries(world) == {each for each in EVERYTHING if each[0] != "rule-set"}


def test_a_delivery_that_somebody_ends_is_drift_and_made_again(world: World) -> None:
    log(world, rule_set=GROUP)
    world.apply()
    logs = logs_of(world)
    logs.delete_delivery(id=logs.describe_deliveries()["deliveries"][0]["id"])
    assert [(e.path, e.after) for e in world.plan().edits] == [("logging.destination", GROUP)]
    with pytest.raises(Refused, match="drift: 1 change made by hand would be undone"):
        world.apply()
    world.apply(forced=("drift",))
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", GROUP, "acme")}


def test_a_plan_made_before_somebody_changed_the_delivery_is_stale(world: World) -> None:
    log(world, rule_set=GROUP)
    world.apply()
    world.replace(GROUP, BUCKET)
    plan = world.plan()
    logs = logs_of(world)
    logs.delete_delivery(id=logs.describe_deliveries()["deliveries"][0]["id"])
    with pytest.raises(Refused, match="the plan is stale"):
        world.apply(plan)


def test_a_delivery_changed_between_the_reading_and_the_write_is_not_overwritten(
    world: World,
) -> None:
    log(world, rule_set=GROUP)
    world.apply()
    world.replace(GROUP, BUCKET)
    world.replace("port: 25,", "port: 2525,")
    real = EmbeddedMailManager.call
    done: list[str] = []

    def observe(operation: str, _parameters: Mapping[str, Any]) -> None:
        if operation != "UpdateRelay" or done:
            return
        done.append(operation)
        embedded = EmbeddedMailManager(
            world.root / ".mmctl/embedded.db", clock=world.clock.now, service_model=None
        )
        where = {"account": "000000000000", "region": "us-east-1", "service": "logs"}
        found = real(embedded, "DescribeDeliveries", {}, **where)["deliveries"]
        real(embedded, "DeleteDelivery", {"id": found[0]["id"]}, **where)
        embedded.close()

    world.observe = observe
    with pytest.raises(StoppedPartWay, match="log delivery of rule set inbound was changed"):
        world.apply(forced=("relay-target",))


# Stopped at any write


def changed_logs(world: World) -> None:
    """An applied project whose logs are all to go elsewhere, one of them to nowhere."""
    log_everything(world)
    world.apply()
    world.replace(f"    logging: {{destination: {GROUP}}}\n", "")
    world.replace(f"destination: {GROUP}", f"destination: {BUCKET}")


CHANGE = (
    "DeleteDelivery",
    "DeleteDeliverySource",
    "UntagResource",
    "DeleteDelivery",
    "DeleteDeliveryDestination",
    "DeleteDeliverySource",
    "TagResource",
    "PutDeliverySource",
    "PutDeliveryDestination",
    "CreateDelivery",
)
BEGIN = ("TagResource", "PutDeliverySource", "PutDeliveryDestination", "CreateDelivery")
AFTER = {
    ("ingress-point", "APPLICATION_LOGS", BUCKET, "acme"),
    ("ingress-point", "TRAFFIC_POLICY_DEBUG_LOGS", OTHER_GROUP, "acme"),
}


def test_the_change_has_these_writes(world: World) -> None:
    changed_logs(world)
    world.calls.clear()
    world.apply()
    assert tuple(world.writes) == CHANGE
    assert deliveries(world) == AFTER
    assert remains(world) == (2, 2, 2)


@pytest.mark.parametrize("again", ["apply", "rollback"])
@pytest.mark.parametrize("number", range(1, len(CHANGE) + 1))
def test_a_change_of_logs_killed_at_any_write_is_finished_or_undone(
    world: World, number: int, again: str
) -> None:
    changed_logs(world)
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply()
    world.observe = None
    if again == "apply":
        world.apply()
        assert (deliveries(world), remains(world)) == (AFTER, (2, 2, 2))
        assert world.plan().empty
    else:
        world.rollback()
        assert (deliveries(world), remains(world)) == (EVERYTHING, (3, 2, 3))


@pytest.mark.parametrize("number", range(1, len(BEGIN) + 1))
def test_logs_that_begin_killed_at_any_write_are_undone_without_remains(
    world: World, number: int
) -> None:
    world.apply()
    log(world, rule_set=GROUP)
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply()
    world.observe = None
    world.rollback()
    assert remains(world) == (0, 0, 0)


@pytest.mark.parametrize("number", range(1, len(CHANGE) + 1))
def test_an_answer_that_is_lost_after_any_write_is_looked_for(
    world: World, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_logs(world)
    answer, writes = EmbeddedMailManager.call, 0

    def call(self: EmbeddedMailManager, operation: str, *given: Any, **more: Any) -> Any:
        nonlocal writes
        answered = answer(self, operation, *given, **more)
        writes += is_write(operation)
        # All tries of one call: botocore makes six, a repeated one is a seventh.
        if is_write(operation) and number <= writes < number + 6:
            raise ConnectionClosedError(endpoint_url="embedded")
        return answered

    monkeypatch.setattr(EmbeddedMailManager, "call", call)
    world.apply()
    monkeypatch.undo()
    assert (deliveries(world), remains(world)) == (AFTER, (2, 2, 2))


def test_a_conflict_that_passes_is_waited_for_and_another_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(world, rule_set=GROUP)
    answer = EmbeddedMailManager.call
    refused: list[str] = []
    message = "Requested resource is currently being updated. Please try again later."

    def call(self: EmbeddedMailManager, operation: str, *given: Any, **more: Any) -> Any:
        if operation == "CreateDelivery" and len(refused) < 3:
            refused.append(message)
            raise conflict(message)
        return answer(self, operation, *given, **more)

    monkeypatch.setattr(EmbeddedMailManager, "call", call)
    world.apply()
    assert deliveries(world) == {("rule-set", "APPLICATION_LOGS", GROUP, "acme")}
    refused.clear()
    message = "This source delivers to CloudWatch Logs already"
    world.replace(GROUP, OTHER_GROUP)
    with pytest.raises(StoppedPartWay, match="delivers to CloudWatch Logs already"):
        world.apply()


# What it takes


def test_the_least_policies_of_logs_are_there_where_logs_are_wanted(world: World) -> None:
    def actions(purpose: str) -> set[str]:
        policy = policy_for(purpose, world.desired()[0], Place(project="acme"))
        return {action for part in policy["Statement"] for action in part["Action"]}

    assert not [each for each in actions("apply") if each.startswith("logs:")]
    log(world, rule_set=GROUP, mx=f"destination: {BUCKET}")
    assert {each for each in actions("plan") if each.startswith("logs:")} == {
        "logs:DescribeDeliveries",
        "logs:DescribeDeliverySources",
        "logs:DescribeLogGroups",
        "logs:GetDeliveryDestination",
        "logs:ListTagsForResource",
    }
    assert {
        "logs:CreateDelivery",
        "logs:PutResourcePolicy",
        "s3:PutBucketPolicy",
        "ses:AllowVendedLogDeliveryForResource",
    } <= actions("apply")
    assert "firehose:TagDeliveryStream" not in actions("apply")
