"""Names and addresses that anybody may have written never leave their folder, nor end a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from emulator.delivering.post_world import ROLE, relay, rule
from mmctl.emulator.delivering.maildir import envelope_lines
from mmctl.emulator.delivering.message_copy import header_lines, with_headers
from mmctl.emulator.delivering.notices import Notice, unreached, written
from mmctl.emulator.delivering.safe_names import safe_name, safe_path
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

NAMES = [
    "exchange",
    "Exchange",
    "a.b",
    "a.",
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a\x00b",
    "a\nb",
    "\u202ea",
    "x" * 100,
    "x" * 101,
    "x" * 300,
    "ä",
    "a~b",
    "-rf",
    "CON:",
    "\ud800",
    "*",
]


def test_a_name_stays_in_its_folder_and_no_two_become_one() -> None:
    safe = [safe_name(name) for name in NAMES]
    assert len(set(safe)) == len(NAMES)
    assert [
        each for each in safe if not re.fullmatch(r"[A-Za-z0-9_@+~-][A-Za-z0-9._@+~-]{0,120}", each)
    ] == []
    assert [safe_name(plain) for plain in ("exchange", "a.b", "x" * 100)] == [
        "exchange",
        "a.b",
        "x" * 100,
    ]
    assert ".." not in safe_path(["..", "", "a"]).split("/")
    assert safe_path(["a", "", "b"]).count("/") == 2


def test_hostile_names_of_relays_and_prefixes_stay_below_the_data_folder(world: Make) -> None:
    for number, name in enumerate(NAMES):
        bad = relay("bad")
        bad["RelayName"] = name
        prefix = re.sub(r"[^a-zA-Z0-9!_.*'()/-]", "_", name)[:50] + "/../../x/"
        office = world(
            [
                rule({"Relay": {"Relay": "r-bad"}}),
                rule({"WriteToS3": {"S3Bucket": "..", "S3Prefix": prefix, "RoleArn": ROLE}}),
            ],
            relays=[bad],
        )
        office.root = office.root / str(number)
        before = {each for each in office.root.parent.parent.rglob("*") if each.is_file()}
        office.carry()
        made = {each for each in office.root.parent.parent.rglob("*") if each.is_file()} - before
        assert [each for each in made if not each.is_relative_to(office.root)] == []
        kinds = sorted({each.relative_to(office.root).parts[0] for each in made})
        assert kinds == ["events.jsonl", "logs", "messages", "messages.jsonl", "relays", "s3"]
        assert office.waiting() == [], name


def test_no_value_of_a_rule_or_a_recipient_makes_a_second_header() -> None:
    lines = header_lines(
        [("X-A", "1\r\nBcc: eve@example.org"), ("X-B", "ä\n\x00b"), ("X-C", "\x85")]
    )
    assert lines.count(b"\r\n") == len(re.findall(rb"(?m)^X-[ABC]: ", lines)) == 3
    assert lines.isascii()
    long = header_lines([("X-A", "ä" * 128)])
    assert all(line.startswith((b"X-A:", b" ")) for line in long.splitlines())
    top = envelope_lines("a\r\nX: y@example.org", ["b>\r\nX: <c@example.org", "\x00d"])
    assert [line.partition(b":")[0] for line in top.splitlines()] == [
        b"Return-Path",
        b"Delivered-To",
        b"Delivered-To",
    ]


def test_the_sender_cannot_write_the_end_of_an_added_value() -> None:
    copy = with_headers(b" PASS\r\nFrom: a\r\n\r\n", [("X-Verdict", "FAIL")])
    assert copy == b"X-Verdict: FAIL\r\nX-Mmctl-Folded: yes\r\n PASS\r\nFrom: a\r\n\r\n"


def test_a_notice_about_a_hostile_message_is_one_message() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415
    from email import message_from_bytes, policy  # noqa: PLC0415

    notice = Notice(
        number="1.r1",
        sender="MAILER-DAEMON@mail-manager.invalid",
        to="ann@example.org\r\nBcc: eve@example.org",
        subject="Undelivered",
        text="no\r\n--=_1.r1\r\nX: y",
        remote="127.0.0.1",
        unreached=(
            unreached("b\r\nAction: delivered@example.org", "550 5.1.1 no\r\nStatus: 2.0.0"),
            unreached("bøb@example.com", "connection refused"),
        ),
    )
    about = b"Subject: x\r\n--=_1.r1--\r\nX-Raw: \xff\x00\r\n\r\nsecret body"
    content = written(notice, about, datetime(2026, 11, 28, tzinfo=UTC))
    assert b"secret body" not in content
    told: Any = message_from_bytes(content, policy=policy.default)
    assert told["Bcc"] is None
    assert told.defects == []
    _, status, header = told.iter_parts()
    assert status.get_content_type() == "message/global-delivery-status"
    assert header.get_content_type() == "text/rfc822-headers"
    again = written(
        replace(notice, unreached=notice.unreached[:1]), about, datetime(2026, 11, 28, tzinfo=UTC)
    )
    plain: Any = message_from_bytes(again, policy=policy.default)
    parts = list(plain.iter_parts())[1].get_payload()
    assert [part["Action"] for part in parts if part["Action"]] == ["failed"]
    assert [part["Status"] for part in parts if part["Status"]] == ["5.1.1"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"\x00\xff\xfe" * 100,
        b"no header at all",
        b"From: a\r\n" * 5_000,
        b"\xff" * 70_000,
    ],
)
def test_any_bytes_get_through_every_action(content: bytes, world: Make) -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:alarms"
    bounce = {
        "Sender": "postmaster@example.com",
        "StatusCode": "5.7.1",
        "SmtpReplyCode": "550",
        "DiagnosticMessage": "no",
        "RoleArn": ROLE,
    }
    office = world(
        [
            rule(
                {"AddHeader": {"HeaderName": "X-A", "HeaderValue": "1"}},
                {"Relay": {"Relay": "r-exchange"}},
                {"WriteToS3": {"S3Bucket": "mails", "RoleArn": ROLE}},
                {"PublishToSns": {"TopicArn": topic, "RoleArn": ROLE, "PayloadType": "HEADERS"}},
                {"Bounce": bounce},
            )
        ],
        relays=[relay("exchange")],
    )
    mail = office.carry(content)
    assert office.troubles == []
    assert office.waiting() == []
    assert office.content(f"s3/mails/{mail.id}") == b"X-A: 1\r\n" + content
