"""A trace tells of each condition what it compares, with what, and which values matched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

if TYPE_CHECKING:
    from mmctl.judge.trace import ConditionTrace

SUBMITTED: Final = Submission(
    email=read_email(
        b"From: Ann <ann@example.org>, Bo <bo@example.net>\r\n"
        b"To: bob@example.com\r\n"
        b"Subject: Your Invoice\r\n"
        b"X-Spam: no\r\n"
        b"X-Spam: yes\r\n"
        b"Disposition-Notification-To: ann@example.org\r\n"
        b"\r\nbody\r\n"
    ),
    session=Session(
        source_ip="203.0.113.7",
        helo="mx.example.org",
        tls=Tls.TLS1_3,
        tls_wrapped=False,
        client_certificate={"CN": ("a.example", "b.example")},
    ),
    envelope=Envelope(mail_from="ann@partner.example", recipients=("bob@example.com",)),
    facts=Facts(
        spf=RuleVerdict.FAIL,
        dkim=RuleVerdict.PASS,
        dmarc_policy=RuleDmarcPolicy.REJECT,
        add_ons={"vade": {"isPassed": False, "category": "SPAM", "verdict": "GRAY"}},
    ),
)
BOTH: Final = "ann@example.org bo@example.net"
OF_RULES: Final = {
    "from: {ends_with: ['@example.net', '@example.de']}": (
        f"from | ends_with | @example.net @example.de | {BOTH} | @example.net | true"
    ),
    "from: {not_equals: ann@example.org}": (
        f"from | not_equals | ann@example.org | {BOTH} | ann@example.org | false"
    ),
    "from: {in_address_list: partners}": f"from | in_address_list | partners | {BOTH} |  | false",
    "subject: {contains: [INVOICE, voucher, your]}": (
        "subject | contains | INVOICE voucher your | Your Invoice | INVOICE your | true"
    ),
    "cc: {contains: x}": "cc | contains | x |  |  | false",
    "helo: {starts_with: mx.}": "helo | starts_with | mx. | mx.example.org | mx. | true",
    "header: {name: X-Spam, equals: 'yes'}": "header X-Spam | equals | yes | no yes | yes | true",
    "client_certificate: {attribute: cn, equals: b.example}": (
        "client_certificate cn | equals | b.example | a.example b.example | b.example | true"
    ),
    "mail_from: {in_address_list: partners}": (
        "mail_from | in_address_list | partners | ann@partner.example | partners | true"
    ),
    "mail_from: {not_in_address_list: partners}": (
        "mail_from | not_in_address_list | partners | ann@partner.example | partners | false"
    ),
    "tls: true": "tls | is | true | TLS1_3 |  | true",
    "tls: false": "tls | is | false | TLS1_3 |  | false",
    "tls_wrapped: false": "tls_wrapped | is | false | false |  | true",
    "read_receipt_requested: true": "read_receipt_requested | is | true | true |  | true",
    "message_size: {greater_than: 100}": "message_size | greater_than | 100 | 173 |  | true",
    "message_size: {less_than_or_equal: 1KB}": (
        "message_size | less_than_or_equal | 1000 | 173 |  | true"
    ),
    "message_size: {less_than: 10MB}": "message_size | less_than | 10000000 | 173 |  | true",
    "source_ip: {cidr_matches: [192.0.2.0/24, 203.0.113.0/24]}": (
        "source_ip | cidr_matches | 192.0.2.0/24 203.0.113.0/24 | 203.0.113.7 | 203.0.113.0/24"
        " | true"
    ),
    "source_ip: {not_cidr_matches: [192.0.2.0/24]}": (
        "source_ip | not_cidr_matches | 192.0.2.0/24 | 203.0.113.7 |  | true"
    ),
    "spf: {equals: [FAIL, GRAY]}": "spf | equals | FAIL GRAY | FAIL | FAIL | true",
    "dkim: {not_equals: FAIL}": "dkim | not_equals | FAIL | PASS |  | true",
    "dmarc_policy: {equals: [REJECT, QUARANTINE]}": (
        "dmarc_policy | equals | REJECT QUARANTINE | REJECT | REJECT | true"
    ),
    "add_on: {name: vade, field: isPassed, is: false}": (
        "vade.isPassed | is | false | false |  | true"
    ),
    "add_on: {name: vade, field: isListed, is: false}": (
        "vade.isListed | is | false |  |  | unknown"
    ),
    "add_on: {name: vade, field: category, equals: [spam, bulk]}": (
        "vade.category | equals | spam bulk | SPAM | spam | true"
    ),
    "add_on: {name: vade, field: verdict, verdict_equals: [FAIL, GRAY]}": (
        "vade.verdict | verdict_equals | FAIL GRAY | GRAY | GRAY | true"
    ),
    "add_on: {name: vade, field: verdict, verdict_not_equals: [FAIL]}": (
        "vade.verdict | verdict_not_equals | FAIL | GRAY |  | true"
    ),
}
OF_POLICIES: Final = {
    "recipient: {ends_with: '@example.com'}": (
        "recipient | ends_with | @example.com | bob@example.com | @example.com | true"
    ),
    "recipient: {in_address_list: partners}": (
        "recipient | in_address_list | partners | bob@example.com |  | false"
    ),
    "sender_ip: {cidr_matches: [203.0.113.0/24]}": (
        "sender_ip | cidr_matches | 203.0.113.0/24 | 203.0.113.7 | 203.0.113.0/24 | true"
    ),
    "sender_ipv6: {cidr_matches: ['2001:db8::/32']}": (
        "sender_ipv6 | cidr_matches | 2001:db8::/32 | 203.0.113.7 |  | false"
    ),
    "sender_ipv6: {not_cidr_matches: ['2001:db8::/32']}": (
        "sender_ipv6 | not_cidr_matches | 2001:db8::/32 | 203.0.113.7 |  | true"
    ),
    "tls_protocol: {minimum: TLS1_2}": "tls_protocol | minimum | TLS1_2 | TLS1_3 |  | true",
    "tls_protocol: {is: TLS1_2}": "tls_protocol | is | TLS1_2 | TLS1_3 |  | false",
    "add_on: {name: vade, field: isPassed, is: true}": (
        "vade.isPassed | is | true | false |  | false"
    ),
    "add_on: {name: vade, field: category, equals: [spam, bulk]}": (
        "vade.category | equals | spam bulk | SPAM | spam | true"
    ),
}


def told(trace: ConditionTrace) -> str:
    parts = (trace.values, trace.compared, trace.matched)
    listed = (" ".join(map(str, part)) for part in parts)
    return " | ".join((trace.operand, trace.operator, *listed, str(trace.answer.truth)))


def test_each_condition_of_a_rule_is_told(gateway_from: Any) -> None:
    rules = "".join(
        f"- {{name: r-{number}, conditions: [{{{condition}}}], actions: [{{add_header: "
        "{name: X-A, value: a}}]}\n"
        for number, condition in enumerate(OF_RULES)
    )
    gateway = replace(gateway_from(rules), certificates=True)
    (got,) = judge(gateway, SUBMITTED).recipients
    found = {rule.rule: told(rule.conditions[0]) for rule in got.rules}
    assert list(found.values()) == list(OF_RULES.values())


def test_each_condition_of_a_traffic_policy_is_told(gateway_from: Any) -> None:
    rules = "- {name: deliver, actions: [{relay: {to: exchange}}]}"
    policy = "default: deny\nstatements:\n" + "".join(
        f"  - allow: [{{{condition}}}]\n" for condition in OF_POLICIES
    )
    (got,) = judge(gateway_from(rules, policy=policy), SUBMITTED).recipients
    assert got.policy is not None
    found = [told(statement.conditions[0]) for statement in got.policy.statements]
    assert found == list(OF_POLICIES.values())
