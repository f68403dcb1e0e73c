"""What `mmctl send` shows of cases: hostile names and replies are text, counts add up."""

from __future__ import annotations

import io
import json
import unicodedata
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from sending_to import endpoint, sent_to
from smtp_servers import lines_to, scripted
from story import REPOSITORY
from test_hostile_text import HOSTILE, MARK, UNSEEN

from mmctl.cases.case import Case, Expectation, WrittenMessage
from mmctl.cli.main import exit_code
from mmctl.client.became import became_of
from mmctl.client.expecting import CaseEnd, CaseSending, CaseSent, SeenEnd, result_of
from mmctl.client.results import CasesSent
from mmctl.client.sorting import CaseKind, SortedCase
from mmctl.judge.trace import RecipientTrace, Trace
from mmctl.language.project import Outcome
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.problem import Position
from mmctl.render.documents.send_cases import cases_document, junit
from mmctl.render.text.send_cases import report

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.client.sending import Sent


def _case(name: str, *expectations: Expectation) -> Case:
    return Case(
        name=name,
        position=Position(file="cases/a.yaml", line=3),
        message=WrittenMessage(email=read_email(b"")),
        ingress_point="mx",
        rule_set="inbound",
        session=Session(),
        envelope=Envelope(recipients=("b@example.com",)),
        facts=Facts(),
        expectations=expectations,
    )


def _refused(reply: bytes) -> Sent:
    def play(connection: object) -> None:
        replies = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"550 5.7.1 " + reply + b"\r\n")
        lines_to(connection, *replies, b"250 ok\r\n", b"221 bye\r\n")  # type: ignore[arg-type]

    with scripted(play) as port:
        sent = sent_to(endpoint(port))
    assert not sent.accepted
    assert sent.failure is None
    return sent


def _cases() -> CasesSent:
    hostile = HOSTILE.replace("\n", " ").replace("\r", " ").encode("utf-8", "replace")
    sent = _refused(hostile)
    wanted = SortedCase(case=_case(HOSTILE), kind=CaseKind.AS_STATED)
    differs = result_of(
        CaseSending(sorted=wanted, sent=sent),
        {"b@example.com": SeenEnd(outcome=Outcome.DROPPED, by=HOSTILE, rules=(HOSTILE,))},
    )
    left = SortedCase(case=_case(f"2 {HOSTILE}"), kind=CaseKind.NOT_SENDABLE, why=(HOSTILE,))
    return CasesSent(
        results=(differs, CaseSent(sorted=left)), embedded=True, waited=1.0, evidence=HOSTILE
    )


def test_hostile_names_and_replies_of_cases_are_shown_as_text() -> None:
    sent = _cases()
    text = report(sent).plain
    for line in text.splitlines():
        assert not line.lstrip().startswith(MARK), line
        assert not set(map(unicodedata.category, line)) & UNSEEN, ascii(line)
    suite = ET.fromstring(junit(sent))  # noqa: S314 - our own
    assert [case.get("name") is not None for case in suite.iter("testcase")] == [True, True]
    document = cases_document(sent)
    schema = json.loads((REPOSITORY / "schemas/send.schema.json").read_text())
    jsonschema.validate(document, schema)
    assert document["counts"] == {
        "as_stated": 1,
        "own_facts": 0,
        "not_sendable": 1,
        "same": 1,
        "differs": 0,
        "no_record": 0,
        "not_sent": 0,
    }


def test_what_a_case_expects_counts_where_the_facts_of_the_session_change_nothing() -> None:
    ended = RecipientTrace(recipient="b@example.com", outcome=Outcome.REFUSED, by=None, policy=None)
    trace = Trace(recipients=(ended,), performed=(), assumed={})
    for expected, end in ((Outcome.REFUSED, CaseEnd.SAME), (Outcome.DELIVERED, CaseEnd.DIFFERS)):
        wanted = Expectation(
            recipient="b@example.com", outcome=expected, position=Position(file="a.yaml", line=1)
        )
        case = _case("x", wanted)
        own = SortedCase(case=case, kind=CaseKind.OWN_FACTS, stated=trace, own=trace)
        sending = CaseSending(sorted=own, sent=_refused(b"no"))
        got = {"b@example.com": SeenEnd(outcome=Outcome.REFUSED)}
        assert result_of(sending, got).result is end


def test_what_became_of_mail_says_why_it_waits_and_nothing_twice() -> None:
    waits = {"target": "exchange", "host": "127.0.0.1:1", "reply": "refused", "next": "21:00"}
    became = became_of(
        [
            {
                "event": "action",
                "action": "DROP",
                "target": None,
                "status": "SUCCESS",
                "detail": "",
            },
            {"event": "waiting", "recipients": ["b@example.com"], **waits},
            {"event": "delivered", "target": "exchange", "host": "maildir", "file": "relays/x"},
            {"event": "report", "to": "a@example.org", "file": "reports/y"},
        ]
    )
    assert [(done.what, done.status, done.where) for done in became.done] == [
        ("drop", "SUCCESS", None),
        ("exchange", "waiting", "127.0.0.1:1  refused  next try 21:00"),
        ("exchange", "delivered", "relays/x"),
        ("report to a@example.org", "written", "reports/y"),
    ]


def test_what_a_server_writes_reaches_no_terminal_as_anything_but_text(tmp_path: Path) -> None:
    hostile = HOSTILE.replace("\n", "\r").encode("utf-8", "replace")
    message = tmp_path / "message.eml"
    message.write_bytes(b"From: a@example.org\r\nTo: b@example.com\r\n\r\n")

    def play(connection: object) -> None:
        replies = (b"220-" + hostile + b"\r\n220 hi\r\n", b"250-" + hostile + b"\r\n250 hi\r\n")
        lines_to(connection, *replies, b"550 " + hostile + b"\r\n", b"250 ok\r\n")  # type: ignore[arg-type]

    for form in ("human", "json"):
        with scripted(play) as port:
            out, errors = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(errors):
                words = ["send", str(message), "--to", f"127.0.0.1:{port}", "--tls", "none"]
                assert exit_code([*words, "--format", form]) == 1
        for line in (out.getvalue() + errors.getvalue()).splitlines():
            assert not line.lstrip().startswith(MARK), line
            assert not set(map(unicodedata.category, line)) & UNSEEN, ascii(line)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--expect", "--rcpt", "a@example.com"], "is for messages"),
        (["--run", "x", "m.eml"], "is for the cases"),
        (["--record-evidence", "m.eml"], "is for the cases"),
        (["--concurrency", "2", "m.eml"], "--count N"),
        (["m.eml", "--scenario", "spam", "--to", "127.0.0.1:1"], "got messages and"),
        (["--to", "nowhere", "m.eml"], "expected HOST:PORT"),
        (["--to", "127.0.0.1:1"], "nothing to send"),
        (["m.eml", "--to", "127.0.0.1:1", "--helo", "a b"], "--helo"),
        (["m.eml", "--to", "127.0.0.1:1", "--timeout", "0"], "--timeout"),
        (["m.eml", "--to", "127.0.0.1:1", "--wait", "-1"], "--wait"),
        (["m.eml", "--to", "127.0.0.1:1", "--key", "k"], "--cert FILE"),
        (["m.eml", "--to", "127.0.0.1:1", "--tls", "none", "--insecure"], "is for TLS"),
        (["m.eml", "--to", "127.0.0.1:1", "--insecure", "--ca", "c"], "exclude each other"),
        (["m.eml", "--to", "127.0.0.1:1", "--ca", "missing"], "--ca missing"),
        (["m.eml", "--to", "127.0.0.1:1", "--sign", "missing"], "--sign missing"),
        (["m.eml", "--to", "127.0.0.1:1", "--sign-domain", "a.example"], "--sign FILE"),
        (["m.eml", "--to", "127.0.0.1:1", "--header", "x"], "NAME: VALUE"),
        (["m.eml", "--to", "127.0.0.1:1", "--password-env", "X"], "--user NAME"),
        (["m.eml", "--to", "127.0.0.1:1", "--user", "u", "--no-input"], "no password is given"),
        (["missing.eml", "--to", "127.0.0.1:1"], "missing.eml"),
        (["--scenario", "spam", "--to", "127.0.0.1:1"], "needs a project"),
        (["m.eml"], "no project here"),
        (["m.eml", "--to", "127.0.0.1:1", "--format", "junit"], "messages have no JUnit report"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.eml").write_bytes(b"From: a@example.org\r\nTo: b@example.com\r\n\r\n")
    assert exit_code(["send", *words]) == 64
    out, errors = capsys.readouterr()
    assert (out, said in errors) == ("", True), errors
