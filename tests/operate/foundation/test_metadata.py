"""Metadata on its way: topic → queue → function → table, made by moto from the template itself."""

from __future__ import annotations

import base64
import json
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from moto import mock_aws

from mmctl.operate.foundation.inline_code import LONGEST, inline_code
from operate.foundation.built import ROOT, foundation

if TYPE_CHECKING:
    from collections.abc import Iterator

# moto makes what it knows and skips the rest with a warning, such as alarms and identities.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS")
REGION: Final = "us-east-1"
KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
}
AUDITED: Final = ROOT / "examples/compliance-audit"
NOTICE: Final[dict[str, Any]] = {
    "notificationType": "Received",
    "mail": {
        "timestamp": "2026-11-28T23:59:58.000Z",
        "source": "petra@consulting.example",
        "messageId": "m-0001",
        "destination": ["anna.berg@example.com", "jane.doe@example.com"],
        "commonHeaders": {
            "from": ["Petra Novak <petra@consulting.example>"],
            "to": ["anna.berg@example.com", "jane.doe@example.com"],
            "subject": "Agenda",
            "messageId": "<1@consulting.example>",
        },
    },
    "receipt": {
        "recipients": ["anna.berg@example.com"],
        "spfVerdict": {"status": "PASS"},
        "dkimVerdict": {"status": "GRAY"},
    },
}


class Pipeline:
    """The stack on moto, and the function as Lambda would call it."""

    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        document = foundation(AUDITED, "local", date(2026, 11, 29)).template.document()
        # Lambda, which moto would run in a container, is what this test does by itself.
        mapping = document["Resources"].pop("MetadataFromQueue")["Properties"]
        self.answers = mapping["FunctionResponseTypes"]
        stacks: Any = boto3.client("cloudformation", region_name=REGION)
        stacks.create_stack(
            StackName="foundation",
            TemplateBody=json.dumps(document),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        found = stacks.describe_stack_resources(StackName="foundation")["StackResources"]
        self.ids = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in found
            if "PhysicalResourceId" in each
        }
        self.sns: Any = boto3.client("sns", region_name=REGION)
        self.sqs: Any = boto3.client("sqs", region_name=REGION)
        self.dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
        function = document["Resources"]["MetadataFunction"]["Properties"]
        environment.setenv("TABLE", self.ids["MetadataTable"])
        environment.setenv("KEEP_DAYS", "30")
        self.code = SimpleNamespace()
        exec(compile(function["Code"]["ZipFile"], "index.py", "exec"), vars(self.code))  # noqa: S102
        self.queue = self.ids["MetadataQueue"]
        asked = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        # A type that moto skips, made by its own API.
        self.sns.subscribe(
            TopicArn=self.ids["TopicMailMetadata"],
            Protocol="sqs",
            Endpoint=asked["Attributes"]["QueueArn"],
        )

    def publish(self, notice: object) -> None:
        text = notice if isinstance(notice, str) else json.dumps(notice)
        self.sns.publish(TopicArn=self.ids["TopicMailMetadata"], Message=text)

    def waiting(self) -> list[dict[str, Any]]:
        """What the queue hands over, as records of an event."""
        got = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [
            {"messageId": each["MessageId"], "body": each["Body"]}
            for each in got.get("Messages", ())
        ]

    def run(self, records: list[dict[str, Any]]) -> list[str]:
        """Run the function; return what it wants to get again."""
        answer = self.code.handler({"Records": records}, None)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def items(self) -> list[dict[str, Any]]:
        got = self.dynamodb.scan(TableName=self.ids["MetadataTable"])["Items"]
        return [{key: next(iter(value.values())) for key, value in item.items()} for item in got]


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    for key, value in KEYS.items():
        monkeypatch.setenv(key, value)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield Pipeline(monkeypatch)


def test_what_a_rule_publishes_becomes_one_item(pipeline: Pipeline) -> None:
    pipeline.publish(NOTICE)
    (record,) = pipeline.waiting()
    assert pipeline.run([record]) == []
    (item,) = pipeline.items()
    recorded, expires = item.pop("recorded_at"), item.pop("expires_at")
    assert len(recorded) == len("2026-11-28T23:59:58Z")
    assert int(expires) > 30 * 86_400
    assert item == {
        "message_id": "m-0001",
        "received_at": "2026-11-28T23:59:58.000Z",
        "received_on": "2026-11-28",
        "mail_from": "petra@consulting.example",
        "header_from": "Petra Novak <petra@consulting.example>",
        "header_to": "anna.berg@example.com, jane.doe@example.com",
        "subject": "Agenda",
        "header_message_id": "<1@consulting.example>",
        "spf": "PASS",
        "dkim": "GRAY",
        "recipients": ["anna.berg@example.com"],
        "topics": [pipeline.ids["TopicMailMetadata"]],
    }
    found = pipeline.dynamodb.query(
        TableName=pipeline.ids["MetadataTable"],
        IndexName="by-day",
        KeyConditionExpression="received_on = :day",
        ExpressionAttributeValues={":day": {"S": "2026-11-28"}},
    )
    assert found["Count"] == 1


def test_delivered_again_and_in_any_order_the_item_stays_the_same(pipeline: Pipeline) -> None:
    other = json.loads(json.dumps(NOTICE))
    other["receipt"]["recipients"] = ["jane.doe@example.com"]
    for notice in (NOTICE, other, NOTICE):
        pipeline.publish(notice)
    records = pipeline.waiting()
    assert len(records) == 3
    assert pipeline.run(records) == []
    once = pipeline.items()
    assert once[0]["recipients"] == ["anna.berg@example.com", "jane.doe@example.com"]
    assert pipeline.run(list(reversed(records))) == []
    assert pipeline.items() == once


def test_what_cannot_be_written_comes_again_alone_and_its_text_is_not_logged(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    notices: tuple[object, ...] = ("no JSON: secret", {"mail": {}}, NOTICE, [])
    for notice in (*notices, {"mail": {"messageId": ""}}):
        pipeline.publish(notice)
    records = pipeline.waiting()
    broken = [each for each in records if "m-0001" not in each["body"]]
    assert len(broken) == 4
    assert pipeline.run(records) == [each["messageId"] for each in broken]
    assert [item["message_id"] for item in pipeline.items()] == ["m-0001"]
    said = capsys.readouterr().out
    assert "secret" not in said
    assert len(said.splitlines()) == 4


def test_what_strangers_wrote_is_cut_and_cleaned(pipeline: Pipeline) -> None:
    notice = json.loads(json.dumps(NOTICE))
    notice["mail"]["commonHeaders"]["subject"] = "x" * 100_000
    notice["mail"]["commonHeaders"]["from"] = ["\ud800 <a@example.org>"]
    notice["mail"]["source"] = None
    notice["receipt"] = None
    pipeline.publish(notice)
    (record,) = pipeline.waiting()
    assert pipeline.run([record]) == []
    (item,) = pipeline.items()
    assert len(item["subject"]) == 1000
    assert item["header_from"] == "? <a@example.org>"
    assert "mail_from" not in item
    assert item["recipients"] == ["anna.berg@example.com", "jane.doe@example.com"]


def test_the_queue_gives_up_to_the_queue_of_the_failed(pipeline: Pipeline) -> None:
    asked = pipeline.sqs.get_queue_attributes(QueueUrl=pipeline.queue, AttributeNames=["All"])
    redrive = json.loads(asked["Attributes"]["RedrivePolicy"])
    failed = pipeline.sqs.get_queue_attributes(
        QueueUrl=pipeline.ids["MetadataFailed"], AttributeNames=["QueueArn"]
    )
    assert redrive["deadLetterTargetArn"] == failed["Attributes"]["QueueArn"]
    assert int(redrive["maxReceiveCount"]) == 5
    assert int(asked["Attributes"]["VisibilityTimeout"]) == 180
    assert pipeline.answers == ["ReportBatchItemFailures"]


def test_the_function_fits_into_a_template() -> None:
    code = inline_code("record_metadata")
    assert len(code) <= LONGEST
    assert code.isascii()
    assert base64.b64encode(code.encode())
