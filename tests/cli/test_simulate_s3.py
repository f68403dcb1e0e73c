"""`s3://bucket/prefix` wherever messages are taken from: the same answers as from a folder."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GATEWAY = Path(__file__).parent / "gateway"
RECEIVED = (
    b"Delivered-To: cfo@example.com\r\n"
    b"Received: from mx.example.org (mx.example.org [203.0.113.8])\r\n"
    b" (using TLSv1.3) by mx.example.com with ESMTPS; Fri, 20 Nov 2026 16:05:12 +0000\r\n"
    b"Authentication-Results: mx.example.com; spf=pass; dkim=none; dmarc=none\r\n"
)
LOOKALIKE = (
    b"Return-Path: <ceo@examp1e.example>\r\n" + RECEIVED + b"From: ceo@examp1e.example\r\n\r\n"
)
USUAL = (
    b"Return-Path: <ann@example.org>\r\n"
    + RECEIVED
    + b"From: ann@example.org\r\n\r\n"
    + b"x" * 50_000
)
Ran = tuple[int, str, str]


@pytest.fixture(autouse=True)
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two messages, in a copy of a small gateway that is the current folder."""
    shutil.copytree(GATEWAY, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1.eml").write_bytes(LOOKALIKE)
    (folder / "2.eml").write_bytes(USUAL)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture(name="mmctl")
def mmctl_fixture(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `mmctl`: exit code, standard output, standard error."""

    def mmctl(*arguments: str) -> Ran:
        code = exit_code(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return mmctl


@pytest.fixture
def bucket(mail: Path) -> Iterator[None]:
    """The same two messages in a bucket."""
    # The embedded Mail Manager answers for itself.
    with mock_aws(config={"core": {"passthrough": {"urls": [r"https://mail-manager\."]}}}):
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="gateway-mail")
        for path in mail.iterdir():
            client.put_object(
                Bucket="gateway-mail", Key=f"mail/{path.name}", Body=path.read_bytes()
            )
        yield


@pytest.fixture
def served_bucket(mail: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same bucket behind an endpoint that other processes see too."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
        client = boto3.client("s3")
        client.create_bucket(Bucket="gateway-mail")
        for path in mail.iterdir():
            client.put_object(
                Bucket="gateway-mail", Key=f"mail/{path.name}", Body=path.read_bytes()
            )
        yield
    finally:
        server.stop()


def told(ran: Ran) -> str:
    code, out, errors = ran
    assert (code, errors) == (0, "")
    return re.sub(r"(s3://gateway-)?mail/", "", out)


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("words", [(), ("--rcpt", "legal@example.com")])
def test_messages_of_a_bucket_end_like_those_of_a_folder(
    mmctl: Callable[..., Ran], words: tuple[str, ...]
) -> None:
    from_bucket = told(mmctl("simulate", "s3://gateway-mail/mail/", *words))
    from_folder = told(mmctl("simulate", "mail", *words))
    assert from_bucket == from_folder.replace("simulate mail ", "simulate  ")
    assert "2.eml" in from_bucket


@pytest.mark.usefixtures("served_bucket")
def test_each_process_reads_its_messages_of_a_bucket_itself(mmctl: Callable[..., Ran]) -> None:
    alone = mmctl("simulate", "s3://gateway-mail/mail/")
    assert alone[0] == 0
    assert mmctl("simulate", "s3://gateway-mail/mail/", "--workers", "2") == alone


@pytest.mark.usefixtures("bucket")
def test_the_least_size_is_told_where_only_the_header_was_fetched(
    mmctl: Callable[..., Ran],
) -> None:
    out = told(mmctl("why", "s3://gateway-mail/mail/2.eml", "--rule", "mark-large"))
    assert 'message_size greater_than "10000000"; it is "at least 50' in out


@pytest.mark.usefixtures("bucket")
def test_one_message_of_an_archive_in_a_bucket_is_asked_about(mmctl: Callable[..., Ran]) -> None:
    box = 2 * (b"From x\r\n" + USUAL + b"\r\n\r\n")
    client = boto3.client("s3", region_name="us-east-1")
    client.put_object(Bucket="gateway-mail", Key="mail/all.mbox", Body=box)
    out = told(mmctl("why", "s3://gateway-mail/mail/all.mbox#2"))
    assert out.startswith("cfo@example.com: delivered by deliver\n")


@pytest.mark.usefixtures("bucket")
def test_a_recorded_case_has_all_of_the_message_beside_it(mmctl: Callable[..., Ran]) -> None:
    words = ("--tls", "TLS1_3", "--record", "cases/from-s3.yaml")
    code, _, errors = mmctl("simulate", "s3://gateway-mail/mail/2.eml", *words)
    assert code == 0, errors
    assert Path("cases/messages/2.eml").read_bytes() == USUAL


@pytest.mark.usefixtures("bucket")
def test_a_plan_says_whose_mail_of_a_bucket_changes(mmctl: Callable[..., Ran]) -> None:
    assert mmctl("apply", "--yes", "-q")[0] == 0
    rules = Path("rules/rules.yaml")
    text = rules.read_text(encoding="utf-8").replace('"@examp1e.example", ', "")
    rules.write_text(text, encoding="utf-8")
    Path("cases/cases.yaml").write_text("version: 1\n", encoding="utf-8")
    plans = [
        json.loads(mmctl("plan", "--corpus", place, "--format", "json")[1])["behaviour"]
        for place in ("s3://gateway-mail/mail/", "mail")
    ]
    assert plans[0]["differing"] == 1
    assert {**plans[0], "corpus": ""} == {**plans[1], "corpus": ""}


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("s3://gateway-mail/none/", 64, "has a key that begins with `none/`"),
        ("s3://nowhere/mail/", 5, "there is no bucket `nowhere`"),
        ("s3:///mail/", 64, "`s3:///mail/` names no bucket"),
    ],
)
def test_what_is_not_there_is_said(
    mmctl: Callable[..., Ran], place: str, code: int, said: str
) -> None:
    ran = mmctl("simulate", place)
    assert ran[0] == code
    assert said in ran[2]


def test_without_credentials_it_is_said_what_to_check(mmctl: Callable[..., Ran]) -> None:
    code, out, errors = mmctl("simulate", "s3://gateway-mail/mail/")
    assert (code, out) == (5, "")
    assert "Unable to locate credentials" in errors
    assert "`profile:`" in errors
