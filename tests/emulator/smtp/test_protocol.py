"""Sessions byte by byte: pipelining, smuggling, limits, rude clients."""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import socket
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from emulator.polling import until
from mmctl.emulator import data_folder
from mmctl.emulator.smtp import connection, conversation, front, limits, process, storing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from emulator.smtp.conftest import Face, Talk

POLICY = {
    "DefaultAction": "DENY",
    "PolicyStatements": [
        {
            "Action": "ALLOW",
            "Conditions": [
                {
                    "StringExpression": {
                        "Evaluate": {"Attribute": "RECIPIENT"},
                        "Operator": "ENDS_WITH",
                        "Values": ["@example.com", "@xn--bcher-kva.example", "@bücher.example"],
                    }
                }
            ],
        }
    ],
    "MaxMessageSizeBytes": 1000,
}


def test_it_says_what_it_can_and_nothing_that_it_cannot(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point()), greeted=False)
    assert "not for production mail" in client.hear()
    assert client.ask("EHLO client.example.org").splitlines() == [
        "250-mmctl.localhost",
        "250-PIPELINING",
        "250-SIZE 40000000",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-ENHANCEDSTATUSCODES",
        "250-STARTTLS",
        "250 HELP",
    ]


def test_each_recipient_is_refused_or_admitted_by_the_policy(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point(policy=POLICY)))
    assert client.envelope("b@example.com", "c@elsewhere.example") == [
        "250 2.1.0 OK",
        "250 2.1.5 OK",
        "550 5.7.1 c@elsewhere.example is refused by the traffic policy: default action",
    ]
    assert client.ask("DATA").startswith("354 ")
    client.raw(b"Subject: x\r\n\r\nx\r\n.\r\n")
    assert client.hear().startswith("250 OK ")
    (accepted,) = face.finished(1)
    assert accepted["envelope"]["recipients"] == ["b@example.com"]
    (refused,) = until(lambda: face.events("refused"))
    assert (refused["recipient"], refused["by"]) == ("c@elsewhere.example", "default action")
    logged = (face.folder.logs / "traffic-policy-debug.jsonl").read_text().splitlines()
    assert [json.loads(line)["traffic_policy_verdict"] for line in logged] == ["ACCEPT", "REJECT"]


def test_what_stands_before_a_header_is_part_of_the_message(
    face: Face, talk: Callable[..., Talk]
) -> None:
    """A file may begin with an mbox line or blank lines; by SMTP all bytes are the message."""
    large = {
        "NumberExpression": {
            "Evaluate": {"Attribute": "MESSAGE_SIZE"},
            "Operator": "GREATER_THAN_OR_EQUAL",
            "Value": 50,
        }
    }
    seen = {
        "StringExpression": {
            "Evaluate": {"Attribute": "SUBJECT"},
            "Operator": "EQUALS",
            "Values": ["seen"],
        }
    }
    rules: list[dict[str, Any]] = [
        {"Name": "by-size", "Conditions": [large], "Actions": [{"Drop": {}}]},
        {"Name": "by-subject", "Conditions": [seen], "Actions": [{"Drop": {}}]},
        {"Name": "rest", "Actions": [{"Drop": {}}]},
    ]
    port = face.port(face.point(rules=rules))
    client = talk(port)
    found: dict[bytes, tuple[str, str]] = {}
    for top in (b"", b"From a@example.org Sat Nov 28 22:00:00 2026\r\n", b"\r\n"):
        client.envelope("b@example.com")
        client.ask("DATA")
        content = top + b"Subject: seen\r\n\r\nx\r\n"
        client.raw(content + b".\r\n")
        id_ = client.hear().split()[-1]
        accepted = next(each for each in face.finished(len(found) + 1) if each["id"] == id_)
        assert accepted["size"] == len(content)
        assert (face.folder.root / accepted["file"]).read_bytes() == content
        (judged,) = [each for each in face.events("judged") if each["id"] == id_]
        found[top[:5]] = (accepted["header"]["subject"], judged["recipients"][0]["by"])
    assert found == {
        b"": ("seen", "by-subject"),
        b"From ": ("seen", "by-size"),
        b"\r\n": ("", "rest"),
    }


REPLIES: list[tuple[list[str], str]] = [
    (["MAIL FROM:<a@example.org> SIZE=1001"], "552 5.3.4"),
    (["MAIL FROM:<a@example.org> SIZE=99999999"], "552 5.3.4"),
    (["MAIL FROM:<a@example.org> SIZE=1000"], "250 2.1.0"),
    (["MAIL FROM:<a@example.org> BODY=8BITMIME SIZE=5"], "250 2.1.0"),
    (["MAIL FROM:<a@example.org> BODY=BINARYMIME"], "501 5.5.4"),
    (["MAIL FROM:<a@example.org> RET=HDRS"], "555 5.5.4"),
    (["MAIL FROM:<a@example.org> SIZE=1 SIZE=1"], "501 5.5.4"),
    (["MAIL FROM: a@example.org"], "250 2.1.0"),
    (["MAIL FROM:<>"], "250 2.1.0"),
    (["MAIL FROM:<@hosta,@hostb:a@example.org>"], "250 2.1.0"),
    (['MAIL FROM:<"a b"@example.org>'], "250 2.1.0"),
    (["MAIL FROM:<a>"], "553 5.1.7"),
    (["MAIL FROM:<a@ex ample.org>"], "501 5.1.7"),
    (["MAIL FROM:<" + "a" * 300 + "@example.org>"], "553 5.1.7"),
    (["MAIL a@example.org"], "501 5.5.4"),
    (["MAIL FROM:<bücher@example.org>"], "553 5.6.7"),
    (["MAIL FROM:<bücher@example.org> SMTPUTF8"], "250 2.1.0"),
    (["MAIL FROM:<a@example.org>", "MAIL FROM:<a@example.org>"], "503 5.5.1"),
    (["RCPT TO:<b@example.com>"], "503 5.5.1"),
    (["DATA"], "503 5.5.1"),
    (["MAIL FROM:<>", "DATA"], "503 5.5.1"),
    (["MAIL FROM:<>", "RCPT TO:<c@example.net>", "DATA"], "554 5.5.1"),
    (["MAIL FROM:<>", "RCPT TO:<b@example.com> NOTIFY=NEVER"], "555 5.5.4"),
    (["MAIL FROM:<>", "RCPT TO:<>"], "553 5.1.3"),
    (["MAIL FROM:<>", "RCPT TO:<b@bücher.example>"], "553 5.6.7"),
    (["MAIL FROM:<> SMTPUTF8", "RCPT TO:<b@bücher.example>"], "250 2.1.5"),
    (["MAIL FROM:<>", "RSET", "RCPT TO:<b@example.com>"], "503 5.5.1"),
    (["MAIL FROM:<>", "EHLO again.example.org", "RCPT TO:<b@example.com>"], "503 5.5.1"),
    (["EHLO"], "501 5.5.4"),
    (["HELO client.example.org"], "250 mmctl.localhost"),
    (["NOOP whatever"], "250 2.0.0"),
    (["RSET now"], "501 5.5.4"),
    (["VRFY b"], "252 2.5.0"),
    (["VRFY"], "501 5.5.4"),
    (["EXPN list"], "502 5.5.1"),
    (["HELP"], "214 2.0.0"),
    (["AUTH PLAIN AGEAYg=="], "502 5.5.1"),
    (["XMMFACTS e30="], "500 5.5.2"),
    (["BDAT 5"], "500 5.5.2"),
    (["\x00"], "500 5.5.2"),
    ([""], "500 5.5.2"),
    (["NOOP " + "x" * 3000], "500 5.5.2"),
    (["NOOP " + "x" * 200_000], "500 5.5.2"),
    (["QUIT now"], "501 5.5.4"),
    (["QUIT"], "221 2.0.0"),
]


def test_every_command_has_its_reply(face: Face, talk: Callable[..., Talk]) -> None:
    port = face.port(face.point(policy=POLICY))
    wrong = []
    for lines, expected in REPLIES:
        client = talk(port)
        reply = client.ask(*lines)
        client.socket.close()
        if not reply.startswith(expected):
            wrong.append((lines[-1][:60], expected, reply))
    assert wrong == []


def test_pipelined_commands_are_answered_in_one_go(face: Face, talk: Callable[..., Talk]) -> None:
    client = talk(face.port(face.point()))
    client.say("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.com>", "RCPT TO:<nobody>", "DATA")
    assert [client.hear()[:3] for _ in range(4)] == ["250", "250", "553", "354"]
    client.raw(b"x\r\n.\r\nMAIL FROM:<c@example.org>\r\nRCPT TO:<d@example.com>\r\nDATA\r\n")
    assert [client.hear()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
    client.raw(b".\r\nQUIT\r\n")
    assert client.hear().startswith("250 OK ")
    assert client.hear().startswith("221 ")
    assert client.hear() == "closed"
    first, second = face.finished(2)
    assert face.folder.message(first["id"]).read_bytes() == b"x\r\n"
    assert face.folder.message(second["id"]).read_bytes() == b""


ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\n",
    b"\r\n.\r\r\n",
    b"\r\r\n.\r\r\n",
]


def test_no_other_end_of_a_message_smuggles_a_second_one(
    face: Face, talk: Callable[..., Talk]
) -> None:
    port = face.port(face.point())
    second = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nevil\r\n.\r\n"
    wrong = []
    for end in ENDS:
        client = talk(port)
        client.envelope()
        assert client.ask("DATA").startswith("354")
        client.raw(b"Subject: x\r\n\r\nfirst" + end + second)
        reply = client.hear()
        after = client.ask("NOOP")
        client.socket.close()
        if not reply.startswith("550 5.6.11 ") or not after.startswith("250 2.0.0"):
            wrong.append((end, reply, after))
    assert wrong == []
    assert face.messages() == []
    refused = until(lambda: face.events("refused"))
    assert {each["by"] for each in refused} == {"content"}


def test_commands_that_end_with_a_bare_lf_or_hold_a_bare_cr_are_refused(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point()))
    for raw in (b"NOOP\n", b"NOOP\rNOOP\r\n", b"NO\x00OP\r\n"):
        client.raw(raw)
        assert client.hear() == "500 5.5.2 a command is one line that ends with CR LF"


def test_lines_of_a_message_may_be_long_but_not_endless(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point()))
    for length, expected in ((998, "250 OK"), (65_534, "250 OK"), (65_535, "554 5.6.0")):
        client.envelope()
        client.ask("DATA")
        client.raw(b"x" * length + b"\r\n.\r\n")
        assert client.hear().startswith(expected), length


def test_a_message_larger_than_the_policy_allows_is_refused_after_data(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point(policy=POLICY)))
    for size, expected in ((1000, "250 OK"), (1001, "552 5.3.4"), (3_000_000, "552 5.3.4")):
        client.envelope()
        client.ask("DATA")
        client.raw((b"x" * 48 + b"\r\n") * (size // 50 - 1))
        client.raw(b"y" * (48 + size % 50) + b"\r\n.\r\n")
        assert client.hear().startswith(expected), size
    assert len(face.messages()) == 1
    refused = until(lambda: face.events("refused"))
    assert {each["by"] for each in refused} == {"max_message_size"}


def test_who_was_refused_before_a_message_is_too_large_is_in_the_log(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point(policy=POLICY)))
    client.envelope("no@example.org", "b@example.com")
    client.ask("DATA")
    client.raw(b"x" * 2000 + b"\r\n.\r\n")
    assert client.hear().startswith("552 5.3.4")
    until(lambda: len(face.events("refused")) == 2)
    log = (face.folder.root / "logs" / "traffic-policy-debug.jsonl").read_text().splitlines()
    told = {
        each["recipient"]: each["traffic_policy_evaluation"][-1] for each in map(json.loads, log)
    }
    assert told["no@example.org"]["type"] == "DefaultAction"
    assert told["b@example.com"]["receivedMessageSize"] == 2002


def test_dots_that_smtp_adds_do_not_count_for_the_size(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point(policy=POLICY)))
    for size, expected in ((999, "250 OK"), (1002, "552 5.3.4"), (300_000, "552 5.3.4")):
        client.envelope()
        client.ask("DATA")
        client.raw(b"..\r\n" * (size // 3) + b".\r\n")
        assert client.hear().startswith(expected), size
    (message,) = face.messages()
    assert message["size"] == 999
    until(lambda: len(face.events("refused")) == 2)
    log = (face.folder.root / "logs" / "traffic-policy-debug.jsonl").read_text().splitlines()
    sizes = [each["traffic_policy_evaluation"][-1] for each in map(json.loads, log)]
    told = [each["receivedMessageSize"] for each in sizes if "receivedMessageSize" in each]
    assert told == [1002, 300_000]


def test_the_101st_recipient_is_refused_for_now(face: Face, talk: Callable[..., Talk]) -> None:
    client = talk(face.port(face.point()))
    replies = client.envelope(*(f"b{number}@example.com" for number in range(101)))
    assert {reply[:9] for reply in replies[1:101]} == {"250 2.1.5"}
    assert replies[101].startswith("452 4.5.3 ")


def test_a_client_that_goes_away_inside_a_message_leaves_nothing(
    face: Face, talk: Callable[..., Talk]
) -> None:
    port = face.port(face.point())
    client = talk(port)
    client.envelope()
    client.ask("DATA")
    client.raw(b"Subject: half\r\n\r\nx\r\n")
    client.socket.close()
    other = talk(port)
    other.envelope()
    other.ask("DATA")
    other.raw(b"Subject: whole\r\n\r\nx\r\n.\r\n")
    assert other.hear().startswith("250 OK ")
    (accepted,) = face.finished(1)
    assert accepted["header"]["subject"] == "whole"
    files = [path for path in (face.folder.root / "messages").rglob("*") if path.is_file()]
    assert len(files) == 1


def test_a_client_that_says_no_more_is_still_answered(
    face: Face, talk: Callable[..., Talk]
) -> None:
    client = talk(face.port(face.point()))
    client.envelope()
    client.ask("DATA")
    client.raw(b"Subject: last\r\n\r\nx\r\n.\r\nQUIT\r\n")
    client.socket.shutdown(socket.SHUT_WR)
    assert client.hear().startswith("250 OK ")
    assert client.hear().startswith("221 ")
    other = talk(face.port(face.point("other")))
    other.socket.shutdown(socket.SHUT_WR)
    assert other.hear() == "closed"


def test_a_silent_client_is_told_and_left(
    face: Face, talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "COMMAND_SECONDS", 0.2)
    monkeypatch.setattr(conversation, "DATA_SECONDS", 0.2)
    port = face.port(face.point())
    silent = talk(port)
    assert silent.hear() == "421 4.4.2 timeout, closing"
    assert silent.hear() == "closed"
    slow = talk(port)
    slow.envelope()
    slow.ask("DATA")
    slow.raw(b"Subject: slow")
    assert slow.hear() == "421 4.4.2 timeout, closing"
    assert face.messages() == []


def test_a_client_that_makes_mistakes_again_and_again_is_left(
    face: Face, talk: Callable[..., Talk]
) -> None:
    port = face.port(face.point())
    wrong = talk(port)
    replies = [wrong.ask("NONSENSE") for _ in range(limits.MOST_ERRORS + 1)]
    assert replies[-1].startswith("421 4.7.0 too many errors")
    assert wrong.hear() == "closed"
    idle = talk(port)
    replies = [idle.ask("NOOP") for _ in range(limits.MOST_IDLE_COMMANDS)]
    assert replies[-1].startswith("421 4.7.0 too many commands")
    endless = talk(port)
    endless.raw(b"x" * 3_000_000)
    assert endless.hear().startswith("421 4.7.0 a line without an end")


def test_there_is_a_limit_of_connections_for_all_and_for_each_source(
    face: Face, talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = face.port(face.point())
    monkeypatch.setattr(limits.Connections.__init__, "__defaults__", (3, 2))
    # The running face has its own count; a new one takes the limits of this test.
    counted = limits.Connections()
    assert [counted.enter("192.0.2.1") for _ in range(2)] == [None, None]
    assert (counted.enter("192.0.2.1") or "").startswith("421 4.7.0 ")
    counted.leave("192.0.2.1")
    assert counted.enter("192.0.2.2") is None
    assert (counted.enter("192.0.2.3") or "").startswith("421 4.3.2 ")
    assert talk(port).ask("NOOP").startswith("250")


def test_a_full_disk_is_said_and_nothing_is_lost(
    face: Face, talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = talk(face.port(face.point()))
    monkeypatch.setattr(front, "RESERVE", 1 << 62)
    monkeypatch.setattr(front, "FREE_SECONDS", -1.0)
    assert client.ask("MAIL FROM:<a@example.org>").startswith("452 4.3.1 ")
    monkeypatch.setattr(front, "RESERVE", 0)
    assert client.ask("MAIL FROM:<a@example.org>").startswith("250 ")


def test_a_write_that_fails_is_452_and_leaves_nothing_behind(
    face: Face, talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = talk(face.port(face.point()))
    written = storing.Storing._write
    fails = {"queue/", "messages/"}

    def write(self: storing.Storing, id_: str, content: bytes, path: str) -> None:
        for each in fails:
            if f"/{each}" in path:
                raise OSError(errno.ENOSPC, "no space left")
        written(self, id_, content, path)

    monkeypatch.setattr(storing.Storing, "_write", write)
    for left in ({"queue/", "messages/"}, {"queue/"}):
        fails.intersection_update(left)
        client.envelope()
        client.ask("DATA")
        client.raw(b"Subject: x\r\n\r\nx\r\n.\r\n")
        assert client.hear().startswith("452 4.3.1 ")
    fails.clear()
    client.envelope()
    client.ask("DATA")
    client.raw(b"Subject: x\r\n\r\nx\r\n.\r\n")
    assert client.hear().startswith("250 OK ")
    said = [note for note in face.notes if note.startswith("mail is refused: ")]
    assert said == [f"mail is refused: cannot write to `{face.folder.root}`: no space left"]
    (accepted,) = face.finished(1)
    files = [path.stem for path in (face.folder.root / "messages").rglob("*.eml")]
    assert files == [accepted["id"]]


def test_a_message_whose_line_does_not_fit_is_refused_and_has_none_later(
    face: Face, talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = talk(face.port(face.point()))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    def sent(subject: str) -> str:
        client.envelope()
        client.ask("DATA")
        client.raw(f"Subject: {subject}\r\n\r\nx\r\n.\r\n".encode())
        return client.hear()

    with monkeypatch.context() as patch:
        patch.setattr(data_folder.Lines, "write", full)
        assert sent("refused").startswith("452 4.3.1 ")
    assert sent("kept").startswith("250 OK ")
    (accepted,) = face.finished(1)
    assert accepted["header"]["subject"] == "kept"
    assert len(list((face.folder.root / "messages").rglob("*.eml"))) == 1


def test_what_nobody_foresaw_costs_one_message_and_not_the_server(
    face: Face, talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = talk(face.port(face.point()))

    def broken(*_: object) -> None:
        raise ValueError("nobody foresaw this")

    def sent() -> str:
        client.envelope()
        client.ask("DATA")
        client.raw(b"Subject: x\r\n\r\nx\r\n.\r\n")
        return client.hear()

    with monkeypatch.context() as patch:
        patch.setattr(storing, "read_received", broken)
        assert sent().startswith("451 4.3.0 ")
    with monkeypatch.context() as patch:
        patch.setattr(front.Front, "pieces", broken)
        assert sent().startswith("250 OK ")
        assert client.ask("NOOP") == "421 4.3.0 internal error"
    assert [note.rpartition(": ")[2] for note in face.notes[-2:]] == ["nobody foresaw this"] * 2


def test_a_closed_ingress_point_says_421_and_opens_again(
    face: Face, talk: Callable[..., Talk]
) -> None:
    point = face.point()
    port = face.port(point)
    kept = talk(port)
    face.call("UpdateIngressPoint", IngressPointId=point, StatusToUpdate="CLOSED")
    assert kept.ask("MAIL FROM:<a@example.org>") == "421 4.3.2 ingress point inbound is CLOSED"
    assert kept.hear() == "closed"
    assert talk(port, greeted=False).hear() == "421 4.3.2 ingress point inbound is CLOSED"
    face.call("UpdateIngressPoint", IngressPointId=point, StatusToUpdate="ACTIVE")
    assert talk(port).ask("MAIL FROM:<a@example.org>").startswith("250 ")


def facts(**members: Any) -> str:
    return "XMMFACTS " + base64.b64encode(json.dumps(members).encode()).decode()


BAD_FACTS: list[Any] = [
    [],
    {"other": 1},
    {"session": []},
    {"session": {"source_ip": "no address"}},
    {"session": {"source_ip": ["192.0.2.1"]}},
    {"session": {"helo": 7}},
    {"session": {"tls": ["TLS1_3"]}},
    {"session": {"tls": "SSLv3"}},
    {"session": {"tls_wrapped": "yes"}},
    {"session": {"client_certificate": {"CN": "not a list"}}},
    {"session": {"client_certificate": {"OTHER": ["x"]}}},
    {"session": {"password": "x"}},
    {"verdicts": {"spf": "GOOD"}},
    {"verdicts": {"spf": ["PASS"]}},
    {"verdicts": {"dmarc_policy": {}}},
    {"verdicts": {"add_ons": {"X": "passed"}}},
    {"verdicts": {"add_ons": {"X": {"isPassed": 1}}}},
    {"lambda": {"f": "maybe"}},
    {"lambda": {"f": []}},
    {"failing": "relay"},
    {"failing": [1]},
    {"failing": ["x"] * 2000},
    {"session": {"helo": "\ud800"}},
]


def test_facts_are_taken_for_the_next_message_alone(
    running: Callable[..., Face], talk: Callable[..., Talk]
) -> None:
    face = running(accept_facts=True)
    client = talk(face.port(face.point(TlsPolicy="REQUIRED")))
    assert (
        client.ask(
            facts(
                session={"source_ip": "203.0.113.7", "helo": "other.example.net", "tls": "TLS1_2"},
                verdicts={
                    "spf": "FAIL",
                    "dmarc_policy": "absent",
                    "add_ons": {"X": {"isPassed": False}},
                },
                failing=["relay:exchange"],
                **{"lambda": {"tagger": "stop_rule"}},
            )
        )
        == "250 2.0.0 facts taken"
    )
    client.envelope()
    client.ask("DATA")
    client.raw(b"Subject: x\r\n\r\nx\r\n.\r\n")
    assert client.hear().startswith("250 OK ")
    (accepted,) = face.finished(1)
    assert accepted["session"]["source_ip"] == "203.0.113.7"
    assert accepted["session"]["tls"] == "TLS1_2"
    assert accepted["verdicts"] == {
        "spf": "FAIL",
        "dmarc_policy": "absent",
        "add_ons": {"X": {"isPassed": False}},
    }
    assert (accepted["failing"], accepted["lambda"]) == (
        ["relay:exchange"],
        {"tagger": "stop_rule"},
    )
    assert face.folder.message(accepted["id"]).read_bytes() == b"Subject: x\r\n\r\nx\r\n"
    assert client.ask("MAIL FROM:<a@example.org>").startswith("530 5.7.0 ")


def test_the_debug_log_tells_the_tls_version_that_was_stated(
    running: Callable[..., Face], talk: Callable[..., Talk]
) -> None:
    face = running(accept_facts=True)
    client = talk(face.port(face.point(policy=POLICY, TlsPolicy="OPTIONAL")))
    for stated in ("none", "TLS1_2", "TLS1_3"):
        client.ask(facts(session={"tls": stated}))
        client.envelope("b@example.com")
        client.ask("RSET")
    log = face.folder.logs / "traffic-policy-debug.jsonl"
    lines = until(lambda: len(found := log.read_text().splitlines()) == 3 and found)
    told = [json.loads(line)["tls_protocol"] for line in lines]
    assert told == [None, "TLSv1.2", "TLSv1.3"]


def test_facts_that_are_none_are_refused_with_a_reason(
    running: Callable[..., Face], talk: Callable[..., Talk]
) -> None:
    face = running(accept_facts=True)
    port = face.port(face.point())
    written = [base64.b64encode(json.dumps(each).encode()).decode() for each in BAD_FACTS]
    deep = base64.b64encode(b'{"session":' + b"[" * 20_000 + b"]" * 20_000 + b"}").decode()
    wrong = []
    for argument in (*written, deep, "", "%%%", base64.b64encode(b"\xff").decode()):
        client = talk(port)
        reply = client.ask(f"XMMFACTS {argument}")
        client.socket.close()
        if not reply.startswith("501 5.5.4 expected") and not reply.startswith("501 5.5.4 "):
            wrong.append((argument[:80], reply))
    assert wrong == []
    client = talk(port)
    assert client.ask("XMMFACTS " + "A" * 70_000).startswith("500 5.5.2")


def test_noise_never_ends_the_server(face: Face, talk: Callable[..., Talk]) -> None:
    port = face.port(face.point())
    random = Random(14)  # noqa: S311 - the same noise each time
    words = (b"EHLO x", b"MAIL FROM:<a@b.c>", b"RCPT TO:<d@e.f>", b"DATA", b".", b"\r\n", b"\n")
    for _ in range(60):
        client = talk(port, greeted=False)
        noise = b"".join(
            random.choice(words) + b"\r\n" if random.random() < 0.7 else random.randbytes(20)
            for _ in range(random.randrange(1, 25))
        )
        with suppress(OSError):
            client.hear()
            client.raw(noise)
        client.socket.close()
    other = talk(port)
    other.envelope()
    other.ask("DATA")
    other.raw(b"Subject: still here\r\n\r\n.\r\n")
    assert other.hear().startswith("250 OK ")
    assert [note for note in face.notes if "because of an error" in note] == []


def test_the_same_trouble_with_connections_is_said_once() -> None:
    notes: list[str] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(process.troubles(notes.append))
    for number in [errno.EMFILE] * 3 + list(range(1000, 2000)):
        error = OSError(number, "\x1b[31mno files")
        loop.call_exception_handler({"message": "accept", "exception": error})
    loop.close()
    assert notes[0] == "trouble with a connection: [Errno 24] \\u001b[31mno files"
    assert len(notes) == process.MOST_TROUBLES
