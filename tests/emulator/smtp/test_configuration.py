"""Changes of the configuration count for the next message; what judges is kept with its digest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emulator.polling import until
from emulator.smtp.conftest import ACCOUNT, REGION
from mmctl.emulator.data_folder import read_lines
from mmctl.emulator.delivering.judging import submission_of
from mmctl.emulator.gateways import configured_by, gateway_of_document
from mmctl.emulator.journal import Accepted
from mmctl.emulator.smtp.add_on_table import AddOnTable, pattern_fits
from mmctl.judge.judging import judge
from mmctl.language.project import Outcome
from mmctl.mail.authenticate import Authenticator
from mmctl.mail.records import ZoneRecords

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.smtp.conftest import Face, Talk

ZONE = """
example.org. TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.org. TXT "v=DMARC1; p=reject"
"""


def condition(attribute: str, operator: str, *values: str) -> dict[str, Any]:
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": operator,
            "Values": list(values),
        }
    }


def send(client: Talk, *recipients: str, subject: str = "x") -> str:
    """Send a message, and return the reply to it."""
    replies = client.envelope(*recipients)
    if not any(reply.startswith("250") for reply in replies[1:]):
        client.ask("RSET")
        return replies[-1]
    client.ask("DATA")
    client.raw(f"From: a@example.org\r\nSubject: {subject}\r\n\r\nx\r\n.\r\n".encode())
    return client.hear()


def test_policy_rules_lists_and_points_change_while_mail_flows(
    face: Face, talk: Callable[..., Talk]
) -> None:
    point = face.point()
    client = talk(face.port(point))
    assert send(client).startswith("250 OK ")
    made = face.call("GetIngressPoint", IngressPointId=point)
    statement = {"Action": "DENY", "Conditions": [condition("RECIPIENT", "CONTAINS", "b@")]}
    face.call(
        "UpdateTrafficPolicy",
        TrafficPolicyId=made["TrafficPolicyId"],
        PolicyStatements=[statement],
    )
    assert send(client).startswith("550 5.7.1 ")
    face.call("UpdateTrafficPolicy", TrafficPolicyId=made["TrafficPolicyId"], PolicyStatements=[])
    face.call(
        "UpdateRuleSet",
        RuleSetId=made["RuleSetId"],
        Rules=[{"Name": "renamed", "Actions": [{"Drop": {}}]}],
    )
    assert send(client).startswith("250 OK ")
    other = face.call("CreateRuleSet", RuleSetName="other", Rules=[{"Actions": [{"Drop": {}}]}])
    face.call("UpdateIngressPoint", IngressPointId=point, RuleSetId=other["RuleSetId"])
    assert send(client).startswith("250 OK ")
    face.finished(3)
    rules = [each["recipients"][0]["rules"] for each in face.events("judged")]
    assert sorted(rules) == [["keep"], ["renamed"], ["rule 1"]]
    assert len({each["gateway"] for each in face.messages()}) == 3


def test_a_point_that_is_deleted_loses_its_port_and_others_keep_theirs(
    face: Face, talk: Callable[..., Talk]
) -> None:
    first, second = face.point("first"), face.point("second")
    ports = face.port(first), face.port(second)
    assert ports[0] != ports[1]
    client = talk(ports[0])
    face.call("DeleteIngressPoint", IngressPointId=first)
    until(lambda: first not in face.folder.ports.read_text())
    assert client.ask("MAIL FROM:<a@example.org>").startswith("421 4.3.2 ")
    assert face.port(second) == ports[1]
    third = face.point("third")
    assert face.port(third) not in ports


def test_what_judged_a_message_judges_it_again_from_its_document(
    face: Face, talk: Callable[..., Talk]
) -> None:
    made = face.call("CreateAddressList", AddressListName="vips")["AddressListId"]
    face.call("RegisterMemberToAddressList", AddressListId=made, Address="a@example.org")
    arn = face.call("GetAddressList", AddressListId=made)["AddressListArn"]
    in_list = {
        "BooleanExpression": {
            "Evaluate": {"IsInAddressList": {"Attribute": "MAIL_FROM", "AddressLists": [arn]}},
            "Operator": "IS_TRUE",
        }
    }
    archive = face.call("CreateArchive", ArchiveName="kept-mail")["ArchiveId"]
    rules = [
        {
            "Name": "vip",
            "Conditions": [in_list],
            "Actions": [{"Archive": {"TargetArchive": archive}}],
        }
    ]
    point = face.point(rules=rules, Type="OPEN")
    send(talk(face.port(point)))
    (accepted,) = face.finished(1)
    document = json.loads(face.folder.gateway(accepted["gateway"]).read_bytes())
    assert "Password" not in json.dumps(document)
    configured = configured_by(document, accepted["gateway"])
    assert configured.archives["kept-mail"]["ArchiveId"] == archive
    assert (configured.account, configured.region) == (ACCOUNT, REGION)
    content = face.folder.message(accepted["id"]).read_bytes()
    submission = submission_of(Accepted.of_json(accepted), content)
    trace = judge(gateway_of_document(document), submission, assume_pass=True)
    assert trace.recipients[0].outcome is Outcome.STORED
    assert trace.recipients[0].by == "vip"
    (judged,) = face.events("judged")
    assert judged["recipients"][0]["outcome"] == "stored"


def test_add_ons_answer_by_a_table_in_policies_and_rules(
    running: Callable[..., Face], talk: Callable[..., Talk]
) -> None:
    table = AddOnTable.of(
        [
            {
                "add_on": "TREND_MICRO_VSAPI",
                "when": {"header": {"Subject": "*eicar*"}},
                "answers": {"isPassed": False},
            },
            {"add_on": "TREND_MICRO_VSAPI", "answers": {"isPassed": True}},
            {
                "add_on": "SPAMHAUS_DBL",
                "when": {"recipient": "blocked@*", "mail_from": "*@example.org"},
                "answers": {"isListed": True},
            },
        ]
    )
    face = running(table=table)
    instances = {}
    for name in ("TREND_MICRO_VSAPI", "SPAMHAUS_DBL"):
        subscription = face.call("CreateAddonSubscription", AddonName=name)["AddonSubscriptionId"]
        made = face.call("CreateAddonInstance", AddonSubscriptionId=subscription)
        found = face.call("GetAddonInstance", AddonInstanceId=made["AddonInstanceId"])
        instances[name] = found["AddonInstanceArn"]

    def asked(name: str, field: str, operator: str) -> dict[str, Any]:
        return {
            "BooleanExpression": {
                "Evaluate": {"Analysis": {"Analyzer": instances[name], "ResultField": field}},
                "Operator": operator,
            }
        }

    policy = {
        "DefaultAction": "ALLOW",
        "PolicyStatements": [
            {"Action": "DENY", "Conditions": [asked("SPAMHAUS_DBL", "isListed", "IS_TRUE")]}
        ],
    }
    rules = [
        {
            "Name": "virus",
            "Conditions": [asked("TREND_MICRO_VSAPI", "isPassed", "IS_FALSE")],
            "Actions": [{"Drop": {}}],
        }
    ]
    client = talk(face.port(face.point(policy=policy, rules=rules)))
    assert send(client, "blocked@example.com").startswith("550 5.7.1 ")
    assert send(client, subject="the EICAR file").startswith("250 OK ")
    assert send(client, subject="harmless").startswith("250 OK ")
    first, second = face.finished(2)
    assert first["verdicts"]["add_ons"]["TREND_MICRO_VSAPI"] == {"isPassed": False}
    by_id = {each["id"]: each["recipients"][0] for each in face.events("judged")}
    assert by_id[first["id"]]["rules"] == ["virus"]
    assert by_id[second["id"]]["rules"] == []


def test_patterns_of_the_table_are_texts_with_a_star_at_either_end() -> None:
    for pattern, text, fits in (
        ("b@example.com", "B@Example.com", True),
        ("*@example.com", "b@example.com", True),
        ("*@example.com", "b@example.com.evil.example", False),
        ("b@*", "b@example.com", True),
        ("*invoice*", "your Invoice 7", True),
        ("*", "", True),
        ("a.c", "abc", False),
    ):
        assert pattern_fits(pattern, text) is fits, pattern


def test_verdicts_are_computed_from_a_zone_else_assumed_and_said(
    running: Callable[..., Face], talk: Callable[..., Talk]
) -> None:
    def by_spf(name: str, verdict: str) -> dict[str, Any]:
        verdicts = {
            "Evaluate": {"Attribute": "SPF"},
            "Operator": "EQUALS",
            "Values": [verdict],
        }
        return {
            "Name": name,
            "Conditions": [{"VerdictExpression": verdicts}],
            "Actions": [{"AddHeader": {"HeaderName": "X-Spf", "HeaderValue": name}}],
        }

    rules = [by_spf("spoofed", "FAIL"), by_spf("passed", "PASS")]
    assumed = running("assumed")
    send(talk(assumed.port(assumed.point(rules=rules))))
    (accepted,) = assumed.finished(1)
    assert accepted["verdicts"] == {}
    (judged,) = assumed.events("judged")
    assert (judged["recipients"][0]["rules"], judged["assumed"]) == (["passed"], {"spf": "PASS"})
    computed = running("computed", authenticate=Authenticator(ZoneRecords(ZONE)))
    send(talk(computed.port(computed.point(rules=rules))))
    (accepted,) = computed.finished(1)
    assert accepted["verdicts"] == {
        "spf": "FAIL",
        "dkim": "GRAY",
        "dmarc": "FAIL",
        "dmarc_policy": "REJECT",
    }
    (judged,) = computed.events("judged")
    assert (judged["recipients"][0]["rules"], judged["assumed"]) == (["spoofed"], {})


def test_a_queued_message_without_line_and_log_record_gets_them_at_the_next_start(
    running: Callable[..., Face], talk: Callable[..., Talk]
) -> None:
    face = running()
    send(talk(face.port(face.point())))
    (accepted,) = face.finished(1)
    lost = {**accepted, "id": "f" * 40, "file": f"messages/ff/{'f' * 40}.eml"}
    path = face.folder.root / lost["file"]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"Subject: lost line\r\n\r\n")
    face.stop()
    face.folder.queued(lost["id"]).write_text(json.dumps(lost))
    again = running()
    again.finished(2)
    with again.folder.messages.open("rb") as file:
        assert [each["id"] for each in read_lines(file)] == [accepted["id"], lost["id"]]
    with (again.folder.logs / "ingress-application.jsonl").open("rb") as file:
        assert [each["message_id"] for each in read_lines(file)] == [accepted["id"], lost["id"]]
    assert not again.folder.queued(lost["id"]).exists()
