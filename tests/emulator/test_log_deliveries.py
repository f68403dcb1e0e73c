"""Log deliveries of CloudWatch Logs: sources, destinations, and what joins them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mmctl.emulator.faults import Faults, FaultyMailManager, parse_fault
from mmctl.emulator.http import HttpFace
from mmctl.emulator.service_error import ServiceError

if TYPE_CHECKING:
    from emulator.conftest import MakeClient
    from mmctl.emulator.core import EmbeddedMailManager

ACCOUNT = "111122223333"
REGION = "eu-west-1"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/mail/inbound"
BUCKET = "arn:aws:s3:::acme-mail-logs/inbound"
STREAM = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/mail"


@pytest.fixture
def logs(make_client: MakeClient) -> Any:
    return make_client("logs")


@pytest.fixture
def rule_set(client: Any) -> str:
    return arn_of(client, client.create_rule_set(RuleSetName="logged", Rules=[])["RuleSetId"])


def arn_of(client: Any, id_: str) -> str:
    return str(client.get_rule_set(RuleSetId=id_)["RuleSetArn"])


def put_source(logs: Any, arn: str, name: str = "inbound", **more: Any) -> Any:
    given = {"name": name, "resourceArn": arn, "logType": "APPLICATION_LOGS", **more}
    return logs.put_delivery_source(**given)["deliverySource"]


def put_destination(logs: Any, arn: str = GROUP, name: str = "group", **more: Any) -> Any:
    given = {"name": name, "deliveryDestinationConfiguration": {"destinationResourceArn": arn}}
    return logs.put_delivery_destination(**given, **more)["deliveryDestination"]


def deliver(logs: Any, arn: str, **more: Any) -> Any:
    put_source(logs, arn)
    destination = put_destination(logs)
    return logs.create_delivery(
        deliverySourceName="inbound", deliveryDestinationArn=destination["arn"], **more
    )["delivery"]


def refused(error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    response: Any = error.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_a_delivery_joins_a_source_and_a_destination(logs: Any, rule_set: str) -> None:
    made = deliver(logs, rule_set, tags={"mmctl:project": "acme"})
    assert logs.get_delivery_source(name="inbound")["deliverySource"] == {
        "name": "inbound",
        "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery-source:inbound",
        "resourceArns": [rule_set],
        "service": "ses",
        "logType": "APPLICATION_LOGS",
    }
    assert logs.get_delivery_destination(name="group")["deliveryDestination"] == {
        "name": "group",
        "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery-destination:group",
        "deliveryDestinationType": "CWL",
        "outputFormat": "json",
        "deliveryDestinationConfiguration": {"destinationResourceArn": GROUP},
    }
    assert logs.get_delivery(id=made["id"])["delivery"] == {
        "id": made["id"],
        "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery:{made['id']}",
        "deliverySourceName": "inbound",
        "deliveryDestinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery-destination:group",
        "deliveryDestinationType": "CWL",
        "tags": {"mmctl:project": "acme"},
    }


@pytest.mark.parametrize(("arn", "type_"), [(BUCKET, "S3"), (STREAM, "FH"), (GROUP + ":*", "CWL")])
def test_the_type_of_a_destination_is_that_of_its_arn(logs: Any, arn: str, type_: str) -> None:
    assert put_destination(logs, arn)["deliveryDestinationType"] == type_


def test_lists_come_in_pages_and_by_what_is_asked_for(logs: Any, client: Any) -> None:
    arns = [
        arn_of(client, client.create_rule_set(RuleSetName=f"set-{n}", Rules=[])["RuleSetId"])
        for n in range(5)
    ]
    for number, arn in enumerate(arns):
        put_source(logs, arn, f"source-{number}")
    pages = logs.get_paginator("describe_delivery_sources").paginate(
        PaginationConfig={"PageSize": 2}
    )
    sizes = [[source["name"] for source in page["deliverySources"]] for page in pages]
    assert sizes == [["source-0", "source-1"], ["source-2", "source-3"], ["source-4"]]
    found = logs.describe_delivery_sources(resourceArns=arns[3:])["deliverySources"]
    assert [source["name"] for source in found] == ["source-3", "source-4"]
    assert logs.describe_deliveries()["deliveries"] == []


def test_what_a_delivery_uses_stays_as_long_as_it_is_there(logs: Any, rule_set: str) -> None:
    made = deliver(logs, rule_set)
    with pytest.raises(ClientError) as source:
        logs.delete_delivery_source(name="inbound")
    with pytest.raises(ClientError) as destination:
        logs.delete_delivery_destination(name="group")
    assert refused(source) == refused(destination) == (400, "ConflictException")
    logs.delete_delivery(id=made["id"])
    logs.delete_delivery_source(name="inbound")
    logs.delete_delivery_destination(name="group")
    with pytest.raises(ClientError) as gone:
        logs.delete_delivery(id=made["id"])
    assert refused(gone) == (400, "ResourceNotFoundException")


def test_one_resource_has_one_source_for_each_log_type(
    logs: Any, client: Any, rule_set: str, parts: dict[str, str]
) -> None:
    mx = client.create_ingress_point(IngressPointName="public-mx", Type="OPEN", **parts)[
        "IngressPointId"
    ]
    arn = client.get_ingress_point(IngressPointId=mx)["IngressPointArn"]
    put_source(logs, arn, "mx")
    put_source(logs, arn, "mx-debug", logType="TRAFFIC_POLICY_DEBUG_LOGS")
    put_source(logs, arn, "mx")  # the same again
    with pytest.raises(ClientError, match="already been used in another Delivery Source"):
        put_source(logs, arn, "second")
    with pytest.raises(ClientError, match="new ResourceId is not allowed"):
        put_source(logs, rule_set, "mx")
    with pytest.raises(ClientError, match="not supported for this resource"):
        put_source(logs, rule_set, "debug", logType="TRAFFIC_POLICY_DEBUG_LOGS")


@pytest.mark.parametrize(
    ("operation", "given", "code"),
    [
        (
            "put_delivery_source",
            {
                "name": "x",
                "resourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-rule-set/rs-{'x' * 26}",
                "logType": "APPLICATION_LOGS",
            },
            "ResourceNotFoundException",
        ),
        (
            "put_delivery_destination",
            {
                "name": "x",
                "deliveryDestinationConfiguration": {
                    "destinationResourceArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:x"
                },
            },
            "ValidationException",
        ),
        (
            "create_delivery",
            {"deliverySourceName": "x", "deliveryDestinationArn": "x"},
            "ResourceNotFoundException",
        ),
        ("get_delivery_source", {"name": "x"}, "ResourceNotFoundException"),
        ("get_delivery_destination", {"name": "x" * 61}, "ValidationException"),
        ("tag_resource", {"resourceArn": "x", "tags": {"a": "b"}}, "ResourceNotFoundException"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_refused(
    logs: Any, operation: str, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(logs, operation)(**given)
    assert refused(error) == (400, code)


def test_tags_are_given_once_at_the_start_and_changed_by_themselves(
    logs: Any, rule_set: str
) -> None:
    source = put_source(logs, rule_set, tags={"a": "1"})
    with pytest.raises(ClientError, match="only be provided when a resource is being created"):
        put_source(logs, rule_set, tags={"a": "1"})
    logs.tag_resource(resourceArn=source["arn"], tags={"b": "2"})
    logs.untag_resource(resourceArn=source["arn"], tagKeys=["a", "c"])
    assert logs.list_tags_for_resource(resourceArn=source["arn"])["tags"] == {"b": "2"}
    with pytest.raises(ClientError, match="regular expression"):
        logs.tag_resource(resourceArn=source["arn"], tags={"#": "2"})


def test_the_two_services_have_tags_of_their_own(logs: Any, client: Any, rule_set: str) -> None:
    source = put_source(logs, rule_set)
    with pytest.raises(ClientError, match="ValidationException"):
        client.list_tags_for_resource(ResourceArn=source["arn"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.list_tags_for_resource(resourceArn=rule_set)


def test_a_destination_of_another_account_can_be_delivered_to(
    make_client: MakeClient, logs: Any, rule_set: str
) -> None:
    other = put_destination(make_client("logs", account="444455556666"))
    put_source(logs, rule_set)
    made = logs.create_delivery(deliverySourceName="inbound", deliveryDestinationArn=other["arn"])[
        "delivery"
    ]
    assert made["deliveryDestinationArn"] == other["arn"]


def test_deliveries_are_left_when_what_sends_is_deleted(
    logs: Any, client: Any, rule_set: str
) -> None:
    made = deliver(logs, rule_set)
    client.delete_rule_set(RuleSetId=rule_set.rsplit("/", maxsplit=1)[-1])
    assert logs.get_delivery(id=made["id"])["delivery"]["id"] == made["id"]


def test_operations_besides_are_not_part_of_it(embedded: EmbeddedMailManager) -> None:
    with pytest.raises(ServiceError, match="NotImplemented"):
        embedded.call("DescribeLogGroups", {}, account=ACCOUNT, region=REGION, service="logs")


def test_over_http_both_services_are_at_one_address_and_meet_the_same_faults(
    embedded: EmbeddedMailManager, clock: Any, rule_set: str
) -> None:
    faulty = FaultyMailManager(
        embedded, Faults([parse_fault("denied:Delete*")]), wait=lambda _: None
    )
    with HttpFace(faulty, clock=clock, port=0) as face:
        logs: Any = boto3.client(
            "logs",
            endpoint_url=face.url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="unused",
        )
        made = deliver(logs, rule_set)
        with pytest.raises(ClientError, match="not authorized to perform: logs:DeleteDelivery"):
            logs.delete_delivery(id=made["id"])
        logs.delete_delivery(id=made["id"])
        assert logs.describe_deliveries()["deliveries"] == []
