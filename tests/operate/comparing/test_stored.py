"""Stored messages are joined with the log by the service's id, and compared as they arrived."""

from __future__ import annotations

import pytest
from logged import id_number, lines_of, read
from test_together import gateway_of, text

from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission
from mmctl.mail.email import Authenticated, Envelope, Facts, Session, Tls
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleVerdict
from mmctl.operate.comparing.gateways import NamedGateway
from mmctl.operate.comparing.heard import added_headers
from mmctl.operate.logs.stored import id_of, submission_with

ID = "esllb73q6bd94cnq004ujd544f169sog39bc9ug1"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"data/messages/es/{ID}.eml", b"Subject: a\n\nx"),
        (f"archives/a-1/{ID}-2.eml", b"Subject: a\n\nx"),
        (f"s3://bucket/in/{ID}", b"Subject: a\n\nx"),
        ("mail.mbox/3", f"Received: from a by inbound with SMTP id {ID}\n\nx".encode()),
        ("1.eml", f"Received: from a\n by b\n with ESMTPS id {ID};\nX: y\n\nx".encode()),
    ],
)
def test_a_message_is_known_by_the_id_in_its_name_or_a_received_header(
    name: str, content: bytes
) -> None:
    assert id_of(Message(name, content), {ID}) == ID
    assert id_of(Message(name, content), {id_number(1)}) is None


def test_a_subject_with_an_id_is_not_believed() -> None:
    assert id_of(Message("1.eml", f"Subject: {ID}\n\nx".encode()), {ID}) is None


def test_headers_that_rules_had_added_to_a_copy_are_taken_off() -> None:
    gateway = gateway_of([text("CONTAINS", "a")])
    content = b"Subject: a\r\nX-A: b\r\n\r\nx\r\n"
    sent = Submission(
        email=read_email(content),
        session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3),
        envelope=Envelope(mail_from="a@example.org", recipients=("b@example.com",)),
        facts=Facts(),
    )
    (logged,) = read([lines_of(gateway, sent, judge(gateway, sent), ID)])
    named = NamedGateway.of("in", gateway)
    copy = Message(f"{ID}.eml", b"X-A: b\r\n" + content)
    found = submission_with(copy, logged, added_headers(logged, named), Stated(), None)
    assert found.email.header_values("X-A", decoded=True) == ("b",)
    assert found.email.size == len(content)
    same = submission_with(
        Message(f"{ID}.eml", content), logged, added_headers(logged, named), Stated(), None
    )
    assert same.email.header_values("X-A", decoded=True) == ("b",)
    assert same.session.source_ip == "192.0.2.1"
    assert same.envelope == sent.envelope


def test_results_that_a_header_claims_are_not_believed_and_computed_ones_are() -> None:
    gateway = gateway_of([text("CONTAINS", "a")])
    content = (
        b"Authentication-Results: amazonses.com; spf=pass; dkim=pass; dmarc=pass\r\n"
        b"Received-SPF: pass\r\nSubject: a\r\n\r\nx\r\n"
    )
    sent = Submission(
        email=read_email(content),
        session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3),
        envelope=Envelope(mail_from="a@example.org", recipients=("b@example.com",)),
        facts=Facts(),
    )
    (logged,) = read([lines_of(gateway, sent, judge(gateway, sent), ID)])
    named, message = NamedGateway.of("in", gateway), Message(f"{ID}.eml", content)
    assert (
        submission_with(message, logged, added_headers(logged, named), Stated(), None).facts
        == Facts()
    )
    computed = Authenticated(facts=Facts(spf=RuleVerdict.FAIL))
    found = submission_with(
        message, logged, added_headers(logged, named), Stated(), lambda *_: computed
    )
    assert found.facts == Facts(spf=RuleVerdict.FAIL)
