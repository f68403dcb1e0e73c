"""The records that the embedded Mail Manager writes, member by member as the guide shows them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.emulator.records.ingress import Client, IngressPieces
from mmctl.emulator.records.records import INGRESS, RULES, LogRecords
from mmctl.emulator.records.rule_sets import LoggedAction, RuleSetPieces, matched_of, tried_of
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission, gateway_of_ingress_point
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import IngressPointType
from mmctl.model.logs import ActionStatus

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace

PROJECT = """
version: 1
project: test
rules: [rules.yaml]
environments:
  here: {endpoint: embedded}
default_environment: here
"""
RULES_TEXT = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
traffic_policies:
  edge:
    statements:
      - name: bad-network
        deny: [{sender_ip: {cidr_matches: [203.0.113.0/24]}}]
      - allow: [{recipient: {ends_with: ["@example.com"]}}]
    default: deny
    max_message_size: 1KB
rule_sets:
  inbound:
    rules:
      - name: no-match
        conditions: [{subject: {equals: never}}]
        actions: [drop]
      - name: block-a
        conditions: [{recipient: {equals: a@example.com}}]
        actions: [{add_header: {name: X-A, value: b}}, drop]
      - name: keep
        actions: [{archive: {to: vault}}, {relay: {to: exchange}}]
ingress_points:
  mx-in: {type: open, rule_set: inbound, traffic_policy: edge}
"""
ARN = "arn:aws:ses:us-east-1:000000000000:mailmanager-ingress-point/inp-1"
RULE_SET = "arn:aws:ses:us-east-1:000000000000:mailmanager-rule-set/rs-1"
ACCEPTED: dict[str, Any] = {
    "id": "esllb73q6bd94cnq004ujd544f169sog39bc9ug1",
    "at": "2026-11-28T21:00:00.123Z",
    "session": {"source_ip": "192.0.2.1", "helo": 'mail"\u202e.example.org'},
    "tls": {"protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"},
    "envelope": {"mail_from": "x@example.org", "recipients": ["a@example.com", "b@example.com"]},
    "size": 100,
}
BASE: dict[str, Any] = {"rule_set_id": "rs-1", "traffic_policy_id": "tp-1"}


@pytest.fixture
def gateway() -> Gateway:
    project, problems = read_text({"mmctl.yaml": PROJECT, "rules.yaml": RULES_TEXT})
    assert problems == ()
    assert project is not None
    return gateway_of_ingress_point(project, "mx-in")


def judged(gateway: Gateway, ip: str = "192.0.2.1", *, body: bytes = b"hi") -> Trace:
    submission = Submission(
        email=read_email(b"From: x@example.org\r\nSubject: s\r\n\r\n" + body),
        session=Session(source_ip=ip, helo="h.example.org", tls=Tls.NONE),
        envelope=Envelope(
            mail_from="x@example.org",
            recipients=("a@example.com", "b@example.com", "c@example.org"),
        ),
        facts=Facts(),
    )
    return judge(gateway, submission, assume_pass=True)


def written(folder: Path, name: str) -> list[dict[str, Any]]:
    lines = (folder / f"{name}.jsonl").read_text(encoding="ascii").splitlines()
    return [json.loads(line) for line in lines]


def test_an_accepted_message_has_the_members_of_the_guide_in_their_order(tmp_path: Path) -> None:
    records = LogRecords(tmp_path)
    records.accepted(IngressPieces.of(ARN, IngressPointType.OPEN, "mx", **BASE), ACCEPTED)
    records.close()
    (record,) = written(tmp_path, INGRESS)
    assert record == {
        "resource_arn": ARN,
        "event_timestamp": 1795899600123,
        "ingress_point_type": "OPEN",
        "ingress_point_name": "mx",
        "ingress_point_id": "inp-1",
        "message_id": ACCEPTED["id"],
        "message_size_bytes": 100,
        "rule_set_id": "rs-1",
        "sender_ip_address": "192.0.2.1",
        "smtp_mail_from": "x@example.org",
        "smtp_helo": 'mail"\u202e.example.org',
        "tls_protocol": "TLSv1.3",
        "tls_cipher_suite": "TLS_AES_256_GCM_SHA384",
        "recipients": ["a@example.com", "b@example.com"],
        "ingress_point_metadata": {},
    }
    guide = "resource_arn event_timestamp ingress_point_type ingress_point_name message_id"
    kept = [name for name in record if name in guide.split()]
    assert kept == guide.split()


def test_what_only_some_kinds_of_ingress_points_know_is_in_the_metadata() -> None:
    auth = IngressPieces.of(ARN, IngressPointType.AUTH, "in", **BASE, secret_arn="arn:secret")
    assert json.loads(auth.accepted(ACCEPTED))["ingress_point_metadata"] == {
        "password_version": "",
        "secrets_manager_arn": "arn:secret",
    }
    mtls = IngressPieces.of(ARN, IngressPointType.MTLS, "in", **BASE)
    shown = {"cn": ["mail.example.com"], "san_dns_name": ["a.example"], "serial_number": ["0A:DE"]}
    session = ACCEPTED["session"] | {"client_certificate": shown}
    line = mtls.accepted(ACCEPTED | {"session": session}, {"issuer": "CN=Example CA"})
    assert json.loads(line)["ingress_point_metadata"] == {
        "client_certificate_details": {
            "common_names": ["mail.example.com"],
            "serial_number": "0A:DE",
            "subject_alternative_names": ["a.example"],
            "issuer": "CN=Example CA",
        }
    }


def test_a_stated_tls_version_counts_as_it_does_for_the_rules() -> None:
    point = IngressPieces.of(ARN, IngressPointType.OPEN, "mx", **BASE)
    found = []
    for stated in (None, "NONE", "TLS1_2", "TLS1_3"):
        session = ACCEPTED["session"] | {"tls": stated}
        record = json.loads(point.accepted(ACCEPTED | {"session": session}))
        found.append((record["tls_protocol"], record["tls_cipher_suite"] is not None))
    assert found == [("TLSv1.3", True), (None, False), ("TLSv1.2", False), ("TLSv1.3", True)]


def asked(gateway: Gateway, trace: Trace, received: int | None = None) -> list[dict[str, Any]]:
    point = IngressPieces.of(ARN, IngressPointType.OPEN, "mx", **BASE, policy=gateway.policy)
    client = Client(session_id="s1", source_ip="192.0.2.1", helo="h")
    lines = [
        point.policy_line(
            client,
            at="2026-11-28T21:00:00Z",
            mail_from="",
            recipient=each.recipient,
            trace=each.policy,
            received=received,
        )
        for each in trace.recipients
        if each.policy is not None
    ]
    return [json.loads(line) for line in lines if line]


def test_a_debug_record_tells_the_statements_up_to_the_one_that_decided(gateway: Gateway) -> None:
    first, _, third = asked(gateway, judged(gateway))
    assert list(first) == [
        "resource_arn",
        "event_timestamp",
        "ingress_point_type",
        "ingress_point_id",
        "ingress_point_session_id",
        "traffic_policy_id",
        "traffic_policy_evaluation",
        "traffic_policy_verdict",
        "sender_ip_address",
        "smtp_mail_from",
        "smtp_helo",
        "tls_protocol",
        "recipient",
        "tls_cipher_suite",
    ]
    network = {
        "attribute": "SENDER_IP",
        "operator": "CIDR_MATCHES",
        "value": ["203.0.113.0/24"],
    }
    ours = {"attribute": "RECIPIENT", "operator": "ENDS_WITH", "value": ["@example.com"]}
    denied = {
        "action": "DENY",
        "conditions": [{"expression": network, "expressionResult": False}],
        "policyStatementMatched": False,
    }
    assert first["traffic_policy_evaluation"] == [
        denied,
        {
            "action": "ALLOW",
            "conditions": [{"expression": ours, "expressionResult": True}],
            "policyStatementMatched": True,
        },
    ]
    assert (first["traffic_policy_verdict"], first["smtp_mail_from"]) == ("ACCEPT", "")
    assert third["traffic_policy_verdict"] == "REJECT"
    assert third["traffic_policy_evaluation"][2] == {
        "action": "DENY",
        "policyStatementMatched": True,
        "type": "DefaultAction",
        "scope": "Recipient",
    }
    (only,) = asked(gateway, judged(gateway, "203.0.113.9"))[0]["traffic_policy_evaluation"]
    assert only["action"] == "DENY"
    assert only["policyStatementMatched"]


def test_a_message_that_is_too_large_is_told_with_both_sizes(gateway: Gateway) -> None:
    trace = judged(gateway, body=b"x" * 2000)
    record = asked(gateway, trace, received=2042)[0]
    assert record["traffic_policy_evaluation"][-1] == {
        "action": "DENY",
        "allowedMessageSize": gateway.policy and gateway.policy.max_message_size_bytes,
        "receivedMessageSize": 2042,
        "scope": "Data",
    }
    assert record["traffic_policy_verdict"] == "REJECT"


def test_rules_are_told_action_by_action_and_once_where_they_did_not_match(
    tmp_path: Path, gateway: Gateway
) -> None:
    trace = judged(gateway)
    matched = matched_of(trace)
    assert matched == {1: ("a@example.com",), 2: ("b@example.com",)}
    done = [
        LoggedAction(2, 1, matched[2], ActionStatus.FAILURE, "Access denied"),
        LoggedAction(1, 0, matched[1]),
        LoggedAction(1, 1, matched[1]),
        LoggedAction(2, 0, matched[2], at="2026-11-28T21:00:01Z"),
    ]
    records = LogRecords(tmp_path)
    pieces = RuleSetPieces.of(RULE_SET, "inbound", gateway.rules)
    records.rules(
        pieces,
        message_id="m1",
        at="2026-11-28T21:00:00Z",
        done=done,
        tried=tried_of(trace, len(gateway.rules)),
    )
    found = written(tmp_path, RULES)
    assert found[0] == {
        "resource_arn": RULE_SET,
        "event_timestamp": 1795899600000,
        "message_id": "m1",
        "rule_set_name": "inbound",
        "rule_name": "no-match",
        "rule_index": 1,
        "recipients_matched": [],
    }
    told = [
        (each["rule_name"], each["event_timestamp"] % 10_000, each["action_metadata"])
        for each in found[1:]
    ]
    success = {"action_status": "SUCCESS"}
    assert told == [
        ("block-a", 0, {"action_name": "ADD_HEADER", "action_index": 1} | success),
        ("block-a", 0, {"action_name": "DROP", "action_index": 2} | success),
        ("keep", 1000, {"action_name": "ARCHIVE", "action_index": 1} | success),
        (
            "keep",
            0,
            {
                "action_name": "RELAY",
                "action_index": 2,
                "action_status": "FAILURE",
                "action_failure": "Access denied",
            },
        ),
    ]


def test_rules_behind_the_last_one_that_was_tried_have_no_record(gateway: Gateway) -> None:
    trace = judged(gateway)
    only_a = trace.of("a@example.com")
    pieces = RuleSetPieces.of(RULE_SET, "inbound", gateway.rules)
    alone = judge(
        gateway,
        Submission(
            email=read_email(b"Subject: s\r\n\r\nhi"),
            session=Session(source_ip="192.0.2.1"),
            envelope=Envelope(mail_from="", recipients=(only_a.recipient,)),
            facts=Facts(),
        ),
    )
    tried = tried_of(alone, len(gateway.rules))
    done = [LoggedAction(1, place, ("a@example.com",)) for place in (0, 1)]
    lines = pieces.lines("m", "2026-11-28T21:00:00Z", done, tried).splitlines()
    assert [json.loads(line)["rule_index"] for line in lines] == [1, 2, 2]
