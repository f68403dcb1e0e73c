"""`--probe`: how far a session comes, who gets a password, and that somebody agrees first."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import AuthResult
from served_project import live_project, served
from smtp_servers import lines_to, scripted, server_context, sink

from loopback import refusing_port
from mmctl.cli.doctoring.prober import ProbeTarget, SmtpProber
from mmctl.cli.main import exit_code
from mmctl.model.enums import IngressPointType, TlsPolicy
from mmctl.operate.doctor.scene import ProbeStage

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mmctl.operate.doctor.scene import ProbeAnswer

VARIABLE = "MMCTL_SMTP_INSIDE"
PASSWORD = "pass-secret-value"


def _probed(port: int, **members: Any) -> ProbeAnswer:
    given: dict[str, Any] = {
        "point": "inside",
        "host": "localhost",
        "port": port,
        "kind": IngressPointType.OPEN,
        "tls_policy": TlsPolicy.REQUIRED,
        "embedded": False,
        "user": "inp-1",
        "variable": VARIABLE,
    }
    target = ProbeTarget(**given | members)
    return SmtpProber({"inside": target}, "none").probe("inside")


def test_a_probe_stops_where_the_session_does() -> None:
    with refusing_port() as closed:
        assert _probed(closed).stage is ProbeStage.PORT
    assert _probed(25, host="nothing.invalid").stage is ProbeStage.NAME
    with scripted(lambda each: lines_to(each, b"554 5.7.1 go away\r\n", b"", b"")) as port:
        assert _probed(port).stage is ProbeStage.GREETING
    with scripted(lambda each: each.sendall(b"HTTP/1.1 400 no\r\n\r\n")) as port:
        assert _probed(port).stage is ProbeStage.GREETING
    with sink() as server:
        assert _probed(server.port).stage is ProbeStage.STARTTLS
        optional = _probed(server.port, tls_policy=TlsPolicy.OPTIONAL)
        assert (optional.stage, optional.protocol) == (ProbeStage.DONE, None)
        assert optional.greeting is not None
        mtls = _probed(server.port, kind=IngressPointType.MTLS)
        assert mtls.stage is ProbeStage.DONE


def test_a_password_goes_only_to_a_host_whose_certificate_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[bytes, bytes]] = []

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        heard.append((data.login, data.password))
        good = data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=good)

    monkeypatch.setenv(VARIABLE, PASSWORD)
    context = server_context(tmp_path)
    with sink(tls_context=context, authenticator=check, auth_required=True) as server:
        auth = {"kind": IngressPointType.AUTH}
        stopped = _probed(server.port, **auth)
        assert (stopped.stage, stopped.verified) == (ProbeStage.CERTIFICATE, False)
        assert heard == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.crt"))
        # A name that is not in the certificate is not the host's.
        assert _probed(server.port, host="127.0.0.1", **auth).stage is ProbeStage.CERTIFICATE
        assert heard == []
        found = _probed(server.port, **auth)
        assert (found.stage, found.verified, found.logged_in) == (ProbeStage.DONE, True, True)
        assert heard == [(b"inp-1", PASSWORD.encode())]
        assert PASSWORD not in repr(found)
        monkeypatch.setenv(VARIABLE, "wrong")
        assert _probed(server.port, **auth).stage is ProbeStage.LOGIN
        # Without a variable, or at an ingress point without authentication, nothing is sent.
        heard.clear()
        monkeypatch.delenv(VARIABLE)
        assert not _probed(server.port, **auth).logged_in
        monkeypatch.setenv(VARIABLE, PASSWORD)
        assert not _probed(server.port).logged_in
        assert heard == []


def test_the_embedded_server_is_probed_once_somebody_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live_project(tmp_path)
    with served(tmp_path):
        capsys.readouterr()
        assert exit_code(["doctor", "--probe", "--no-input"]) == 3
        refused = capsys.readouterr().err
        assert re.search(r"127\.0\.0\.1:\d+  ingress point public-mx, open", refused)
        assert "to agree without a prompt: --yes" in refused
        assert exit_code(["doctor", "--probe", "--yes", "--format", "json"]) == 0
        looks = {each["id"]: each for each in json.loads(capsys.readouterr().out)["looks"]}
        for look, says in (
            ("name-without-address", "of `public-mx` is 127.0.0.1"),
            ("port-silent", "of `public-mx` answers"),
            ("no-greeting", "`public-mx` greets: 220"),
            ("certificate-wrong", "TLSv1.3, certificate not verified, on this machine"),
        ):
            assert says in looks[look]["sound"][0], look
        ports = tmp_path / ".mmctl/mail/ports.json"
        text = ports.read_text(encoding="utf-8")
    # The server was killed, and its ports are still written down.
    ports.write_text(text, encoding="utf-8")
    assert exit_code(["doctor", "--probe", "--yes", "--format", "json"]) == 1
    looks = {each["id"]: each for each in json.loads(capsys.readouterr().out)["looks"]}
    (found,) = looks["port-silent"]["findings"]
    assert "of ingress point `public-mx` does not answer" in found["text"]
    assert looks["no-greeting"]["findings"] == []
