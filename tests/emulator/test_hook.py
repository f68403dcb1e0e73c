"""The in-process hook: real boto3 sessions and clients, no network, typed errors, retries."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from mmctl.emulator.hook import attach
from mmctl.emulator.service_error import ServiceError
from mmctl.errors import CouldNot

ACCOUNT = "444455556666"
REGION = "ca-central-1"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def fresh_session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="unused", aws_secret_access_key="unused", region_name=REGION
    )


def mail_manager(session: boto3.Session, *, attempts: int = 1) -> Any:
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    name: Any = "mailmanager"
    return session.client(name, config=config)


def test_a_session_answers_mail_manager_and_who_is_calling(
    fresh_session: boto3.Session, embedded: Any
) -> None:
    attach(fresh_session.events, embedded, account=ACCOUNT, region=REGION)
    client = mail_manager(fresh_session)
    identifier = client.create_archive(ArchiveName="everything")["ArchiveId"]
    arn = client.get_archive(ArchiveId=identifier)["ArchiveArn"]
    assert arn == f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-archive/{identifier}"
    caller = fresh_session.client("sts").get_caller_identity()
    assert caller["Account"] == ACCOUNT
    assert caller["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/embedded"


def test_any_other_service_is_refused_by_name(fresh_session: boto3.Session, embedded: Any) -> None:
    attach(fresh_session.events, embedded, account=ACCOUNT, region=REGION)
    with pytest.raises(CouldNot, match="got `s3` `ListBuckets`"):
        fresh_session.client("s3").list_buckets()
    with pytest.raises(CouldNot, match="got `sts` `AssumeRole`"):
        fresh_session.client("sts").assume_role(
            RoleArn="arn:aws:iam::111122223333:role/deploy", RoleSessionName="mmctl"
        )


def test_errors_are_typed_with_the_status_and_text_of_the_service(client: Any) -> None:
    client.create_archive(ArchiveName="everything")
    with pytest.raises(client.exceptions.ConflictException) as refused:
        client.create_archive(ArchiveName="everything")
    answer = refused.value.response
    assert answer["Error"]["Message"] == "Archive with ArchiveName everything already exists"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert answer["ResponseMetadata"]["RequestId"]


def test_times_arrive_as_datetimes(client: Any, clock: Any) -> None:
    identifier = client.create_archive(ArchiveName="everything")["ArchiveId"]
    assert client.get_archive(ArchiveId=identifier)["CreatedTimestamp"] == clock.now


def test_an_operation_that_does_not_exist_is_an_error_of_the_service(embedded: Any) -> None:
    with pytest.raises(ServiceError, match="unknown operation DescribeRuleSet"):
        embedded.call("DescribeRuleSet", {}, account=ACCOUNT, region=REGION)


def test_an_observer_sees_each_call_before_it_happens(
    fresh_session: boto3.Session, embedded: Any
) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []
    attach(
        fresh_session.events,
        embedded,
        account=ACCOUNT,
        region=REGION,
        observe=lambda operation, parameters: seen.append((operation, dict(parameters))),
    )
    client = mail_manager(fresh_session)
    client.create_archive(ArchiveName="everything", ClientToken="t")
    client.list_archives()
    assert seen == [
        ("CreateArchive", {"ClientToken": "t", "ArchiveName": "everything"}),
        ("ListArchives", {}),
    ]


def test_an_observer_that_raises_stops_the_call_and_botocore_retries_as_it_would(
    fresh_session: boto3.Session, embedded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    calls: list[str] = []

    def cut_twice(operation: str, _: object) -> None:
        calls.append(operation)
        if len(calls) < 3:
            raise EndpointConnectionError(endpoint_url="https://example.com")

    attach(fresh_session.events, embedded, account=ACCOUNT, region=REGION, observe=cut_twice)
    client = mail_manager(fresh_session, attempts=3)
    answer = client.create_archive(ArchiveName="everything")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert len(client.list_archives()["Archives"]) == 1


def test_a_cut_after_the_call_is_retried_without_making_a_second_thing(
    fresh_session: boto3.Session, embedded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    cuts = iter([True])

    class CutAfterTheFirst:
        def call(self, operation: str, parameters: Any, **where: str) -> Any:
            answer = embedded.call(operation, parameters, **where)
            if next(cuts, False):
                raise EndpointConnectionError(endpoint_url="https://example.com")
            return answer

    attach(fresh_session.events, CutAfterTheFirst(), account=ACCOUNT, region=REGION)
    client = mail_manager(fresh_session, attempts=3)
    identifier = client.create_archive(ArchiveName="everything")["ArchiveId"]
    assert [item["ArchiveId"] for item in client.list_archives()["Archives"]] == [identifier]


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_object_is_a_serialization_error(
    fresh_session: boto3.Session, embedded: Any, body: bytes
) -> None:
    attach(fresh_session.events, embedded, account=ACCOUNT, region=REGION)

    def spoil(request: Any, **_: object) -> None:
        request.data = body

    client = mail_manager(fresh_session)
    client.meta.events.register("before-sign", spoil)
    with pytest.raises(ClientError, match="SerializationException"):
        client.list_archives()


def test_a_client_of_another_protocol_is_refused(
    fresh_session: boto3.Session, embedded: Any
) -> None:
    attach(fresh_session.events, embedded, account=ACCOUNT, region=REGION)

    def as_cbor(request: Any, **_: object) -> None:
        del request.headers["X-Amz-Target"]
        request.headers["smithy-protocol"] = "rpc-v2-cbor"

    client = mail_manager(fresh_session)
    client.meta.events.register("before-sign", as_cbor)
    with pytest.raises(CouldNot, match=re.escape("speaks AWS JSON")):
        client.list_archives()


def test_importing_the_emulator_does_not_import_botocore() -> None:
    program = (
        "import sys; import mmctl.emulator.core, mmctl.emulator.hook;"
        " sys.exit(any(name.split('.')[0] in ('boto3', 'botocore') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_a_given_model_it_is_loaded() -> None:
    program = (
        "from datetime import UTC, datetime\n"
        "from mmctl.emulator.core import EmbeddedMailManager\n"
        "with EmbeddedMailManager(':memory:', clock=lambda: datetime.now(UTC)) as embedded:\n"
        "    print(embedded.call('ListRelays', {}, account='1', region='eu-west-1'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "{'Relays': []}\n"


def test_a_member_that_is_null_is_absent(lenient_client: Any) -> None:
    made = lenient_client.create_archive(ArchiveName="all", KmsKeyArn=None)
    archive = lenient_client.get_archive(ArchiveId=made["ArchiveId"])
    assert archive["Retention"] == {"RetentionPeriod": "SIX_MONTHS"}
    lenient_client.update_archive(ArchiveId=made["ArchiveId"], ArchiveName=None)
    assert lenient_client.get_archive(ArchiveId=made["ArchiveId"])["ArchiveName"] == "all"
    assert lenient_client.list_archives(NextToken=None, PageSize=None)["Archives"]
