"""Import jobs of address lists: a file through a pre-signed URL, and what becomes of it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from mmctl.emulator import bodies, import_jobs, wire
from mmctl.emulator.delivery import Undelivered
from mmctl.emulator.faults import Faults, FaultyMailManager, parse_fault
from mmctl.emulator.http import HttpFace
from mmctl.emulator.service_error import ServiceError
from mmctl.model.quotas import ADDRESSES, IMPORT_JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.conftest import MakeClient
    from mmctl.emulator.core import EmbeddedMailManager

ACCOUNT = "111122223333"
REGION = "eu-west-1"
IMPORT_SECONDS = 60


@pytest.fixture
def blocked(client: Any) -> str:
    """An address list with one member."""
    id_: str = client.create_address_list(AddressListName="blocked")["AddressListId"]
    client.register_member_to_address_list(AddressListId=id_, Address="old@example.com")
    return id_


def job_for(client: Any, list_id: str, form: str = "CSV", name: str = "import") -> Any:
    return client.create_address_list_import_job(
        AddressListId=list_id, Name=name, ImportDataFormat={"ImportDataType": form}
    )


def members(client: Any, list_id: str) -> list[str]:
    pages = client.get_paginator("list_members_of_address_list").paginate(AddressListId=list_id)
    return [member["Address"] for page in pages for member in page["Addresses"]]


def imported(
    embedded: EmbeddedMailManager,
    client: Any,
    clock: Any,
    list_id: str,
    body: bytes,
    form: str = "CSV",
) -> Any:
    """The job of a file, when it has come to its end."""
    job = job_for(client, list_id, form)
    wire.upload(embedded, job["PreSignedUrl"], body)
    client.start_address_list_import_job(JobId=job["JobId"])
    clock.advance(seconds=IMPORT_SECONDS)
    return client.get_address_list_import_job(JobId=job["JobId"])


def test_a_job_is_created_given_a_file_started_and_completed(
    embedded: EmbeddedMailManager, client: Any, clock: Any, blocked: str
) -> None:
    job = job_for(client, blocked)
    first = client.get_address_list_import_job(JobId=job["JobId"])
    assert (first["Status"], first["Name"], first["AddressListId"]) == (
        "CREATED",
        "import",
        blocked,
    )
    assert first["PreSignedUrl"] == job["PreSignedUrl"]
    wire.upload(embedded, job["PreSignedUrl"], b"address\na@example.com\n*@b.example\n")
    client.start_address_list_import_job(JobId=job["JobId"])
    second = client.get_address_list_import_job(JobId=job["JobId"])
    assert (second["Status"], second["StartTimestamp"]) == ("PROCESSING", clock.now)
    assert members(client, blocked) == ["old@example.com"]
    clock.advance(seconds=IMPORT_SECONDS)
    assert members(client, blocked) == ["*@b.example", "a@example.com", "old@example.com"]
    third = client.get_address_list_import_job(JobId=job["JobId"])
    assert (third["Status"], third["ImportedItemsCount"], third["FailedItemsCount"]) == (
        "COMPLETED",
        2,
        0,
    )


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("CSV", b"\xef\xbb\xbfname,address\nA,a@example.com\n,b@example.com\n"),
        ("CSV", b'address\r\n"a@example.com"\r\nb@example.com'),
        ("JSON", b'{"items": [{"address": "a@example.com"}, {"address": "b@example.com"}]}'),
    ],
)
def test_a_file_is_csv_with_a_column_or_json_with_items(
    embedded: EmbeddedMailManager, client: Any, clock: Any, blocked: str, form: str, body: bytes
) -> None:
    job = imported(embedded, client, clock, blocked, body, form)
    assert (job["Status"], job["ImportedItemsCount"]) == ("COMPLETED", 2)
    assert members(client, blocked) == ["a@example.com", "b@example.com", "old@example.com"]


@pytest.mark.parametrize(
    ("form", "body", "error"),
    [
        ("CSV", b"a@example.com\nb@example.com\n", "The file has no column `address`"),
        ("CSV", b"", "The file has no column `address`"),
        ("CSV", b"address\n\xff\xfe", "The file is not UTF-8"),
        ("JSON", b"address\na@example.com\n", "The file is not JSON"),
        ("JSON", b'["a@example.com"]', "The file has no list `items`"),
        ("JSON", b'{"items": ' + b"[" * 99_999 + b"]" * 99_999 + b"}", "The file is not JSON"),
        ("JSON", b'{"items": ' + b"9" * 5000 + b"}", "The file is not JSON"),
    ],
)
def test_a_file_that_is_none_fails_and_says_why(
    embedded: EmbeddedMailManager,
    client: Any,
    clock: Any,
    blocked: str,
    form: str,
    body: bytes,
    error: str,
) -> None:
    job = imported(embedded, client, clock, blocked, body, form)
    assert job["Status"] == "FAILED"
    assert job["Error"].startswith(error)
    assert members(client, blocked) == ["old@example.com"]


def test_a_job_without_a_file_fails(client: Any, clock: Any, blocked: str) -> None:
    id_ = job_for(client, blocked)["JobId"]
    client.start_address_list_import_job(JobId=id_)
    clock.advance(seconds=IMPORT_SECONDS)
    job = client.get_address_list_import_job(JobId=id_)
    assert (job["Status"], job["Error"]) == ("FAILED", "No file was uploaded")


def test_entries_that_are_none_are_counted_and_the_others_come_in(
    embedded: EmbeddedMailManager, client: Any, clock: Any, blocked: str
) -> None:
    body = json.dumps({"items": [{"address": "a@example.com"}, {"address": "a b"}, {"x": 1}]})
    job = imported(embedded, client, clock, blocked, body.encode(), "JSON")
    assert (job["Status"], job["ImportedItemsCount"], job["FailedItemsCount"]) == (
        "COMPLETED",
        1,
        2,
    )


def test_what_is_there_already_does_not_count_towards_the_quota_of_a_list(
    make_embedded: Callable[..., EmbeddedMailManager],
    client_of: Callable[[EmbeddedMailManager], MakeClient],
    clock: Any,
) -> None:
    embedded = make_embedded(settle_seconds=IMPORT_SECONDS, quotas={ADDRESSES: 3})
    client = client_of(embedded)()
    id_ = client.create_address_list(AddressListName="blocked")["AddressListId"]
    three = b"address\na@example.com\nb@example.com\nc@example.com\n"
    assert imported(embedded, client, clock, id_, three)["Status"] == "COMPLETED"
    assert imported(embedded, client, clock, id_, three)["Status"] == "COMPLETED"
    job = imported(embedded, client, clock, id_, b"address\nd@example.com\n")
    assert (job["Status"], job["Error"]) == (
        "FAILED",
        "The address list would have more than 3 addresses",
    )
    assert len(members(client, id_)) == 3


def test_a_stopped_job_imports_nothing(
    embedded: EmbeddedMailManager, client: Any, clock: Any, blocked: str
) -> None:
    job = job_for(client, blocked)
    wire.upload(embedded, job["PreSignedUrl"], b"address\na@example.com\n")
    client.start_address_list_import_job(JobId=job["JobId"])
    client.stop_address_list_import_job(JobId=job["JobId"])
    clock.advance(seconds=IMPORT_SECONDS)
    assert client.get_address_list_import_job(JobId=job["JobId"])["Status"] == "STOPPED"
    assert members(client, blocked) == ["old@example.com"]
    for again in ("start_address_list_import_job", "stop_address_list_import_job"):
        with pytest.raises(ClientError, match="ConflictException"):
            getattr(client, again)(JobId=job["JobId"])


def test_jobs_are_listed_by_list_in_pages(client: Any, blocked: str) -> None:
    other = client.create_address_list(AddressListName="other")["AddressListId"]
    job_for(client, other, name="elsewhere")
    for number in range(5):
        job_for(client, blocked, name=f"import-{number}")
    pages = client.get_paginator("list_address_list_import_jobs").paginate(
        AddressListId=blocked, PaginationConfig={"PageSize": 2}
    )
    assert [[job["Name"] for job in page["ImportJobs"]] for page in pages] == [
        ["import-0", "import-1"],
        ["import-2", "import-3"],
        ["import-4"],
    ]


def test_the_same_token_is_the_same_job(client: Any, blocked: str) -> None:
    asked = {
        "AddressListId": blocked,
        "Name": "import",
        "ImportDataFormat": {"ImportDataType": "CSV"},
        "ClientToken": "once",
    }
    first = client.create_address_list_import_job(**asked)
    assert client.create_address_list_import_job(**asked)["JobId"] == first["JobId"]


def test_a_list_goes_with_its_jobs_but_not_while_one_is_under_way(
    client: Any, clock: Any, blocked: str
) -> None:
    id_ = job_for(client, blocked)["JobId"]
    client.start_address_list_import_job(JobId=id_)
    with pytest.raises(ClientError, match="ConflictException"):
        client.delete_address_list(AddressListId=blocked)
    clock.advance(seconds=IMPORT_SECONDS)
    client.delete_address_list(AddressListId=blocked)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_address_list_import_job(JobId=id_)


def test_so_many_jobs_are_under_way_at_once(
    make_embedded: Callable[..., EmbeddedMailManager],
    client_of: Callable[[EmbeddedMailManager], MakeClient],
) -> None:
    client = client_of(make_embedded(settle_seconds=60, quotas={IMPORT_JOBS: 1}))()
    id_ = client.create_address_list(AddressListName="blocked")["AddressListId"]
    jobs = [job_for(client, id_, name=f"import-{number}")["JobId"] for number in range(2)]
    client.start_address_list_import_job(JobId=jobs[0])
    with pytest.raises(ClientError, match="ServiceQuotaExceededException"):
        client.start_address_list_import_job(JobId=jobs[1])


def test_a_url_is_good_for_its_job_and_for_an_hour(
    embedded: EmbeddedMailManager, client: Any, clock: Any, blocked: str
) -> None:
    url = job_for(client, blocked)["PreSignedUrl"]
    for wrong in (url[:-1], url.split("?", maxsplit=1)[0]):
        with pytest.raises(ServiceError, match="SignatureDoesNotMatch"):
            wire.upload(embedded, wrong, b"address\n")
    with pytest.raises(ServiceError, match="NoSuchKey"):
        wire.upload(embedded, "embedded://elsewhere/x", b"address\n")
    clock.advance(seconds=3601)
    with pytest.raises(ServiceError, match="AccessDenied"):
        wire.upload(embedded, url, b"address\n")


def test_an_upload_meets_faults(
    embedded: EmbeddedMailManager, client: Any, clock: Any, blocked: str
) -> None:
    job = job_for(client, blocked)
    specs = ("throttle:PutObject", "cut-after:PutObject@2")
    faulty = FaultyMailManager(
        embedded, Faults([parse_fault(spec) for spec in specs]), wait=lambda _: None
    )
    with pytest.raises(ServiceError, match="SlowDown"):
        wire.upload(faulty, job["PreSignedUrl"], b"address\n")
    with pytest.raises(Undelivered):
        wire.upload(faulty, job["PreSignedUrl"], b"address\na@example.com\n")
    client.start_address_list_import_job(JobId=job["JobId"])
    clock.advance(seconds=IMPORT_SECONDS)
    assert members(client, blocked) == ["a@example.com", "old@example.com"]


# Over HTTP


@pytest.fixture
def over_http(embedded: EmbeddedMailManager, clock: Any) -> Iterator[Any]:
    with ExitStack() as stack:
        face = stack.enter_context(HttpFace(embedded, clock=clock, port=0))
        yield boto3.client(
            "mailmanager",
            endpoint_url=face.url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="unused",
        )


def put(url: str, body: bytes) -> tuple[int, str]:
    answer = urllib3.request("PUT", url, body=body, timeout=120)
    return answer.status, answer.data.decode()


def test_over_http_a_url_leads_to_the_server_that_gave_it(
    over_http: Any, clock: Any, blocked: str
) -> None:
    job = job_for(over_http, blocked)
    assert job["PreSignedUrl"].startswith(f"{over_http.meta.endpoint_url}/address-list-imports/")
    lines = "".join(f"a{number}@example.com\n" for number in range(5000))
    assert put(job["PreSignedUrl"], f"address\n{lines}".encode()) == (200, "")
    over_http.start_address_list_import_job(JobId=job["JobId"])
    clock.advance(seconds=IMPORT_SECONDS)
    found = over_http.list_address_list_import_jobs(AddressListId=blocked)["ImportJobs"]
    assert [(each["Status"], each["ImportedItemsCount"]) for each in found] == [("COMPLETED", 5000)]
    assert found[0]["PreSignedUrl"] == job["PreSignedUrl"]
    assert len(members(over_http, blocked)) == 5001


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [("&x=", 403, "SignatureDoesNotMatch"), ("elsewhere", 404, "NoSuchKey")],
)
def test_over_http_a_wrong_url_is_refused_as_s3_does(
    over_http: Any, blocked: str, change: str, status: int, code: str
) -> None:
    url = job_for(over_http, blocked)["PreSignedUrl"]
    wrong = (
        url.replace("Signature=", f"Signature={change}")
        if status == 403
        else url.replace("address-list-imports", change)
    )
    got, text = put(wrong, b"address\n")
    assert got == status
    assert code in text


@pytest.mark.parametrize("signature", ["%C3%A9", "%00", "a" * 10_000])
def test_a_signature_of_any_characters_is_only_wrong(
    embedded: EmbeddedMailManager, client: Any, blocked: str, signature: str
) -> None:
    url = job_for(client, blocked)["PreSignedUrl"].partition("X-Amz-Signature=")[0]
    with pytest.raises(ServiceError, match="SignatureDoesNotMatch"):
        wire.upload(embedded, f"{url}X-Amz-Signature={signature}", b"")


@pytest.mark.parametrize("url", ["http://[", "http://[/address-list-imports/a/b/c", ""])
def test_a_url_that_is_none_leads_nowhere(embedded: EmbeddedMailManager, url: str) -> None:
    with pytest.raises(ServiceError, match="NoSuchKey"):
        wire.upload(embedded, url, b"")


@pytest.mark.parametrize(
    ("body", "form", "why"),
    [
        (b"address\n" + b"a@example.com\n" * 20, "CSV", "The file has more than 10 entries"),
        (b'{"items": [' + b"{}," * 20 + b"{}]}", "JSON", "The file has more than 10 values"),
        (b'{"items": null}', "JSON", "The file has no list `items`"),
        (b"address\n" + b"x" * 200_000, "CSV", "field larger than field limit"),
    ],
)
def test_a_file_of_too_much_fails_and_says_so(
    *,
    embedded: EmbeddedMailManager,
    client: Any,
    clock: Any,
    blocked: str,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    form: str,
    why: str,
) -> None:
    monkeypatch.setattr(bodies, "MOST_VALUES", 10)
    monkeypatch.setattr(import_jobs, "MOST_VALUES", 10)
    job = imported(embedded, client, clock, blocked, body, form)
    assert (job["Status"], job["Error"][: len(why)]) == ("FAILED", why)
    assert members(client, blocked) == ["old@example.com"]
