"""What is sent arrives byte for byte, and what the server said is reported."""

from __future__ import annotations

import base64
import smtplib
import ssl
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import AuthResult
from sending_to import PLAIN, endpoint, sent_to
from smtp_servers import ID, scripted, server_context, sink, write_certificate

from mmctl.client.dialogue import Speaker, Stage
from mmctl.client.endpoint import Endpoint, SmtpLogin, TlsMode, host_and_port
from mmctl.client.failure import FailureKind
from mmctl.client.outgoing import facts_document, header_of, outgoing, stuffed
from mmctl.client.sending import Sender
from mmctl.client.session import SmtpSession
from mmctl.errors import UsageError
from mmctl.mail.reader import as_carried

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from mmctl.client.sending import Sent


def said(sent: Sent, speaker: Speaker) -> list[str]:
    return [line.text for line in sent.dialogue if line.side is speaker]


def test_messages_arrive_byte_for_byte_and_as_smtplib_sends_them() -> None:
    head = b"From: a@example.org\r\nTo: b@example.com\r\n\r\n"
    bodies = {
        "a dot alone": b".\r\n",
        "dots at the start of lines": b"..\r\n.x\r\n.\r\n...\r\n",
        "no line end at the end": b"text",
        "empty": b"",
        "blank lines at the end": b"text\r\n\r\n\r\n",
        "eight bits": "grüße\r\n".encode(),
        "no text at all": bytes(range(1, 10)) + bytes(range(14, 256)) + b"\r\n",
        "a long line": b"x" * 990 + b"\r\n",
        "bare LF": b"one\ntwo\n.three\n",
        "bare CR": b"one\rtwo\r\n",
        "many": b"0123456789abcdef\r\n.\r\n" * 20_000,
    }
    wrong = []
    with sink(data_size_limit=10**8) as server:
        for name, body in bodies.items():
            content = head + body
            expected = as_carried(content)
            expected += b"" if expected.endswith(b"\r\n") else b"\r\n"
            sent = sent_to(endpoint(server.port), content)
            if not sent.accepted or server.arrived[-1].content != expected:
                wrong.append(name)
            if name.startswith("bare"):
                continue  # smtplib sends them bare, which servers refuse as smuggling
            with smtplib.SMTP("127.0.0.1", server.port) as other:
                other.sendmail("a@example.org", ["b@example.com"], content)
            if server.arrived[-1].content != expected:
                wrong.append(f"{name}, by smtplib")
    assert wrong == []


def test_what_goes_over_the_wire_is_what_the_rfc_says() -> None:
    assert stuffed(b".a\r\nb\r\n..c\r\n") == b"..a\r\nb\r\n...c\r\n.\r\n"
    assert stuffed(b"") == b".\r\n"
    assert stuffed(b"a.b\r\n") == b"a.b\r\n.\r\n"


def test_each_recipient_has_its_answer() -> None:
    with sink() as server:
        sent = sent_to(endpoint(server.port), recipients=["b@example.com", "nobody@example.com"])
    first, second = sent.recipients
    assert (first.accepted, second.accepted, sent.accepted) == (True, False, False)
    assert second.reply is not None
    assert (second.reply.code, second.reply.enhanced) == (550, "5.7.1")
    assert sent.message_id == ID
    assert sent.taken_for == ("b@example.com",)
    assert server.arrived[0].recipients == ["b@example.com"]
    assert {Stage.CONNECT, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.TOTAL} <= set(sent.times)


def test_a_message_that_nobody_takes_is_not_sent() -> None:
    with sink() as server:
        sent = sent_to(endpoint(server.port), recipients=["no1@example.com", "no2@example.com"])
    assert (sent.accepted, sent.message_id, sent.failure) == (False, None, None)
    assert server.arrived == []
    assert "DATA" not in said(sent, Speaker.CLIENT)
    assert "RSET" in said(sent, Speaker.CLIENT)


def test_one_session_takes_many_messages() -> None:
    with sink() as server:
        sender = Sender(SmtpSession(endpoint(server.port), None, time.monotonic))
        sent = [sender.send(outgoing(f"{n}", PLAIN)) for n in range(3)]
        sender.close()
    assert [each.accepted for each in sent] == [True] * 3
    assert len(server.arrived) == 3
    assert [sum(line.text.startswith("EHLO") for line in each.dialogue) for each in sent] == [
        1,
        0,
        0,
    ]


def test_commands_go_in_one_piece_where_the_server_offers_it() -> None:
    pieces: list[bytes] = []

    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        pieces.append(connection.recv(10_000))
        connection.sendall(b"250-hello\r\n250 PIPELINING\r\n")
        pieces.append(connection.recv(10_000))
        connection.sendall(b"250 ok\r\n250 ok\r\n550 5.1.1 unknown\r\n354 go on\r\n")
        pieces.append(connection.recv(10_000))
        connection.sendall(f"250 OK {ID}\r\n".encode())
        connection.recv(10_000)
        connection.sendall(b"221 bye\r\n")

    with scripted(play) as port:
        sent = sent_to(
            endpoint(port, pipelining=True), recipients=["b@example.com", "c@example.com"]
        )
    assert [each.accepted for each in sent.recipients] == [True, False]
    assert pieces[1] == (
        b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\n"
        b"RCPT TO:<c@example.com>\r\nDATA\r\n"
    )
    assert pieces[2] == PLAIN + b".\r\n"


def test_after_refusals_in_one_piece_an_empty_message_ends_the_transaction() -> None:
    pieces: list[bytes] = []

    def play(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        connection.recv(10_000)
        connection.sendall(b"250-hello\r\n250 PIPELINING\r\n")
        connection.recv(10_000)
        connection.sendall(b"250 ok\r\n550 no\r\n354 go on\r\n")
        pieces.append(connection.recv(10_000))
        connection.sendall(b"554 no valid recipients\r\n")
        connection.recv(10_000)

    with scripted(play) as port:
        sent = sent_to(endpoint(port, pipelining=True, timeout=5.0))
    assert pieces == [b".\r\n"]
    assert not sent.accepted
    assert sent.recipients[0].reply is not None
    assert sent.recipients[0].reply.code == 550


def test_extensions_are_used_where_they_are_offered_and_needed() -> None:
    utf8 = "From: ü@example.org\r\nTo: b@example.com\r\n\r\nä\r\n".encode()
    with sink(enable_SMTPUTF8=True) as server:
        sent = sent_to(endpoint(server.port), utf8)
        assert sent.accepted, sent.failure
        assert set(server.arrived[0].options) == {f"SIZE={len(utf8)}", "BODY=8BITMIME", "SMTPUTF8"}
    with sink(enable_SMTPUTF8=False) as server:
        sent = sent_to(endpoint(server.port), utf8)
    assert sent.failure is not None
    assert sent.failure.kind is FailureKind.NOT_OFFERED
    assert "ü@example.org" in sent.failure.message


def test_tls_is_required_unless_told_otherwise(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    with sink(tls_context=context) as server:
        sent = sent_to(endpoint(server.port, tls=TlsMode.REQUIRED))
        assert sent.accepted, sent.failure
        assert server.arrived[-1].tls
        assert sent.tls is not None
        assert (sent.tls.protocol, sent.tls.verified) == ("TLSv1.3", False)
        sent = sent_to(endpoint(server.port, tls=TlsMode.REQUIRED, tls_version="TLS1_2"))
        assert sent.tls is not None
        assert sent.tls.protocol == "TLSv1.2"
    with sink() as server:
        sent = sent_to(endpoint(server.port, tls=TlsMode.REQUIRED))
        assert sent.failure is not None
        assert sent.failure.kind is FailureKind.TLS_MISSING
        assert server.arrived == []
        assert sent_to(endpoint(server.port, tls=TlsMode.OPTIONAL)).accepted
        assert not server.arrived[-1].tls
    with sink(ssl_context=server_context(tmp_path)) as server:
        assert sent_to(endpoint(server.port, tls=TlsMode.WRAPPED)).accepted


def test_a_certificate_is_verified_by_name_and_authority(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    authority = tmp_path / "localhost.crt"
    with sink(tls_context=context) as server:
        verified = endpoint(server.port, tls=TlsMode.REQUIRED, verify=True)
        unknown = sent_to(verified)
        other_name = sent_to(
            endpoint(server.port, tls=TlsMode.REQUIRED, verify=True, authority=authority)
        )
        known = sent_to(
            Endpoint(
                host="localhost",
                port=server.port,
                helo="client.example.org",
                authority=authority,
                timeout=20.0,
            )
        )
    for sent in (unknown, other_name):
        assert sent.failure is not None
        assert sent.failure.kind is FailureKind.CERTIFICATE
    assert known.accepted, known.failure
    assert known.tls is not None
    assert known.tls.verified


def test_a_client_shows_its_certificate(tmp_path: Path) -> None:
    context = server_context(tmp_path)
    write_certificate(tmp_path, "client")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "client.crt")
    shown = {"certificate": tmp_path / "client.crt", "key": tmp_path / "client.key"}
    with sink(tls_context=context) as server:
        where = endpoint(server.port, tls=TlsMode.REQUIRED, tls_version="TLS1_2")
        without = sent_to(where)
        with_one = sent_to(endpoint(server.port, tls=TlsMode.REQUIRED, **shown))
    assert without.failure is not None
    assert without.failure.kind in {FailureKind.TLS_FAILED, FailureKind.CLOSED}
    assert with_one.accepted, with_one.failure
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with sink(tls_context=context) as server, pytest.raises(UsageError, match="cannot be used"):
        sent_to(endpoint(server.port, tls=TlsMode.REQUIRED, certificate=broken))


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_password_is_sent_and_never_shown(tmp_path: Path, mechanism: str) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _kind: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (b"inp-1", b"pass word")
        return AuthResult(success=good, handled=good, auth_data=b"inp-1")

    excluded = {"PLAIN", "LOGIN"} - {mechanism}
    options = {"authenticator": check, "auth_exclude_mechanism": excluded, "auth_required": True}
    with sink(tls_context=server_context(tmp_path), **options) as server:
        for password, good in (("pass word", True), ("wrong", False)):
            credentials = SmtpLogin(user="inp-1", password=partial(str, password))
            sent = sent_to(endpoint(server.port, tls=TlsMode.REQUIRED, credentials=credentials))
            assert sent.accepted is good, (mechanism, sent.failure, sent.dialogue)
            assert Stage.AUTH in sent.times
            shown = " ".join(line.text for line in sent.dialogue)
            for hidden in (password, *_encodings(password)):
                assert hidden not in shown
            assert "***" in shown
        assert sent.failure is not None
        assert sent.failure.kind is FailureKind.AUTH_REFUSED


def _encodings(password: str) -> list[str]:
    texts = (password, f"\0inp-1\0{password}")
    return [base64.b64encode(text.encode()).decode() for text in texts]


def test_a_password_is_sent_over_tls_alone_except_on_this_machine() -> None:
    asked = []

    def password() -> str:
        asked.append(1)
        return "secret"

    with sink() as server:
        sent = sent_to(endpoint(server.port, credentials=SmtpLogin(user="u", password=password)))
    assert sent.failure is not None
    assert sent.failure.kind is FailureKind.AUTH_MISSING
    assert asked == [], "a password that is not needed is not asked for"


def test_facts_are_stated_before_the_message_and_only_where_they_are_taken() -> None:
    heard: list[bytes] = []

    def play(connection: socket.socket) -> None:
        file = connection.makefile("rb")
        connection.sendall(b"220 hello\r\n")
        file.readline()
        connection.sendall(b"250-hello\r\n250 XMMFACTS\r\n")
        for reply in (b"250 2.0.0 facts taken\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            heard.append(file.readline())
            connection.sendall(reply)
        while file.readline() != b".\r\n":
            pass
        connection.sendall(b"250 OK " + ID.encode() + b"\r\n")
        file.readline()

    facts = facts_document({"verdicts": {"spf": "FAIL"}})
    with scripted(play) as port:
        sender = Sender(SmtpSession(endpoint(port), None, time.monotonic))
        sent = sender.send(outgoing("message", PLAIN), facts=facts)
        sender.close()
    assert sent.accepted, sent.failure
    assert sent.facts_stated
    assert heard[0] == f"XMMFACTS {facts}\r\n".encode()
    with sink() as server:
        sender = Sender(SmtpSession(endpoint(server.port), None, time.monotonic))
        sent = sender.send(outgoing("message", PLAIN), facts=facts, if_taken=True)
        assert sent.accepted
        assert not sent.facts_stated
        sent = sender.send(outgoing("message", PLAIN), facts=facts)
        assert sent.failure is not None
        assert "--accept-facts" in (sent.failure.help or "")


def test_the_envelope_comes_from_the_message_unless_it_is_given() -> None:
    content = b"From: A <a@example.org>\r\nTo: b@example.com, C <c@example.com>\r\n\r\n"
    message = outgoing("m", content)
    assert (message.mail_from, message.recipients) == (
        "a@example.org",
        ("b@example.com", "c@example.com"),
    )
    returned = outgoing("m", b"Return-Path: <x@example.org>\r\nCc: d@example.com\r\n" + content)
    assert (returned.mail_from, returned.recipients[-1]) == ("x@example.org", "d@example.com")
    given = outgoing("m", content, mail_from="", recipients=["e@example.com"])
    assert (given.mail_from, given.recipients) == ("", ("e@example.com",))
    with pytest.raises(UsageError, match="no recipient"):
        outgoing("m", b"From: a@example.org\r\n\r\n")


def test_nothing_in_an_envelope_or_a_header_begins_another_command() -> None:
    bad = ["a\r\nRCPT TO:<x>@example.com", "a b@example.com", "a>@example.com", "a\0@example.com"]
    bad += ["a\u2028@example.com", "x" * 300 + "@example.com", "\udce4@example.com"]
    for address in bad:
        with pytest.raises(UsageError):
            outgoing("m", PLAIN, recipients=[address])
        with pytest.raises(UsageError):
            outgoing("m", PLAIN, mail_from=address)
    outgoing("m", PLAIN, recipients=['"a b"@example.com'])
    for text in ("no colon", "X: a\r\nBcc: b", "X y: a", ": a"):
        with pytest.raises(UsageError):
            header_of(text)
    assert header_of("X-A: b: c ") == ("X-A", "b: c")


def test_a_place_is_a_host_and_a_port() -> None:
    assert host_and_port("mx.example.com:25") == ("mx.example.com", 25)
    assert host_and_port("[::1]:2525") == ("::1", 2525)
    for text in ("", "host", "host:", ":25", "host:0", "host:65536", "host:x", "::1:25", "a b:25"):
        with pytest.raises(UsageError):
            host_and_port(text)
