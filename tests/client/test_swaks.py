"""What arrives is what swaks sends of the same message, and Postfix's sink takes both."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from sending_to import endpoint, sent_to
from smtp_servers import server_context, sink

from loopback import free_port
from mmctl.client.endpoint import TlsMode
from swaks import SWAKS, needs_swaks

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = (
    "From: a@example.org\r\nTo: b@example.com\r\nSubject: hi\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ".one\r\n..two\r\n.\r\ngrüße\r\n\r\nend\r\n"
)


@needs_swaks
@pytest.mark.parametrize("encrypted", [False, True])
def test_the_same_bytes_and_envelope_arrive_as_from_swaks(
    tmp_path: Path, *, encrypted: bool
) -> None:
    file = tmp_path / "message.eml"
    file.write_bytes(MESSAGE.encode())
    context = server_context(tmp_path) if encrypted else None
    with sink(tls_context=context) as server:
        ours = sent_to(
            endpoint(server.port, tls=TlsMode.REQUIRED if encrypted else TlsMode.NONE),
            MESSAGE.encode(),
            recipients=["b@example.com", "no@example.com"],
        )
        words = [str(SWAKS), "--server", f"127.0.0.1:{server.port}", "--ehlo", "client.example.org"]
        words += ["--from", "a@example.org", "--to", "b@example.com,no@example.com"]
        words += ["--data", f"@{file}", "--silent", "3", *(["--tls"] if encrypted else [])]
        theirs = subprocess.run(words, capture_output=True, timeout=120, check=False)
    assert ours.taken_for == ("b@example.com",)
    assert len(server.arrived) == 2, theirs
    first, second = server.arrived
    assert first.content.rstrip(b"\r\n") == second.content.rstrip(b"\r\n")
    assert (first.mail_from, first.recipients, first.helo, first.tls) == (
        second.mail_from,
        second.recipients,
        second.helo,
        second.tls,
    )


@pytest.mark.skipif(shutil.which("smtp-sink") is None, reason="smtp-sink is not installed")
def test_postfix_takes_commands_in_one_piece() -> None:
    port = free_port()
    words = ["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "10"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            _listens(port)
            for pipelining in (False, True):
                sent = sent_to(endpoint(port, pipelining=pipelining), MESSAGE.encode())
                assert sent.accepted, sent
        finally:
            process.kill()


def _listens(port: int) -> None:
    """Wait until something listens."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.05)
            continue
        return
    pytest.fail("nothing listens")
