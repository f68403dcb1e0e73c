"""A person's credentials: profiles, single sign-on and roles, against services on this machine."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError

from mmctl.errors import CouldNot
from mmctl.language.parsing.settings import default_settings
from mmctl.live.aws.sessions import (
    client_config,
    keyed_session,
    own_region,
    own_session,
    session_of,
)
from mmctl.live.aws.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
[sso-session corp]
sso_start_url = https://corp.example.com/start
sso_region = us-east-1
[profile mail]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Mail
region = eu-west-1
[profile plain]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = any
"""
ROLE = "arn:aws:iam::444455556666:role/mail"
OF_SSO = {
    "roleCredentials": {
        "accessKeyId": "ASIASSO",
        "secretAccessKey": "any",
        "sessionToken": "token",
        "expiration": 4070908800000,
    }
}
OF_ROLE = """\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>A:mmctl</AssumedRoleId><Arn>arn:aws:sts::4:x</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>any</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>
"""


class _Handler(BaseHTTPRequestHandler):
    """The two services of AWS that hand out credentials."""

    def do_GET(self) -> None:
        self._answer(json.dumps(OF_SSO).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(OF_ROLE.encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def _person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A person who has logged in by SSO, and has a profile with keys."""
    (tmp_path / "config").write_text(CONFIG)
    cache = tmp_path / "sso-cache"
    cache.mkdir()
    # botocore looks for the home folder once, when it is imported.
    monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", str(cache))
    token = {
        "startUrl": "https://corp.example.com/start",
        "region": "us-east-1",
        "accessToken": "token",
        "expiresAt": "2099-01-01T00:00:00Z",
    }
    (cache / f"{hashlib.sha1(b'corp').hexdigest()}.json").write_text(json.dumps(token))  # noqa: S324
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with served() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        yield


def key_of(
    profile: str, *, region: str | None = None, role_arn: str | None = None
) -> tuple[str, str]:
    """The access key and the region that a client of an environment signs with."""
    local = default_settings("acme").environments["local"]
    environment = replace(local, profile=profile, region=region, role_arn=role_arn)
    config = client_config()
    session = session_of(environment, None, config)
    client: Any = session.client("mailmanager", config=config)
    return client._request_signer._credentials.get_frozen_credentials().access_key, session.region


def test_a_profile_of_single_sign_on_gets_its_keys_and_its_region() -> None:
    assert key_of("mail") == ("ASIASSO", "eu-west-1")


def test_a_role_is_taken_on_with_the_keys_of_the_profile() -> None:
    assert key_of("mail", region="us-west-2", role_arn=ROLE) == (
        "ASIAROLE",
        "us-west-2",
    )


def test_a_profile_with_keys_is_that_of_the_person() -> None:
    assert key_of("plain") == ("AKIAEXAMPLE", "us-east-1")
    assert own_region("plain") == (True, None)
    assert own_region("mail") == (True, "eu-west-1")
    assert own_region(None) == (False, None)


def test_a_profile_that_is_not_there_is_named() -> None:
    with pytest.raises(CouldNot, match="nobody"):
        own_region("nobody")


def test_clients_are_made_of_every_service_that_preflight_asks() -> None:
    asked: list[str] = []
    session, config = keyed_session("111122223333", "us-east-1"), client_config()

    def client(service: str) -> Any:
        asked.append(session.client(service, config=config).meta.service_model.service_name)
        raise CouldNot("it is not asked")

    there = Surroundings(client)
    looks = [getattr(there, name) for name in dir(Surroundings) if not name.startswith("_")]
    for look in looks:
        with pytest.raises(CouldNot):
            look("arn:aws:logs:us-east-1:111122223333:log-group:mail")
    assert len(asked) == len(looks)
    assert {"firehose", "iam", "kms", "lambda", "logs", "s3", "sesv2", "sns"} == set(asked)


def test_a_service_that_botocore_does_not_know_is_an_error_of_its_own() -> None:
    with pytest.raises(BotoCoreError, match="nothing-of-the-kind"):
        keyed_session("111122223333", "us-east-1").client(
            "nothing-of-the-kind", config=client_config()
        )


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_CONFIG_FILE"])
def test_an_embedded_service_reads_no_configuration_of_a_person(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "config"
    broken.write_text("no section", encoding="utf-8")
    monkeypatch.setenv(variable, str(broken))
    client = own_session("111122223333", "us-east-1").client("mailmanager", config=client_config())
    assert client.meta.region_name == "us-east-1"
