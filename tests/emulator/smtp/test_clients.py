"""Programs that others wrote, as clients: swaks, and Postfix of Debian."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from emulator.polling import until
from emulator.postfix_server import needs_postfix, postfix
from swaks import SWAKS, needs_swaks

if TYPE_CHECKING:
    from emulator.smtp.conftest import Face

pytestmark = pytest.mark.slow

PASSWORD = "correct-horse-battery"
AUTH: dict[str, Any] = {
    "Type": "AUTH",
    "TlsPolicy": "REQUIRED",
    "IngressPointConfiguration": {"SmtpPassword": PASSWORD},
}


@needs_swaks
def test_swaks_sends_with_tls_and_password_pipelined(face: Face) -> None:
    point = face.point(**AUTH)
    assert SWAKS is not None
    words = [
        *(SWAKS, "--server", f"127.0.0.1:{face.port(point)}", "--pipeline", "--tls"),
        *("--tls-verify", "--tls-ca-path", str(face.folder.root / "tls" / "server.crt")),
        *("--auth", "LOGIN", "--auth-user", point, "--auth-password", PASSWORD),
        *("--from", "a@example.org", "--to", "b@example.com,c@example.com"),
        *("--header", "Subject: from swaks", "--body", ".leading dot"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (accepted,) = face.finished(1)
    assert f"250 OK {accepted['id']}" in done.stdout
    assert accepted["header"]["subject"] == "from swaks"
    assert accepted["envelope"]["recipients"] == ["b@example.com", "c@example.com"]
    assert (accepted["user"], accepted["session"]["tls"]) == (point, "TLS1_3")
    assert b"\r\n.leading dot" in face.folder.message(accepted["id"]).read_bytes()


@needs_postfix
def test_postfix_sends_over_tls_with_a_password(face: Face) -> None:
    point = face.point(**AUTH)
    port = face.port(point)
    settings = {
        "relayhost": f"[127.0.0.1]:{port}",
        "smtp_tls_security_level": "secure",
        "smtp_tls_secure_cert_match": "mmctl.localhost",
        "smtp_tls_CAfile": "{folder}/etc/ca.pem",
        "smtp_sasl_auth_enable": "yes",
        "smtp_sasl_password_maps": f"inline:{{ {{ [127.0.0.1]:{port} = {point}:{PASSWORD} }} }}",
        "smtp_sasl_security_options": "noanonymous",
    }
    certificate = (face.folder.root / "tls" / "server.crt").read_bytes()
    with postfix(settings, files={"ca.pem": certificate}) as server:
        server.send(b"Subject: from postfix\n\n.dot\nbody\n", "a@example.org", "b@example.com")
        until(lambda: "status=" in server.log())
        assert "status=sent (250 OK " in server.log()
        (accepted,) = face.messages()
    assert accepted["header"]["subject"] == "from postfix"
    assert (accepted["user"], accepted["session"]["helo"]) == (point, "postfix.example.com")
    content = face.folder.message(accepted["id"]).read_bytes()
    assert content.endswith(b"\r\n\r\n.dot\r\nbody\r\n")


@needs_postfix
def test_postfix_reports_a_refused_recipient_and_tries_a_closed_point_again(face: Face) -> None:
    policy = {
        "DefaultAction": "DENY",
        "PolicyStatements": [
            {
                "Action": "ALLOW",
                "Conditions": [
                    {
                        "StringExpression": {
                            "Evaluate": {"Attribute": "RECIPIENT"},
                            "Operator": "EQUALS",
                            "Values": ["b@example.com"],
                        }
                    }
                ],
            }
        ],
    }
    point = face.point(policy=policy)
    port = face.port(point)
    face.call("UpdateIngressPoint", IngressPointId=point, StatusToUpdate="CLOSED")
    settings = {
        "relayhost": f"[127.0.0.1]:{port}",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "1s",
        "queue_run_delay": "1s",
    }
    with postfix(settings) as server:
        server.send(b"Subject: x\n\nx\n", "a@example.org", "b@example.com", "c@example.com")
        until(lambda: "421 4.3.2 ingress point inbound is CLOSED" in server.log())
        face.call("UpdateIngressPoint", IngressPointId=point, StatusToUpdate="ACTIVE")
        (accepted,) = until(face.messages)
        until(lambda: "550 5.7.1 c@example.com is refused" in server.log())
    assert accepted["envelope"]["recipients"] == ["b@example.com"]
