"""The HTTP face: real boto3 clients on a real socket, and what is no request of such a client."""

from __future__ import annotations

import errno
import http.client
import json
import re
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.loaders import Loader

import mmctl.emulator.http as http_face
from mmctl.emulator import cbor
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.http import HttpFace
from mmctl.errors import CouldNot, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import boto3

    MakeClient = Callable[..., Any]

DEV = "111122223333"
PROD = "444455556666"
REGION = "eu-west-1"
SIGNED = (
    f"AWS4-HMAC-SHA256 Credential={DEV}/20260302/{REGION}/ses/aws4_request,"
    " SignedHeaders=host, Signature=0"
)
JSON_HEADERS = {"Authorization": SIGNED, "X-Amz-Target": "MailManagerSvc.ListRelays"}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def served(embedded: EmbeddedMailManager, clock: Any, stack: ExitStack) -> HttpFace:
    return stack.enter_context(HttpFace(embedded, clock=clock, port=0))


@pytest.fixture
def client_at(served: HttpFace, session: boto3.Session, stack: ExitStack) -> MakeClient:
    """Make clients of the server; an access key of 12 digits is the account."""
    make: Any = session.client

    def client(
        service: str = "mailmanager",
        *,
        key: str = DEV,
        token: str | None = None,
        region: str = REGION,
        anything: bool = False,
    ) -> Any:
        made = make(
            service,
            region_name=region,
            endpoint_url=served.url,
            aws_access_key_id=key,
            aws_secret_access_key="unused",
            aws_session_token=token,
            config=Config(
                retries={"total_max_attempts": 1},
                parameter_validation=not anything,
                max_pool_connections=8,
                connect_timeout=120,
                read_timeout=120,
            ),
        )
        return stack.enter_context(closing(made))

    return client


@pytest.fixture
def wire(served: HttpFace, stack: ExitStack) -> http.client.HTTPConnection:
    """A connection to the server without an AWS client."""
    parts = urlsplit(served.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    stack.callback(connection.close)
    return connection


def port_of(face: HttpFace) -> int:
    return urlsplit(face.url).port or 0


def asked(
    connection: http.client.HTTPConnection,
    body: bytes = b"{}",
    *,
    headers: dict[str, str] | None = None,
    path: str = "/",
    method: str = "POST",
) -> tuple[int, str]:
    connection.request(method, path, body, headers if headers is not None else JSON_HEADERS)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(errors="replace")


# Mail Manager


def test_a_resource_lives_over_http(client_at: MakeClient, clock: Any) -> None:
    client = client_at()
    rules = [{"Name": "drop", "Actions": [{"Drop": {}}]}]
    identifier = client.create_rule_set(RuleSetName="inbound", Rules=rules)["RuleSetId"]
    client.update_rule_set(RuleSetId=identifier, RuleSetName="renamed")
    found = client.get_rule_set(RuleSetId=identifier)
    assert (found["RuleSetName"], found["Rules"]) == ("renamed", rules)
    assert found["CreatedDate"] == clock.now
    assert found["RuleSetArn"] == f"arn:aws:ses:{REGION}:{DEV}:mailmanager-rule-set/{identifier}"
    client.delete_rule_set(RuleSetId=identifier)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as gone:
        client.get_rule_set(RuleSetId=identifier)
    assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_errors_are_typed(client_at: MakeClient) -> None:
    client = client_at(anything=True)
    client.create_archive(ArchiveName="everything")
    with pytest.raises(client.exceptions.ConflictException, match="everything already exists"):
        client.create_archive(ArchiveName="everything")
    with pytest.raises(client.exceptions.ValidationException, match="1 validation error detected"):
        client.create_archive(ArchiveName="no spaces")


def test_lists_come_in_pages_that_the_client_joins(client_at: MakeClient) -> None:
    client = client_at()
    identifier = client.create_address_list(AddressListName="allowed")["AddressListId"]
    wanted = [f"user{number:03d}@example.com" for number in range(23)]
    for address in wanted:
        client.register_member_to_address_list(AddressListId=identifier, Address=address)
    pages = client.get_paginator("list_members_of_address_list").paginate(
        AddressListId=identifier, PaginationConfig={"PageSize": 10}
    )
    found = [[member["Address"] for member in page["Addresses"]] for page in pages]
    assert [len(page) for page in found] == [10, 10, 3]
    assert [address for page in found for address in page] == wanted


def test_an_ingress_point_is_active_when_it_has_settled(client_at: MakeClient, clock: Any) -> None:
    client = client_at()
    rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    identifier = client.create_ingress_point(
        IngressPointName="edge", Type="OPEN", RuleSetId=rule_set, TrafficPolicyId=policy
    )["IngressPointId"]
    assert client.get_ingress_point(IngressPointId=identifier)["Status"] == "PROVISIONING"
    clock.advance(seconds=61)
    assert client.get_ingress_point(IngressPointId=identifier)["Status"] == "ACTIVE"
    with pytest.raises(client.exceptions.ConflictException):
        client.delete_rule_set(RuleSetId=rule_set)


def test_the_same_token_makes_one_thing(client_at: MakeClient) -> None:
    client = client_at()
    made = {
        client.create_relay(
            RelayName="out",
            ServerName="relay.example.com",
            ServerPort=25,
            Authentication={"NoAuthentication": {}},
            ClientToken="one",
        )["RelayId"]
        for _ in range(3)
    }
    assert len(made) == 1


def test_eight_threads_at_once_lose_and_double_nothing(client_at: MakeClient) -> None:
    client = client_at()

    def work(worker: int) -> list[str]:
        made = []
        for number in range(4):
            name = f"set-{worker}-{number}"
            identifier = client.create_rule_set(RuleSetName=name, Rules=[])["RuleSetId"]
            assert client.get_rule_set(RuleSetId=identifier)["RuleSetName"] == name
            made.append(name)
        return made

    with ThreadPoolExecutor(8) as pool:
        wanted = sorted(name for made in pool.map(work, range(8)) for name in made)
    pages = client.get_paginator("list_rule_sets").paginate(PaginationConfig={"PageSize": 20})
    assert sorted(each["RuleSetName"] for page in pages for each in page["RuleSets"]) == wanted


def test_eight_threads_that_ask_for_the_same_thing_get_one(client_at: MakeClient) -> None:
    client = client_at()
    ready = threading.Barrier(8)

    def create(_: int) -> str:
        ready.wait(timeout=120)
        made = client.create_archive(ArchiveName="everything", ClientToken="one")
        return str(made["ArchiveId"])

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(create, range(8)))
    assert {each["ArchiveId"] for each in client.list_archives()["Archives"]} == made


def test_what_was_answered_is_there_after_a_new_start(
    tmp_path: Path, clock: Any, session: boto3.Session
) -> None:
    make: Any = session.client
    names = []
    for _ in range(2):
        with (
            EmbeddedMailManager(tmp_path / "state.db", clock=clock) as embedded,
            HttpFace(embedded, clock=clock, port=0) as face,
            closing(make("mailmanager", endpoint_url=face.url)) as client,
        ):
            names.append([each["ArchiveName"] for each in client.list_archives()["Archives"]])
            client.create_archive(ArchiveName="everything", ClientToken="one")
    assert names == [[], ["everything"]]


def test_a_state_that_cannot_be_used_is_a_fault_of_the_server_with_the_reason(
    clock: Any, stack: ExitStack, wire: http.client.HTTPConnection
) -> None:
    class Broken:
        def call(self, *_: object, **__: object) -> dict[str, Any]:
            raise CouldNot("could not use the embedded Mail Manager: disk full")

    face = stack.enter_context(HttpFace(Broken(), clock=clock, port=0))
    wire.port = port_of(face)
    status, text = asked(wire)
    assert status == 500
    assert json.loads(text)["Message"].endswith("disk full")


# Smithy RPC v2 CBOR


@pytest.fixture
def cbor_client(served: HttpFace, tmp_path: Path, stack: ExitStack) -> Any:
    """A client of a model that speaks CBOR alone."""
    session = botocore.session.Session()
    loader = Loader()
    session.register_component("data_loader", loader)
    model = loader.load_service_model("mailmanager", "service-2")
    model["metadata"] = model["metadata"] | {
        "protocols": ["smithy-rpc-v2-cbor"],
        "protocol": "smithy-rpc-v2-cbor",
    }
    folder = tmp_path / "mailmanager" / "2023-10-17"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(model))
    stored = Path(botocore.__file__).parent / "data" / "mailmanager" / "2023-10-17"
    for file in stored.iterdir():
        if not file.name.startswith("service-2"):
            shutil.copy(file, folder)
    loader.search_paths.insert(0, str(tmp_path))
    make: Any = session.create_client
    client = make(
        "mailmanager",
        region_name=REGION,
        endpoint_url=served.url,
        aws_access_key_id=DEV,
        aws_secret_access_key="unused",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=120, read_timeout=120),
    )
    return stack.enter_context(closing(client))


def test_a_client_that_speaks_cbor_sees_what_one_that_speaks_json_sees(
    cbor_client: Any, client_at: MakeClient, clock: Any
) -> None:
    requests: list[bytes] = []
    cbor_client.meta.events.register(
        "before-send", lambda request, **_: requests.append(request.headers["smithy-protocol"])
    )
    add = {"AddHeader": {"HeaderName": "X-A", "HeaderValue": "b"}}
    rules = [{"Name": "add", "Actions": [add]}]
    identifier = cbor_client.create_rule_set(RuleSetName="inbound", Rules=rules)["RuleSetId"]
    by_cbor = cbor_client.get_rule_set(RuleSetId=identifier)
    by_json = client_at().get_rule_set(RuleSetId=identifier)
    del by_cbor["ResponseMetadata"], by_json["ResponseMetadata"]
    assert by_cbor == by_json
    assert by_cbor["CreatedDate"] == clock.now
    assert requests == [b"rpc-v2-cbor"] * 2


def test_errors_over_cbor_are_typed(cbor_client: Any) -> None:
    cbor_client.create_archive(ArchiveName="everything")
    with pytest.raises(cbor_client.exceptions.ConflictException, match="everything already exists"):
        cbor_client.create_archive(ArchiveName="everything")


@pytest.mark.parametrize("body", [b"\xff", b"\x80", b"\xa1", b"\xa1\x01\x02", b"\x9f" * 100_000])
def test_a_body_that_is_no_cbor_map_is_a_serialization_error(
    wire: http.client.HTTPConnection, body: bytes
) -> None:
    headers = {"Authorization": SIGNED, "smithy-protocol": "rpc-v2-cbor"}
    path = "/service/MailManagerSvc/operation/ListRelays"
    status, text = asked(wire, body, headers=headers, path=path)
    assert status == 400
    assert "SerializationException" in text


# Accounts


def test_the_access_key_is_the_account_and_the_region_is_that_of_the_signature(
    client_at: MakeClient,
) -> None:
    client_at().create_archive(ArchiveName="of-dev")
    client_at(key=PROD).create_archive(ArchiveName="of-prod")
    client_at(region="us-gov-west-1").create_archive(ArchiveName="of-dev-far-away")
    named = {
        where: [each["ArchiveName"] for each in client_at(**where_).list_archives()["Archives"]]
        for where, where_ in {
            "dev": {},
            "prod": {"key": PROD},
            "far": {"region": "us-gov-west-1"},
            "nobody": {"key": "AKIDEXAMPLE"},
        }.items()
    }
    assert named == {
        "dev": ["of-dev"],
        "prod": ["of-prod"],
        "far": ["of-dev-far-away"],
        "nobody": [],
    }


@pytest.mark.parametrize(
    ("key", "region", "account", "arn"),
    [
        (DEV, REGION, DEV, f"arn:aws:iam::{DEV}:user/embedded"),
        ("AKIDEXAMPLE", REGION, "000000000000", "arn:aws:iam::000000000000:user/embedded"),
        (DEV, "us-gov-west-1", DEV, f"arn:aws-us-gov:iam::{DEV}:user/embedded"),
    ],
)
def test_sts_says_who_is_calling(
    client_at: MakeClient, key: str, region: str, account: str, arn: str
) -> None:
    caller = client_at("sts", key=key, region=region).get_caller_identity()
    assert (caller["Account"], caller["Arn"]) == (account, arn)


def test_an_assumed_role_acts_in_its_account(client_at: MakeClient, clock: Any) -> None:
    assumed = client_at("sts").assume_role(
        RoleArn=f"arn:aws:iam::{PROD}:role/teams/deploy",
        RoleSessionName="mmctl",
        DurationSeconds=900,
    )
    keys = assumed["Credentials"]
    arn = f"arn:aws:sts::{PROD}:assumed-role/deploy/mmctl"
    assert assumed["AssumedRoleUser"]["Arn"] == arn
    assert keys["AccessKeyId"] == f"ASIA{PROD}"
    assert keys["Expiration"] == clock.now + timedelta(seconds=900)
    within: Any = {"key": keys["AccessKeyId"], "token": keys["SessionToken"]}
    caller = client_at("sts", **within).get_caller_identity()
    assert (caller["Account"], caller["Arn"]) == (PROD, arn)
    client_at(**within).create_archive(ArchiveName="of-prod")
    assert len(client_at(key=PROD).list_archives()["Archives"]) == 1
    assert client_at().list_archives()["Archives"] == []


@pytest.mark.parametrize(
    "request_",
    [
        {"RoleArn": "arn:aws:iam::12:role/deploy", "RoleSessionName": "mmctl"},
        {"RoleArn": f"arn:aws:iam::{PROD}:role/<&>\x01", "RoleSessionName": "mmctl"},
        {"RoleArn": f"arn:aws:iam::{PROD}:role/deploy", "RoleSessionName": "a/b"},
        {
            "RoleArn": f"arn:aws:iam::{PROD}:role/deploy",
            "RoleSessionName": "mmctl",
            "DurationSeconds": 1,
        },
        {
            "RoleArn": f"arn:aws:iam::{PROD}:role/deploy",
            "RoleSessionName": "mmctl",
            "DurationSeconds": int("900" + "0" * 30),
        },
    ],
)
def test_a_role_that_cannot_be_assumed_is_a_validation_error(
    client_at: MakeClient, request_: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as error:
        client_at("sts", anything=True).assume_role(**request_)
    assert error.value.response["Error"]["Code"] == "ValidationError"


def test_a_token_of_elsewhere_is_no_role(client_at: MakeClient) -> None:
    for token in ("x", "W10=", "WzEsMl0=", "é".encode().decode("latin-1")):
        caller = client_at("sts", key=f"ASIA{PROD}", token=token).get_caller_identity()
        assert caller["Arn"] == f"arn:aws:iam::{PROD}:user/embedded"


def test_other_operations_and_services_are_refused_by_name(client_at: MakeClient) -> None:
    with pytest.raises(ClientError, match="Could not find operation GetSessionToken"):
        client_at("sts").get_session_token()
    with pytest.raises(
        ClientError, match=r"only Mail Manager, .* and STS are embedded, got .* for sns"
    ):
        client_at("sns").list_topics()
    with pytest.raises(
        ClientError, match=r"only Mail Manager, .* and STS are embedded, got .* for ses"
    ):
        client_at("ses").list_identities()


# HTTP


def test_a_connection_is_kept_for_the_next_request(wire: http.client.HTTPConnection) -> None:
    assert asked(wire)[0] == 200
    first = wire.sock
    assert asked(wire)[0] == 200
    assert wire.sock is first


def test_a_request_without_a_signature_is_refused(wire: http.client.HTTPConnection) -> None:
    headers = {"X-Amz-Target": JSON_HEADERS["X-Amz-Target"]}
    status, text = asked(wire, headers=headers)
    assert (status, json.loads(text)["Message"]) == (403, "Missing Authentication Token")


@pytest.mark.parametrize("host", ["mail.example.com", "127.0.0.1.example.com", "[", ""])
def test_a_page_of_another_site_cannot_reach_it(
    wire: http.client.HTTPConnection, host: str
) -> None:
    status, text = asked(wire, headers=JSON_HEADERS | {"Host": host})
    assert status == 403
    assert "Host must be 127.0.0.1 or localhost" in text


@pytest.mark.parametrize("host", ["localhost:4579", "mailmanager.localhost", "[::1]:4579"])
def test_all_names_of_this_machine_are_served(wire: http.client.HTTPConnection, host: str) -> None:
    assert asked(wire, headers=JSON_HEADERS | {"Host": host})[0] == 200


@pytest.mark.parametrize(
    "target", ["", "ListRelays", "OtherSvc.ListRelays", "MailManagerSvc.DescribeRelays"]
)
def test_an_operation_that_does_not_exist_is_unknown(
    wire: http.client.HTTPConnection, target: str
) -> None:
    status, text = asked(wire, headers=JSON_HEADERS | {"X-Amz-Target": target})
    assert status in {400, 404}
    assert "UnknownOperationException" in text


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"Transfer-Encoding": "chunked"}, 411),
        ("DELETE", {"Content-Length": "2"}, 501),
        ("POST", {}, 411),
        ("POST", {"Content-Length": "-1"}, 400),
        ("POST", {"Content-Length": "+5"}, 400),
        ("PUT", {"Content-Length": "five"}, 400),
        ("POST", {"Content-Length": "2", "content-length": "2"}, 400),
        ("POST", {"Content-Length": "2", "Transfer-Encoding": "chunked"}, 400),
        ("POST", {"Content-Length": "2", "X-Amz-Target": "a", "x-amz-target": "b"}, 400),
        ("POST", {"Content-Length": "2", "host": "example.com"}, 400),
        ("POST", {"Transfer-Encoding": "chunked"}, 411),
        ("POST", {"Content-Length": "999999999"}, 413),
        ("POST", {"Content-Length": "9" * 5000}, 413),
    ],
)
def test_what_no_client_sends_is_refused_in_plain_words(
    served: HttpFace, method: str, headers: dict[str, str], status: int
) -> None:
    lines = [f"{method} / HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    answer = raw(served, "\r\n".join([*lines, "", ""]).encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer
    assert b"<" not in answer


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x00\x05hello\r\n\r\n",
        b"POST\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf",
        b"X" * 70_000,
    ],
)
def test_after_nonsense_the_next_client_is_served(
    served: HttpFace, wire: http.client.HTTPConnection, sent: bytes
) -> None:
    raw(served, sent)
    assert asked(wire)[0] == 200


def test_of_two_lengths_neither_is_believed(
    served: HttpFace, embedded: EmbeddedMailManager
) -> None:
    inner = '{"ArchiveName": "smuggled"}'
    smuggled = (
        f"POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SIGNED}\r\n"
        f"X-Amz-Target: MailManagerSvc.CreateArchive\r\nContent-Length: {len(inner)}\r\n\r\n{inner}"
    )
    outer = (
        f"POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SIGNED}\r\n"
        "X-Amz-Target: MailManagerSvc.ListRelays\r\n"
        f"Content-Length: 0\r\nContent-Length: {len(smuggled)}\r\n\r\n{smuggled}"
    )
    answer = raw(served, outer.encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"send one Content-Length, got 2" in answer
    assert embedded.call("ListArchives", {}, account=DEV, region=REGION) == {"Archives": []}


@pytest.mark.parametrize(
    "sent", [b"", b"POST / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"]
)
def test_a_request_that_comes_in_byte_by_byte_is_not_waited_for_without_end(
    served: HttpFace, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_face, "IDLE_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", port_of(served)), timeout=0.05) as connection:
        connection.sendall(sent)
        for _ in range(600):  # bytes that come often enough for a time limit of each
            try:
                connection.sendall(b"X-")
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    pytest.fail("the server still waits for the rest")


def test_more_connections_than_it_serves_at_once_are_closed(
    served: HttpFace, wire: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_face, "MOST_CONNECTIONS", 1)
    assert asked(wire)[0] == 200
    with socket.create_connection(("127.0.0.1", port_of(served)), timeout=120) as one_more:
        assert one_more.recv(1) == b""
    assert asked(wire)[0] == 200


@pytest.mark.parametrize(
    "path", ["http://[", "//[/x", "http://[/service/MailManagerSvc/operation/ListRelays"]
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("more", [{}, {"smithy-protocol": "rpc-v2-cbor"}])
def test_a_path_that_is_none_is_refused(
    *,
    served: HttpFace,
    capsys: pytest.CaptureFixture[str],
    path: str,
    method: str,
    more: dict[str, str],
) -> None:
    headers = {"Host": "localhost", "Authorization": SIGNED, "Content-Length": "0", **more}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    answer = raw(served, "\r\n".join([*lines, "", ""]).encode())
    assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 404"}
    assert capsys.readouterr().err == ""


def test_deep_and_large_bodies_are_refused_at_once(wire: http.client.HTTPConnection) -> None:
    create = JSON_HEADERS | {"X-Amz-Target": "MailManagerSvc.CreateTrafficPolicy"}
    deep = b'{"Tags":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    many = b'{"PolicyStatements":[' + b",".join([b"{}"] * 1_000_001) + b"]}"
    long = b'{"PageSize":' + b"9" * 5000 + b"}"
    for body, why in ((deep, "not JSON"), (many, "more than 1000000 values"), (long, "not JSON")):
        status, text = asked(wire, body, headers=create)
        assert (status, "SerializationException" in text, why in text) == (400, True, True)
    wrong = b'{"PolicyStatements":[' + b",".join([b"{}"] * 300_000) + b"]}"
    status, text = asked(wire, wrong, headers=create)
    assert (status, "More than 100 validation errors" in text) == (400, True)
    assert len(text) < 100_000


def test_null_is_an_absent_member_in_both_protocols(wire: http.client.HTTPConnection) -> None:
    members = {"ArchiveName": "all", "Retention": None, "KmsKeyArn": None, "Tags": None}
    create = {"X-Amz-Target": "MailManagerSvc.CreateArchive"}
    assert asked(wire, json.dumps(members).encode(), headers=JSON_HEADERS | create)[0] == 200
    headers = {"Authorization": SIGNED, "smithy-protocol": "rpc-v2-cbor"}
    path = "/service/MailManagerSvc/operation/CreateArchive"
    body = cbor.dumps(members | {"ArchiveName": "more", "ClientToken": None})
    assert asked(wire, body, headers=headers, path=path)[0] == 200
    undefined = cbor.dumps({"ArchiveName": "third"})
    undefined = bytes([undefined[0] + 1]) + undefined[1:] + cbor.dumps("Tags") + b"\xf7"
    assert asked(wire, undefined, headers=headers, path=path)[0] == 200


def raw(face: HttpFace, sent: bytes) -> bytes:
    """Send bytes, and read until the server closes."""
    received = b""
    with socket.create_connection(("127.0.0.1", port_of(face)), timeout=120) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65_536):
                received += chunk
        except OSError as error:
            assert error.errno in {errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN}  # noqa: PT017 - a server may close before all is sent
    return received


# Start and stop


def test_it_listens_on_this_machine_alone(embedded: EmbeddedMailManager, clock: Any) -> None:
    for host in ("0.0.0.0", "", "::", "192.0.2.1", "mail.example.com"):  # noqa: S104 - to be refused
        with pytest.raises(Refused, match=f"got the host `{re.escape(host)}`") as refused:
            HttpFace(embedded, clock=clock, host=host, port=0)
        assert refused.value.why.startswith("it verifies no signature")


def test_a_port_that_is_taken_is_named(
    served: HttpFace, embedded: EmbeddedMailManager, clock: Any
) -> None:
    port = port_of(served)
    with pytest.raises(CouldNot, match=f"could not listen on 127.0.0.1 port {port}: ") as error:
        HttpFace(embedded, clock=clock, port=port)
    assert error.value.help == "`--api-port 0` takes a free one"
    with pytest.raises(CouldNot, match="must be 0-65535"):
        HttpFace(embedded, clock=clock, port=70_000)


def test_a_stopped_server_leaves_no_port_no_thread_and_no_connection(
    embedded: EmbeddedMailManager, clock: Any, session: boto3.Session
) -> None:
    before = set(threading.enumerate())
    make: Any = session.client
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=120)
    face = HttpFace(embedded, clock=clock, port=0)
    with (
        closing(make("mailmanager", endpoint_url=face.url, config=config)) as client,
        socket.create_connection(("127.0.0.1", port_of(face)), timeout=120) as idle,
    ):
        face.start()
        client.list_relays()
        face.stop()
        assert idle.recv(1) == b""
        assert set(threading.enumerate()) == before
        with pytest.raises(EndpointConnectionError):
            client.list_relays()
    with HttpFace(embedded, clock=clock, port=port_of(face)) as again:
        assert again.url == face.url


def test_an_answer_under_way_is_finished_before_the_stop(clock: Any) -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow:
        def call(self, *_: object, **__: object) -> dict[str, Any]:
            entered.set()
            assert go_on.wait(timeout=120)
            return {"Relays": []}

    face = HttpFace(Slow(), clock=clock, port=0, stopping=go_on)
    face.start()
    with ThreadPoolExecutor(1) as pool:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(face), timeout=120)
        answer = pool.submit(asked, connection)
        assert entered.wait(timeout=120)
        face.stop()
        assert answer.result(timeout=120) == (200, '{"Relays": []}')
        connection.close()


def test_a_client_that_never_reads_does_not_hold_the_stop(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_face, "STOP_SECONDS", 0.2)
    entered = threading.Event()

    class Large:
        def call(self, *_: object, **__: object) -> dict[str, Any]:
            entered.set()
            return {"Relays": "x" * 50_000_000}

    before = set(threading.enumerate())
    face = HttpFace(Large(), clock=clock, port=0)
    face.start()
    connection = http.client.HTTPConnection("127.0.0.1", port_of(face), timeout=120)
    connection.request("POST", "/", b"{}", JSON_HEADERS)
    assert entered.wait(timeout=120)
    face.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=120)
    assert set(threading.enumerate()) == before
    connection.close()


def test_what_was_served_is_told(embedded: EmbeddedMailManager, clock: Any) -> None:
    told: list[tuple[str, int]] = []
    with HttpFace(
        embedded,
        clock=clock,
        port=0,
        on_served=lambda request, answer: told.append((request.operation, answer.status)),
    ) as face:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(face), timeout=120)
        asked(connection)
        asked(connection, b"[]")
        connection.close()
    assert told == [("ListRelays", 200), ("ListRelays", 400)]
