"""Sends one message to a server of a test."""

from __future__ import annotations

import time
from typing import Any

from mmctl.client.endpoint import Endpoint, TlsMode
from mmctl.client.outgoing import outgoing
from mmctl.client.sending import Sender, Sent
from mmctl.client.session import SmtpSession

PLAIN = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: hi\r\n\r\nhello\r\n"


def endpoint(port: int, **members: Any) -> Endpoint:
    given = {"tls": TlsMode.NONE, "verify": False, "timeout": 20.0, **members}
    return Endpoint(host="127.0.0.1", port=port, helo="client.example.org", **given)


def sent_to(where: Endpoint, content: bytes = PLAIN, **envelope: Any) -> Sent:
    sender = Sender(SmtpSession(where, None, time.monotonic))
    sent = sender.send(outgoing("message", content, **envelope))
    sender.close()
    return sent
