"""One archived message: its facts, its texts, and a URL that leads to its bytes for an hour."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from mmctl.emulator import wire
from mmctl.emulator.delivery import Delivery
from mmctl.emulator.faults import Faults, FaultyMailManager, parse_fault
from mmctl.emulator.http import HttpFace
from mmctl.emulator.operations import MAIL_MANAGER, OPERATIONS
from mmctl.emulator.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from botocore.model import ServiceModel

    from emulator.archive.conftest import Keep
    from mmctl.emulator.core import EmbeddedMailManager

ACCOUNT = "111122223333"
REGION = "eu-west-1"


def test_every_operation_of_the_service_model_answers(service_model: ServiceModel) -> None:
    assert sorted(OPERATIONS[MAIL_MANAGER]) == sorted(service_model.operation_names)


def test_what_is_known_of_a_message(keep: Keep, client: Any, embedded: Any) -> None:
    id_ = keep("m1", "Subject: x", to=("a@example.com", "b@example.com"), body="Hello.")
    answer = client.get_archive_message(ArchivedMessageId=id_)
    assert answer["Metadata"].pop("Timestamp").isoformat() == "2026-11-28T12:00:00+00:00"
    assert answer["Metadata"] == {
        "IngressPointId": "inp-1",
        "TrafficPolicyId": "tp-1",
        "RuleSetId": "rs-1",
        "SenderIpAddress": "192.0.2.7",
        "TlsCipherSuite": "TLS_AES_256_GCM_SHA384",
        "TlsProtocol": "TLSv1.3",
        "SourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-rule-set/rs-1",
    }
    assert answer["Envelope"] == {
        "Helo": "mail.example.org",
        "From": "a@example.org",
        "To": ["a@example.com", "b@example.com"],
    }
    link = answer["MessageDownloadLink"]
    assert link.startswith(f"embedded://archived-messages/{REGION}/{ACCOUNT}/{id_}?")
    assert wire.download(embedded, link) == b"Subject: x\r\n\r\nHello.\r\n"


def test_the_texts_of_a_message(keep: Keep, client: Any) -> None:
    parts = (
        "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n"
        "--b\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nPGI+R3LDvMOfZTwvYj4=\r\n"
        "--b\r\nContent-Type: text/plain; name=a.txt\r\n"
        "Content-Disposition: attachment; filename=a.txt\r\n\r\nsecret\r\n--b--"
    )
    both = keep("m1", "Content-Type: multipart/mixed; boundary=b", body=parts)
    plain = keep("m2", "Subject: x", body="Hello.")
    broken = keep("m3", "no header at all", "Subject: =?utf-8?b?!?=", body="x")

    def body(id_: str) -> Any:
        return client.get_archive_message_content(ArchivedMessageId=id_)["Body"]

    assert body(both) == {
        "Text": "Gr\u00fc\u00dfe",
        "Html": "<b>Gr\u00fc\u00dfe</b>",
        "MessageMalformed": False,
    }
    assert body(plain) == {"Text": "Hello.\n", "MessageMalformed": False}
    assert body(broken)["MessageMalformed"] is True


def test_a_message_that_never_was_is_invalid(client: Any, archive: str) -> None:
    del archive
    for call in (client.get_archive_message, client.get_archive_message_content):
        for id_ in ("none", "../x", ""):
            with pytest.raises(ClientError) as error:
                call(ArchivedMessageId=id_)
            assert error.value.response["Error"]["Code"] == "ValidationException"


def test_a_url_is_worth_nothing_when_changed_or_old(
    keep: Keep, client: Any, embedded: Any, clock: Any, archive: str
) -> None:
    one, other = keep("m1", "Subject: 1"), keep("m2", "Subject: 2")
    link = client.get_archive_message(ArchivedMessageId=one)["MessageDownloadLink"]

    def refused(url: str) -> str:
        with pytest.raises(ServiceError) as error:
            wire.download(embedded, url)
        return error.value.code

    assert refused(link.replace(one, other)) == "SignatureDoesNotMatch"
    assert refused(link.replace(ACCOUNT, "444455556666")) == "SignatureDoesNotMatch"
    assert refused(link[:-1]) == "SignatureDoesNotMatch"
    assert refused(link.partition("?")[0]) == "SignatureDoesNotMatch"
    assert refused(link.replace("Expires=", "Expires=9")) == "SignatureDoesNotMatch"
    assert refused("embedded://archived-messages/x") == "NoSuchKey"
    assert refused("http://[") == "NoSuchKey"
    clock.advance(minutes=59)
    assert wire.download(embedded, link)
    client.delete_archive(ArchiveId=archive)
    assert refused(link) == "NoSuchKey"
    clock.advance(minutes=2)
    assert refused(link) == "AccessDenied"


@pytest.fixture
def served(embedded: EmbeddedMailManager, clock: Any) -> Iterator[HttpFace]:
    with ExitStack() as stack:
        yield stack.enter_context(HttpFace(embedded, clock=clock, port=0))


def test_over_http_the_url_leads_to_the_server(keep: Keep, served: HttpFace) -> None:
    id_ = keep("m1", "Subject: x")
    client: Any = boto3.client(
        "mailmanager",
        endpoint_url=served.url,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="any",
    )
    link = client.get_archive_message(ArchivedMessageId=id_)["MessageDownloadLink"]
    assert link.startswith(f"{served.url}/archived-messages/")
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", link)
        assert (answer.status, answer.data) == (200, b"Subject: x\r\n\r\nHello.\r\n")
        assert answer.headers["Content-Type"] == "message/rfc822"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        refused = {
            pool.request("GET", link[:-1]).status,
            pool.request("GET", link, headers={"Host": "attacker.example"}).status,
            pool.request("GET", link, headers={"Host": "attacker.example"}).status,
        }
        assert refused == {403}
        assert pool.request("GET", f"{served.url}/archived-messages/").status == 404
        assert pool.request("GET", f"{served.url}/archived-messages/../../etc").status == 404


def test_downloads_have_faults_too(keep: Keep, client: Any, embedded: Any) -> None:
    id_ = keep("m1", "Subject: x")
    link = client.get_archive_message(ArchivedMessageId=id_)["MessageDownloadLink"]
    faults = Faults([parse_fault("503:GetObject"), parse_fault("truncate:GetObject@2")])
    faulty = FaultyMailManager(embedded, faults, wait=lambda _: None)
    assert wire.download_answer(faulty, link).status == 503
    assert wire.download_answer(faulty, link).delivery is Delivery.HALF_AND_RESET
    assert wire.download_answer(faulty, link).body.startswith(b"Subject: x")


def test_without_a_data_folder_archives_are_empty(
    make_embedded: Any, client_of: Any, data: Path
) -> None:
    client = client_of(make_embedded())()
    archive = client.create_archive(ArchiveName="empty")["ArchiveId"]
    search = client.start_archive_search(
        ArchiveId=archive, FromTimestamp=0, ToTimestamp=1, MaxResults=10
    )
    assert client.get_archive_search_results(SearchId=search["SearchId"])["Rows"] == []
    assert not data.exists()
