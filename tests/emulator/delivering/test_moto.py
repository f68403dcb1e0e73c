"""S3 and SNS at an endpoint on this machine: a moto server, read with boto3 and an SQS queue."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from emulator.delivering.post_world import MESSAGE, ROLE, relay, rule
from mmctl.cli.local_services import services_of
from mmctl.emulator.delivering.settings import DeliverySettings, Retries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

pytestmark = pytest.mark.slow
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(service: str, url: str) -> Any:
    session: Any = boto3.Session()
    return session.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="111122223333",
        aws_secret_access_key="any",
    )


def test_objects_and_notifications_arrive_at_the_endpoint(world: Make, moto: str) -> None:
    s3, sns, sqs = (client(service, moto) for service in ("s3", "sns", "sqs"))
    s3.create_bucket(Bucket="mails", CreateBucketConfiguration={"LocationConstraint": REGION})
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    topics = [sns.create_topic(Name=name)["TopicArn"] for name in ("plain", "base64", "headers")]
    for topic in topics:
        endpoint = asked["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    plain, encoded, headers = (
        {"PublishToSns": {"TopicArn": topic, "RoleArn": ROLE, **more}}
        for topic, more in zip(
            topics, ({}, {"Encoding": "BASE64"}, {"PayloadType": "HEADERS"}), strict=True
        )
    )
    settings: Any = {"s3_url": moto, "sns_url": moto}
    office = world(
        [
            rule(
                {"AddHeader": {"HeaderName": "X-A", "HeaderValue": "1"}},
                {"WriteToS3": {"S3Bucket": "mails", "S3Prefix": "in/", "RoleArn": ROLE}},
                plain,
                encoded,
                headers,
            )
        ],
        services=services_of(DeliverySettings(**settings)),
        **settings,
    )
    raw = MESSAGE + b"\xff\r\n"
    mail = office.carry(raw)
    seen = b"X-A: 1\r\n" + raw
    assert s3.get_object(Bucket="mails", Key=f"in/{mail.id}")["Body"].read() == seen
    got = [
        json.loads(json.loads(each["Body"])["Message"])
        for _ in topics
        for each in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    ]
    told = {each["receipt"]["action"]["topicArn"]: each for each in got}
    assert set(told) == set(topics)
    assert {each["notificationType"] for each in got} == {"Received"}
    assert {each["mail"]["messageId"] for each in got} == {mail.id}
    assert told[topics[0]]["content"] == seen.decode("utf-8", "replace")
    assert base64.b64decode(told[topics[1]]["content"]) == seen
    assert "content" not in told[topics[2]]
    assert {"name": "X-A", "value": "1"} in told[topics[2]]["mail"]["headers"]
    assert office.files("s3") == office.files("sns") == []
    assert office.waiting() == []


def test_a_missing_bucket_or_topic_fails_and_a_server_that_is_gone_makes_mail_wait(
    world: Make, moto: str
) -> None:
    topic = f"arn:aws:sns:{REGION}:123456789012:none"
    rules = [
        rule(
            {"WriteToS3": {"S3Bucket": "none", "RoleArn": ROLE}},
            {"PublishToSns": {"TopicArn": topic, "RoleArn": ROLE}},
            {"Relay": {"Relay": "r-exchange"}},
        )
    ]
    for url, events in ((moto, 3), ("http://127.0.0.1:9", 0)):
        settings: Any = {"s3_url": url, "sns_url": url}
        office = world(
            rules,
            [relay("exchange")],
            services=services_of(DeliverySettings(**settings)),
            retries=Retries(first=3600),
            **settings,
        )
        office.root = office.root / str(events)
        office.carry()
        actions = office.events("action")
        assert len(actions) == events
        if events:
            assert [each["status"] for each in actions] == ["FAILURE", "FAILURE", "SUCCESS"]
            assert "NoSuchBucket" in actions[0]["detail"]
            assert office.waiting() == []
        else:
            assert "127.0.0.1:9" in office.events("waiting")[0]["reply"]
            assert len(office.waiting()) == 1
