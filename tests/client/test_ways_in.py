"""Ingress points with a password or a client certificate, as `mmctl send` finds its way in."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from served_project import live_project, served
from smtp_servers import write_certificate

from mmctl.cli.main import exit_code
from mmctl.cli.run import Run
from mmctl.cli.sending import destination
from mmctl.cli.sending.options import SendOptions
from mmctl.client.endpoint import TlsMode
from mmctl.errors import CouldNot
from mmctl.language.project import Environment

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "aLong-pass=word+1"
MORE = """
  app:
    type: auth
    traffic_policy: edge
    rule_set: inbound
    tls_policy: fips
    network: {public: ipv4}
    auth: {smtp_password_env: MMCTL_SMTP_APP}
  partner:
    type: mtls
    traffic_policy: edge
    rule_set: inbound
    tls_policy: fips
    network: {public: ipv4}
    mtls: {ca_file: client.crt}
"""


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MMCTL_SMTP_APP", PASSWORD)
    write_certificate(tmp_path, "client")

    def with_more(project: Path) -> None:
        (project / "rules/client.crt").write_bytes((project / "client.crt").read_bytes())
        file = project / "rules/gateway.yaml"
        text = file.read_text()
        at = text.index("    network: {public: ipv4}\n") + len("    network: {public: ipv4}\n")
        file.write_text(text[:at] + MORE.lstrip("\n") + text[at:])

    live_project(tmp_path, with_more)
    capsys.readouterr()
    return tmp_path


def send(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    capsys.readouterr()
    message = ["cases/messages/invoice.eml", "--rcpt", "anna.berg@example.com"]
    code = exit_code(["send", *message, *words, "--format", "json"])
    out, errors = capsys.readouterr()
    assert PASSWORD not in out + errors
    return code, json.loads(out)["messages"][0] if out else None, errors


def test_an_ingress_point_gets_what_it_asks_for(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(project):
        code, message, errors = send(capsys, "--ingress-point", "app")
        assert (code, message["accepted"]) == (0, True), (message, errors)
        assert "AUTH PLAIN ***" in [line["text"] for line in message["dialogue"]]
        assert message["tls"]["protocol"] == "TLSv1.3"
        secret = project / "secret"
        secret.write_text(f"{PASSWORD}\n")
        code, message, _ = send(capsys, "--ingress-point", "app", "--password-file", "secret")
        assert (code, message["accepted"]) == (0, True), message
        secret.write_text("wrong\n")
        code, message, _ = send(capsys, "--ingress-point", "app", "--password-file", "secret")
        assert (code, message["failure"]["kind"]) == (5, "auth_refused")
        monkeypatch.delenv("MMCTL_SMTP_APP")
        code, message, errors = send(capsys, "--ingress-point", "app", "--no-input")
        assert (code, message) == (64, None)
        assert "variable `MMCTL_SMTP_APP` is not set" in errors
        code, message, _ = send(capsys, "--ingress-point", "public-mx", "--tls", "none")
        assert message["failure"] is None
        assert message["tls"] is None


def test_a_client_certificate_opens_an_ingress_point_that_asks_for_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(project):
        shown = ("--cert", "client.crt", "--key", "client.key")
        code, message, errors = send(capsys, "--ingress-point", "partner", *shown)
        assert (code, message["accepted"]) == (0, True), (message, errors)
        code, message, _ = send(capsys, "--ingress-point", "partner")
        assert code in {1, 5}
        assert not message["accepted"]


def test_the_certificate_of_the_server_can_be_verified(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(project):
        words = ("--ingress-point", "public-mx", "--ca", ".mmctl/mail/tls/server.crt")
        code, message, errors = send(capsys, *words)
        assert (code, message["tls"]["verified"]) == (0, True), (message, errors)
        write_certificate(project, "other")
        code, message, _ = send(capsys, "--ingress-point", "public-mx", "--ca", "other.crt")
        assert (code, message["failure"]["kind"]) == (5, "certificate")


def test_one_of_several_ingress_points_must_be_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.is_dir()
    code, _, errors = send(capsys)
    assert code == 64
    assert "ingress points: public-mx, app, partner" in errors
    code, _, errors = send(capsys, "--ingress-point", "partners")
    assert code == 64
    assert "did you mean" in errors


def test_an_ingress_point_of_aws_is_found_by_its_a_record(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Environment, "on_this_machine", property(lambda _: False))
    run = Run(directory=project, today=date(2026, 11, 28))
    for name, port, user in (("public-mx", 25, False), ("app", 587, True), ("partner", 25, False)):
        found = destination.destination_of(run, SendOptions(ingress_point=name))
        endpoint = found.endpoint
        assert endpoint.host.endswith(".mail-manager-smtp.example.com"), name
        assert (endpoint.port, endpoint.credentials is not None) == (port, user), name
        assert (endpoint.tls, endpoint.verify) == (TlsMode.REQUIRED, True)
        assert not found.embedded
    file = project / "rules/gateway.yaml"
    file.write_text(file.read_text().replace("  app:", "  later:"))
    with pytest.raises(CouldNot, match="`later` is not live in local"):
        destination.destination_of(run, SendOptions(ingress_point="later"))
