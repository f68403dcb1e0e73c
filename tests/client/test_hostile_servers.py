"""Servers that are hostile or broken end in a clear message: no hang, nothing unbounded."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from sending_to import endpoint, sent_to
from smtp_servers import lines_to, scripted, server_context

from loopback import refusing_port
from mmctl.client import wire
from mmctl.client.endpoint import TlsMode
from mmctl.client.failure import FailureKind, not_connected
from mmctl.client.wire import LINES_AT_MOST, LONGEST_LINE
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HELLO = (b"220 hello\r\n", b"250 hello\r\n")
_TO_DATA = (*_HELLO, b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")


def _says(*replies: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: lines_to(connection, *replies)


def _endless(start: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100_000):
            connection.sendall(piece)

    return play


def _silent(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.recv(10_000)


def _drips(connection: socket.socket) -> None:
    """Sends a byte now and then: each read succeeds, and no reply ever ends."""
    for _ in range(10_000):
        connection.sendall(b"2")
        time.sleep(0.05)


SERVERS: dict[str, tuple[Callable[[socket.socket], None], FailureKind, str]] = {
    "another protocol": (_says(b"SSH-2.0-OpenSSH_9.2\r\n"), FailureKind.NOT_SMTP, "SSH-2.0"),
    "a page": (_says(b"HTTP/1.1 400 Bad Request\r\n"), FailureKind.NOT_SMTP, "HTTP"),
    "bytes": (_says(b"\x00\x1b[2J\xff\xfe\r\n"), FailureKind.NOT_SMTP, "does not speak SMTP"),
    "TLS at once": (_says(b"\x15\x03\x01\x00\x02\x02\x16\n"), FailureKind.NOT_SMTP, "TLS"),
    "no reply code": (_says(b"999 hello\r\n"), FailureKind.NOT_SMTP, "999"),
    "codes that change": (_says(b"220-a\r\n250 b\r\n"), FailureKind.NOT_SMTP, "250 b"),
    "nothing": (_says(), FailureKind.CLOSED, "as its greeting"),
    "half a line": (_says(b"220 hel"), FailureKind.CLOSED, "as its greeting"),
    "silence": (_silent, FailureKind.TIMEOUT, "as its greeting"),
    "one byte at a time": (_drips, FailureKind.TIMEOUT, "did not finish"),
    "a line without end": (_endless(b"220 ", b"x" * 65536), FailureKind.TOO_LONG, "bytes"),
    "lines without end": (_endless(b"", b"220-x\r\n" * 1000), FailureKind.TOO_LONG, "lines"),
    "a long line": (_says(b"220 " + b"x" * 10**6 + b"\r\n"), FailureKind.TOO_LONG, "bytes"),
    "closes after EHLO": (_says(b"220 hello\r\n"), FailureKind.CLOSED, "to EHLO"),
    "closes at MAIL": (_says(*_HELLO), FailureKind.CLOSED, "to MAIL"),
    "closes at RCPT": (_says(*_HELLO, b"250 ok\r\n"), FailureKind.CLOSED, "to RCPT"),
    "closes at DATA": (_says(*_HELLO, b"250 ok\r\n", b"250 ok\r\n"), FailureKind.CLOSED, "to DATA"),
    "closes in the message": (_says(*_TO_DATA), FailureKind.CLOSED, "the message"),
    "not today": (_says(b"421 4.3.2 closed\r\n"), FailureKind.SESSION_REFUSED, "421 4.3.2 closed"),
    "never": (_says(b"554 5.7.1 you are listed\r\n"), FailureKind.SESSION_REFUSED, "554 5.7.1"),
    "no hello": (
        _says(b"220 hello\r\n", b"502 no\r\n", b"503 no\r\n"),
        FailureKind.SESSION_REFUSED,
        "503",
    ),
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_hostile_server_ends_in_a_clear_message(name: str) -> None:
    play, kind, words = SERVERS[name]
    with scripted(play) as port:
        sent = sent_to(endpoint(port, timeout=0.5 if kind is FailureKind.TIMEOUT else 20.0))
    assert sent.failure is not None, name
    assert (sent.failure.kind, words in sent.failure.message) == (kind, True), sent.failure
    assert not sent.accepted
    assert all("\x1b" not in line.text or name == "bytes" for line in sent.dialogue)
    assert sum(len(line.text) for line in sent.dialogue) < 4 * LONGEST_LINE
    assert len(sent.dialogue) < LINES_AT_MOST + 10


def test_a_server_that_stops_reading_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_PIECE", 1024 * 1024)
    big = b"From: a@example.org\r\nTo: b@example.com\r\n\r\n" + b"x" * 50_000_000 + b"\r\n"
    over = threading.Event()

    def play(connection: socket.socket) -> None:
        lines_to(connection, *_TO_DATA)
        over.wait(30)

    with scripted(play) as port:
        sent = sent_to(endpoint(port, timeout=0.5), big)
        over.set()
    assert sent.failure is not None
    assert sent.failure.kind is FailureKind.TIMEOUT


def test_a_refusal_while_the_message_is_sent_is_heard() -> None:
    def play(connection: socket.socket) -> None:
        lines_to(connection, *_TO_DATA)
        connection.recv(1000)
        connection.sendall(b"552 5.3.4 too big\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1_000_000):
            pass

    big = b"From: a@example.org\r\nTo: b@example.com\r\n\r\n" + b"x" * 5_000_000 + b"\r\n"
    with scripted(play) as port:
        sent = sent_to(endpoint(port), big)
    assert not sent.accepted
    assert "552 5.3.4 too big" in " ".join(line.text for line in sent.dialogue)


def test_replies_that_somebody_puts_before_tls_are_not_taken(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    heard: list[bytes] = []

    def play(connection: socket.socket) -> None:
        file = connection.makefile("rb")
        connection.sendall(b"220 hello\r\n")
        file.readline()
        connection.sendall(b"250-hello\r\n250 STARTTLS\r\n")
        file.readline()
        connection.sendall(b"220 go on\r\n250-hello\r\n250 AUTH PLAIN\r\n")
        heard.append(connection.recv(10_000))

    del context
    with scripted(play) as port:
        sent = sent_to(endpoint(port, tls=TlsMode.REQUIRED))
    assert sent.failure is not None
    assert sent.failure.kind is FailureKind.INJECTED
    assert heard == [b""], "not even TLS was begun"


def test_each_way_not_to_connect_is_said_as_that() -> None:
    errors: list[tuple[OSError, int, FailureKind, str]] = [
        (socket.gaierror(-2, "Name or service not known"), 25, FailureKind.DNS, "no address"),
        (ConnectionRefusedError(111, "refused"), 25, FailureKind.REFUSED, "nothing listens"),
        (TimeoutError("timed out"), 25, FailureKind.BLOCKED, "port 25"),
        (OSError(110, "Connection timed out"), 25, FailureKind.BLOCKED, "blocked"),
        (TimeoutError("timed out"), 587, FailureKind.TIMEOUT, "within 3 s"),
        (OSError(101, "Network is unreachable"), 25, FailureKind.UNREACHABLE, "unreachable"),
        (OSError(99, "Cannot assign requested address"), 25, FailureKind.UNREACHABLE, "cannot"),
    ]
    for error, port, kind, words in errors:
        failure = not_connected(error, "mx.example.com", port, 3.0).failure
        assert (failure.kind, words in failure.message) == (kind, True), failure
        assert "mx.example.com" in failure.message
    assert "587" in (not_connected(TimeoutError(), "h", 25, 1.0).failure.help or "")


def test_a_port_where_nothing_listens_is_refused() -> None:
    with refusing_port() as port:
        sent = sent_to(endpoint(port))
    assert sent.failure is not None
    assert sent.failure.kind is FailureKind.REFUSED
    assert sent.address is None


def test_a_name_that_dns_cannot_hold_is_no_crash() -> None:
    where: Any = endpoint(25)
    for host in ("a..b", "x" * 70 + ".example", "\udcff"):
        sent = sent_to(replace(where, host=host))
        assert sent.failure is not None, host
        assert sent.failure.kind is FailureKind.DNS
