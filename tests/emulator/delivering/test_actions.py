"""Each action does what it says, in a folder; nothing leaves the machine."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from emulator.delivering.post_world import ARCHIVE, MESSAGE, ROLE, archive, relay, rule, to

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
MAILBOX = "arn:aws:workmail:eu-west-1:111122223333:organization/m-1"
Q = {"ApplicationId": "a" * 36, "IndexId": "b" * 36, "RoleArn": ROLE}


def bounced(**more: str) -> dict[str, str]:
    return {
        "Sender": "postmaster@example.com",
        "StatusCode": "5.7.1",
        "SmtpReplyCode": "550",
        "DiagnosticMessage": "not wanted here",
        "RoleArn": ROLE,
        **more,
    }


def marked(name: str, value: str) -> Any:
    return {"AddHeader": {"HeaderName": name, "HeaderValue": value}}


def test_every_action_writes_where_a_newcomer_looks(world: Make) -> None:
    office = world(
        [
            rule(
                marked("X-Seen", "yes"),
                {"Archive": {"TargetArchive": "vault"}},
                {"Relay": {"Relay": "r-exchange"}},
                {"Send": {"RoleArn": ROLE}},
                {"DeliverToMailbox": {"MailboxArn": MAILBOX, "RoleArn": ROLE}},
                {"WriteToS3": {"S3Bucket": "mails", "S3Prefix": "in/", "RoleArn": ROLE}},
                {"PublishToSns": {"TopicArn": TOPIC, "RoleArn": ROLE}},
                {"DeliverToQBusiness": Q},
                {"Bounce": bounced()},
                name="all",
            )
        ],
        relays=[relay("exchange")],
        archives=[archive()],
    )
    mail = office.carry()
    actions = office.events("action")
    assert [(each["action"], each["action_index"], each["status"]) for each in actions] == [
        ("ADD_HEADER", 1, "SUCCESS"),
        ("ARCHIVE", 2, "SUCCESS"),
        ("RELAY", 3, "SUCCESS"),
        ("SEND", 4, "SUCCESS"),
        ("DELIVER_TO_MAILBOX", 5, "SUCCESS"),
        ("WRITE_TO_S3", 6, "SUCCESS"),
        ("PUBLISH_TO_SNS", 7, "SUCCESS"),
        ("DELIVER_TO_Q_BUSINESS", 8, "SUCCESS"),
        ("BOUNCE", 9, "SUCCESS"),
    ]
    files = [each["file"] for each in actions[1:]]
    assert files == [
        f"archives/{ARCHIVE}/{mail.id}.eml",
        f"relays/exchange/new/{mail.id}.r1a3f0.mmctl",
        f"send/new/{mail.id}.r1a4f0.mmctl",
        f"mailboxes/m-1/new/{mail.id}.r1a5f0.mmctl",
        f"s3/mails/in/{mail.id}",
        "sns/alarms.jsonl",
        f"q_business/{'a' * 36}/{'b' * 36}/{mail.id}.eml",
        f"bounces/new/{mail.id}.r1a9f0.bounces.mmctl",
    ]
    seen = b"X-Seen: yes\r\n" + MESSAGE
    top = b"Return-Path: <ann@example.org>\r\nDelivered-To: bob@example.com\r\n"
    assert {office.content(files[place]) for place in (0, 4, 6)} == {seen}
    assert {office.content(files[place]) for place in (1, 2, 3)} == {top + seen}
    told = json.loads(json.loads(office.content("sns/alarms.jsonl"))["Message"])
    assert told["content"].encode() == seen
    assert office.waiting() == []
    assert office.kinds()[0] == "judged"
    assert office.kinds()[-1] == "finished"
    assert office.troubles == []


def test_recipients_with_other_headers_get_other_copies(world: Make) -> None:
    office = world(
        [
            rule(marked("X-A", "1"), Conditions=[to("a@example.com")]),
            rule(
                {"Relay": {"Relay": "r-exchange"}},
                {"WriteToS3": {"S3Bucket": "mails", "RoleArn": ROLE}},
            ),
        ],
        relays=[relay("exchange")],
    )
    mail = office.carry(MESSAGE, "a@example.com", "b@example.com", "c@example.com")
    assert office.content(f"s3/mails/{mail.id}") == b"X-A: 1\r\n" + MESSAGE
    assert office.content(f"s3/mails/{mail.id}-2") == MESSAGE
    sent = office.events("delivered")
    assert [each["recipients"] for each in sent] == [
        ["a@example.com"],
        ["b@example.com", "c@example.com"],
    ]
    first, second = (office.content(each["file"]) for each in sent)
    assert b"X-A: 1" in first
    assert b"X-A: 1" not in second
    assert b"Delivered-To: b@example.com\r\nDelivered-To: c@example.com\r\n" in second


def test_a_replaced_recipient_gets_the_mail_and_the_sender_may_be_replaced(world: Make) -> None:
    office = world(
        [
            rule(
                {"ReplaceRecipient": {"ReplaceWith": ["x@example.net", "y@example.net"]}},
                {"Relay": {"Relay": "r-exchange", "MailFrom": "REPLACE"}},
            )
        ],
        relays=[relay("exchange")],
    )
    mail = office.carry()
    (sent,) = office.events("delivered")
    assert sent["recipients"] == ["x@example.net", "y@example.net"]
    top = f"Return-Path: <{mail.id}@mail-manager.invalid>\r\n"
    assert office.content(sent["file"]).startswith(top.encode())


def test_what_fails_goes_on_or_drops_as_the_rule_says(world: Make) -> None:
    for said, outcome, sent in (("CONTINUE", "delivered", 1), ("DROP", "dropped", 0)):
        gone = {"Archive": {"TargetArchive": "gone", "ActionFailurePolicy": said}}
        office = world(
            [rule(gone, name="keep"), rule({"Relay": {"Relay": "r-exchange"}}, name="deliver")],
            relays=[relay("exchange")],
        )
        office.root = office.root / said
        office.carry()
        first, last = office.events("judged")
        assert (first["recipients"][0]["outcome"], first["failing"]) == ("delivered", [])
        assert last["recipients"][0]["outcome"] == outcome
        assert last["failing"] == ["archive:gone"]
        failed, *rest = office.events("action")
        assert (failed["status"], failed["detail"]) == ("FAILURE", "archive `gone` does not exist")
        assert len(rest) == sent
        assert office.waiting() == []


def test_what_a_client_stated_to_fail_fails_by_name(world: Make) -> None:
    office = world(
        [
            rule({"Relay": {"Relay": "r-exchange", "ActionFailurePolicy": "DROP"}}, name="a"),
            rule({"Archive": {"TargetArchive": ARCHIVE}}, name="b"),
        ],
        relays=[relay("exchange")],
        archives=[archive()],
    )
    office.carry(failing=("relay:exchange",))
    (judged,) = office.events("judged")
    assert judged["recipients"][0]["outcome"] == "dropped"
    (failed,) = office.events("action")
    assert (failed["status"], failed["target"]) == ("FAILURE", "exchange")
    assert office.files("relays") == []


def test_an_archive_that_is_being_deleted_fails(world: Make) -> None:
    office = world(
        [rule({"Archive": {"TargetArchive": ARCHIVE}})],
        archives=[archive(state="PENDING_DELETION")],
    )
    office.carry()
    (failed,) = office.events("action")
    assert failed["detail"] == "archive `vault` is being deleted"


def test_a_message_is_archived_twice_where_two_rules_say_so(world: Make) -> None:
    again = rule({"Archive": {"TargetArchive": ARCHIVE}})
    office = world([again, rule(marked("X-B", "2")), again], archives=[archive()])
    mail = office.carry()
    assert office.files(f"archives/{ARCHIVE}") == [
        f"archives/{ARCHIVE}/{mail.id}-2.eml",
        f"archives/{ARCHIVE}/{mail.id}.eml",
        f"archives/{ARCHIVE}/archived.jsonl",
    ]


def test_a_bounce_has_the_codes_of_the_rule_and_never_answers_the_null_sender(world: Make) -> None:
    office = world([rule({"Bounce": bounced(Message="Write to the desk.")})])
    office.carry(MESSAGE, "bob@example.com", "eve@example.com")
    (told,) = office.events("report")
    assert told["to"] == "ann@example.org"
    bounce: Any = message_from_bytes(office.content(told["file"]), policy=policy.default)
    assert bounce.get_content_type() == "multipart/report"
    assert bounce.defects == []
    text, status, header = bounce.iter_parts()
    assert "Write to the desk." in text.get_content()
    parts = [dict(part.items()) for part in status.get_payload()]
    assert [part.get("Final-Recipient") for part in parts[1:3]] == [
        "rfc822; bob@example.com",
        "rfc822; eve@example.com",
    ]
    assert parts[1]["Status"] == "5.7.1"
    assert parts[1]["Diagnostic-Code"] == "smtp; 550 5.7.1 not wanted here"
    assert "Subject: Hello" in header.get_content()
    assert office.content(told["file"]).startswith(b"Return-Path: <>\r\n")
    office.carry(MESSAGE, mail_from="")
    assert len(office.events("report")) == 1
    assert office.events("action")[-1]["detail"] == "no bounce: the sender is null"


def test_what_was_assumed_is_said_even_where_no_rule_applies_because_of_it(world: Make) -> None:
    spf = {
        "VerdictExpression": {
            "Evaluate": {"Attribute": "SPF"},
            "Operator": "EQUALS",
            "Values": ["FAIL"],
        }
    }
    office = world([rule({"Drop": {}}, Conditions=[spf]), rule({"Relay": {"Relay": "r-a"}})])
    office.carry()
    (judged, again) = office.events("judged")
    assert judged["assumed"] == again["assumed"] == {"spf": "PASS"}


def test_the_service_log_says_the_same(world: Make) -> None:
    gone = rule({"Archive": {"TargetArchive": "gone"}}, name="keep")
    office = world([gone, rule({"Drop": {}}, name="end")])
    mail = office.carry()
    lines = office.content("logs/rule-set-application.jsonl").splitlines()
    records: list[Any] = [json.loads(line) for line in lines]
    assert [
        (each["message_id"], each["rule_name"], each["action_metadata"]["action_status"])
        for each in records
    ] == [(mail.id, "keep", "FAILURE"), (mail.id, "end", "SUCCESS")]


def test_an_action_in_several_forms_is_one_record_and_says_why_it_failed(world: Make) -> None:
    gone = {"Archive": {"TargetArchive": "gone"}}
    office = world(
        [
            rule(marked("X-A", "1"), Conditions=[to("a@example.com")]),
            rule(gone, {"Relay": {"Relay": "r-exchange"}}),
            rule(gone),
        ],
        relays=[relay("exchange")],
    )
    office.carry(MESSAGE, "a@example.com", "b@example.com")
    lines = office.content("logs/rule-set-application.jsonl").splitlines()
    records: list[Any] = [json.loads(line) for line in lines]
    assert [(each["rule_index"], each["action_metadata"]["action_index"]) for each in records] == [
        (1, 1),
        (2, 1),
        (2, 2),
        (3, 1),
    ]
    failed = [each for each in office.events("action") if each["status"] == "FAILURE"]
    assert [each["detail"] for each in failed] == ["archive `gone` does not exist"] * 4


def test_a_quoted_local_part_stays_as_it_is(world: Make) -> None:
    office = world(
        [rule({"Relay": {"Relay": "r-exchange"}}, {"Bounce": bounced()})],
        relays=[relay("exchange")],
    )
    office.carry(MESSAGE, '"b o b"@example.com', mail_from='"a n"@example.org')
    top = b'Return-Path: <"a n"@example.org>\r\nDelivered-To: "b o b"@example.com\r\n'
    assert office.content(office.events("delivered")[0]["file"]).startswith(top)
    bounce = office.content(office.events("report")[0]["file"])
    assert b'\r\nTo: "a n"@example.org\r\n' in bounce
    assert b'\r\nFinal-Recipient: rfc822; "b o b"@example.com\r\n' in bounce
