"""Ordinary mail clients: what they send is admitted, stored, judged."""

from __future__ import annotations

import re
import smtplib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.smtp.conftest import Face

MESSAGE = (
    b"From: a@example.org\r\nTo: b@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nx\r\n"
)


def test_a_message_is_on_disk_under_the_id_of_the_reply(face: Face) -> None:
    point = face.point()
    with smtplib.SMTP("127.0.0.1", face.port(point)) as client:
        client.ehlo("client.example.org")
        client.mail("a@example.org")
        client.rcpt("b@example.com")
        code, reply = client.data(MESSAGE + b"..dots\r\n.one\r\n")
    found = re.fullmatch(rb"OK ([a-z0-9]{40})", reply)
    assert code == 250
    assert found is not None
    id_ = found[1].decode()
    assert face.folder.message(id_).read_bytes() == MESSAGE + b"..dots\r\n.one\r\n"
    (accepted,) = face.finished(1)
    assert accepted["id"] == id_
    assert accepted["header"]["subject"] == "Grüße"
    assert accepted["session"] == {
        "source_ip": "127.0.0.1",
        "helo": "client.example.org",
        "tls": "none",
        "tls_wrapped": False,
        "client_certificate": {},
    }
    assert accepted["envelope"] == {
        "mail_from": "a@example.org",
        "recipients": ["b@example.com"],
    }
    assert accepted["ingress_point"] == {"id": point, "name": "inbound", "type": "OPEN"}
    assert not face.folder.queued(id_).exists()
    assert (face.folder.gateways / f"{accepted['gateway']}.json").exists()
