"""What the index remembers of one message is not taken for another that only looks like it.

Each row has rules, and messages that are judged one after the other by the same index.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from mmctl.api import load
from mmctl.judge.index.index import Index
from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Scenario, Submission, gateway_of_rule_set
from mmctl.language.readings import Readings
from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.reader import read_email
from mmctl.model.enums import IpType, RuleVerdict
from mmctl.model.policies import TrafficPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT: Final = """\
version: 1
relays: {exchange: {server: mail.corp.example.com, port: 25, authentication: none}}
address_lists: {feed: {members: external}}
archives: {vault: {retention: SEVEN_YEARS}}
rule_sets:
  inbound:
    rules:
"""
DELIVER: Final = "- {name: deliver, actions: [{relay: {to: exchange}}]}"
MARK: Final = "- {name: mark, actions: [{add_header: {name: X-Mark, value: seen}}]}"


class Row(NamedTuple):
    """Rules, and messages that tell answers apart."""

    rules: tuple[str, ...]
    messages: tuple[Submission, ...]
    outcomes: tuple[str, ...]
    """Of all recipients of all messages."""
    readings: Mapping[str, str] = {}
    failing: tuple[str, ...] = ()
    passing: bool = False
    policy: Mapping[str, Any] | None = None
    last: str = DELIVER
    """The rule after all others."""


def to(*recipients: str, header: str = "", **facts: Any) -> Submission:
    """A message with a header section, and with facts."""
    return Submission(
        email=read_email(header.encode() + b"\r\n"),
        session=Session(source_ip=facts.pop("source_ip", None)),
        envelope=Envelope(recipients=recipients or ("ann@example.com",)),
        facts=Facts(**facts),
    )


def sized(size: int) -> Submission:
    """A message of so many bytes."""
    return to(header=f"Subject: {'x' * (size - 13)}\r\n")


def _passed(operator: str) -> dict[str, Any]:
    """A condition of a policy on an add-on."""
    add_on = "arn:aws:ses:eu-central-1:111122223333:mailmanager-addon-instance/vade"
    evaluate = {"Analysis": {"Analyzer": add_on, "ResultField": "isPassed"}}
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": operator}}


def rule(name: str, conditions: str, actions: str = "[drop]", unless: str = "[]") -> str:
    """A rule of some conditions."""
    return f"- {{name: {name}, conditions: {conditions}, unless: {unless}, actions: {actions}}}"


def calling(name: str, recipient: str, *functions: str) -> str:
    """A rule that calls functions for one recipient."""
    calls = ", ".join(
        f"{{invoke_lambda: {{function: {FUNCTION}{function}, role: {ROLE}, "
        "invocation: request_response}}"
        for function in functions
    )
    return rule(name, f"[{{recipient: {{equals: {recipient}}}}}]", f"[{calls}]")


FUNCTION: Final = "arn:aws:lambda:eu-central-1:111122223333:function:"
ROLE: Final = "arn:aws:iam::111122223333:role/gateway"
SEEN: Final = "{header: {name: X-Mark, equals: seen}}"
SPF: Final = "{spf: {equals: [FAIL]}}"
DKIM: Final = "{dkim: {equals: [FAIL]}}"
FAIL: Final = RuleVerdict.FAIL
WHOLE: Final = {"address_fields": "whole_header"}
BOTH: Final = ("ann@example.com", "bob@example.com")
ROWS: Final = {
    "a sender in From, and in Sender": Row(
        ("- {name: stop, conditions: [{sender: {equals: a@example.org}}], actions: [drop]}",),
        (
            to(header="From: a@example.org\r\n"),
            to(header="Sender: a@example.org\r\nFrom: b@example.org\r\n"),
        ),
        ("delivered", "dropped"),
    ),
    "a size below a number, at it, and above": Row(
        (
            "- {name: stop, conditions: [{message_size: {greater_than_or_equal: 150}}], "
            "unless: [{message_size: {greater_than: 150}}], actions: [drop]}",
        ),
        (sized(140), sized(150), sized(160)),
        ("delivered", "dropped", "delivered"),
    ),
    "a mark that a later rule may see, with another subject": Row(
        (
            MARK,
            "- {name: stop, conditions: [{header: {name: X-Mark, equals: seen}}, "
            "{subject: {contains: urgent}}], actions: [drop]}",
        ),
        (to(header="Subject: hello\r\n"), to(header="Subject: urgent\r\n")),
        ("delivered", "delivered"),
        readings={"added_headers_visible": "no"},
    ),
    "a mark that a later rule sees, with another subject": Row(
        (
            MARK,
            "- {name: stop, conditions: [{header: {name: X-Mark, equals: seen}}, "
            "{subject: {contains: urgent}}], actions: [drop]}",
        ),
        (to(header="Subject: hello\r\n"), to(header="Subject: urgent\r\n")),
        ("delivered", "dropped"),
    ),
    "a mark below another that was sent": Row(
        (
            MARK,
            "- {name: stop, conditions: [{header: {name: X-Mark, equals: seen}}], actions: [drop]}",
        ),
        (to(), to(header="X-Mark: other\r\n"), to()),
        ("dropped", "delivered", "dropped"),
        readings={"repeated_headers": "first"},
    ),
    "a mark, and a fact that is missing": Row(
        (
            MARK,
            "- {name: stop, conditions: [{header: {name: X-Mark, equals: seen}}, "
            "{spf: {equals: [FAIL]}}], actions: [drop]}",
        ),
        (to(), to(spf=RuleVerdict.PASS), to(spf=RuleVerdict.FAIL)),
        ("unknown", "delivered", "dropped"),
    ),
    "a recipient that is replaced by one whom a later rule drops": Row(
        (
            "- {name: change, conditions: [{subject: {contains: move}}], "
            "actions: [{replace_recipient: [bob@example.com]}]}",
            "- {name: stop, conditions: [{recipient: {equals: bob@example.com}}], actions: [drop]}",
        ),
        (to(), to(header="Subject: move\r\n"), to("bob@example.com")),
        ("delivered", "dropped", "dropped"),
    ),
    "marks for all recipients": Row(
        (
            "- {name: mark, conditions: [{recipient: {equals: ann@example.com}}], "
            "actions: [{add_header: {name: X-Mark, value: seen}}]}",
            "- {name: stop, conditions: [{header: {name: X-Mark, equals: seen}}], actions: [drop]}",
        ),
        (to(*BOTH), to("bob@example.com")),
        ("dropped", "dropped", "delivered"),
        readings={"added_header_scope": "message"},
    ),
    "marks that might be for all recipients": Row(
        (
            "- {name: mark, conditions: [{recipient: {equals: ann@example.com}}], "
            "actions: [{add_header: {name: X-Mark, value: seen}}]}",
            "- {name: stop, conditions: [{header: {name: X-Mark, equals: seen}}], actions: [drop]}",
        ),
        (to("bob@example.com"), to(*BOTH)),
        ("delivered", "dropped", "delivered"),
    ),
    "failures that drop all recipients": Row(
        (
            "- {name: keep, conditions: [{recipient: {equals: ann@example.com}}], "
            "actions: [{archive: {to: vault, on_failure: drop}}]}",
        ),
        (to("bob@example.com"), to(*BOTH)),
        ("delivered", "dropped", "dropped"),
        readings={"failure_drop_scope": "message"},
        failing=("archive:vault",),
    ),
    "failures that might drop all recipients": Row(
        (
            "- {name: keep, conditions: [{recipient: {equals: ann@example.com}}], "
            "actions: [{archive: {to: vault, on_failure: drop}}]}",
        ),
        (to("bob@example.com"), to(*BOTH)),
        ("delivered", "dropped", "delivered"),
        failing=("archive:vault",),
    ),
    "an add-on that answers nothing, for a client that is not known": Row(
        (),
        (to(), to(source_ip="192.0.2.1"), to(source_ip="2001:db8::1")),
        ("unknown", "unknown", "refused"),
        readings={"add_on_over_ipv6": "ignored"},
        policy={
            "TrafficPolicyName": "edge",
            "DefaultAction": "ALLOW",
            "PolicyStatements": [
                {"Conditions": [_passed(operator)], "Action": "DENY"}
                for operator in ("IS_TRUE", "IS_FALSE")
            ],
        },
    ),
    "facts that are assumed, in the order in which rules ask": Row(
        (
            "- {name: first, conditions: [{dkim: {equals: [FAIL]}}], actions: [drop]}",
            "- {name: second, conditions: [{spf: {equals: [FAIL]}}], actions: [drop]}",
            "- {name: third, conditions: [{spf: {equals: [GRAY]}}], actions: [drop]}",
            "- {name: ends, conditions: [{subject: {contains: end}}], actions: [drop]}",
            "- {name: fourth, conditions: [{dmarc_policy: {equals: [REJECT]}}], actions: [drop]}",
        ),
        (to(), to(header="Subject: end\r\n"), to(dkim=RuleVerdict.PASS)),
        ("delivered", "dropped", "delivered"),
        passing=True,
    ),
    "facts that are assumed for a rule on somebody else": Row(
        (rule("first", f"[{{recipient: {{equals: bob@example.com}}}}, {SPF}]"),),
        (to(), to("bob@example.com")),
        ("delivered", "delivered"),
        passing=True,
    ),
    "marks that nobody reads, for all recipients": Row(
        (
            "- {name: mark, conditions: [{recipient: {equals: ann@example.com}}], "
            "actions: [{add_header: {name: X-Mark, value: seen}}]}",
        ),
        (to("bob@example.com"), to(*BOTH)),
        ("delivered", "delivered", "delivered"),
        readings={"added_header_scope": "message"},
    ),
    "a mark that different rules see": Row(
        (
            MARK,
            rule("one", f"[{SEEN}, {{subject: {{contains: one}}}}]"),
            rule("two", f"[{SEEN}, {{subject: {{contains: two}}}}]"),
        ),
        (to(header="Subject: one\r\n"), to(header="Subject: two\r\n")),
        ("dropped", "dropped"),
    ),
    "a mark, and one of two facts that is missing": Row(
        (MARK, rule("stop", f"[{SEEN}, {SPF}, {DKIM}]")),
        (to(dkim=FAIL), to(spf=FAIL), to(spf=FAIL, dkim=FAIL)),
        ("unknown", "unknown", "dropped"),
    ),
    "one of two facts that is missing": Row(
        (rule("stop", f"[{SPF}, {DKIM}]"),),
        (to(dkim=FAIL), to(spf=FAIL), to(spf=FAIL, dkim=FAIL)),
        ("unknown", "unknown", "dropped"),
    ),
    "a mark, and a list whose members are not known": Row(
        (MARK, rule("stop", f"[{SEEN}, {{from: {{in_address_list: feed}}}}]")),
        (to(header="From: a@example.org\r\n"), to(header="From: b@example.org\r\n"), to()),
        ("unknown", "unknown", "delivered"),
    ),
    "a recipient that is replaced by itself": Row(
        ("- {name: change, actions: [{replace_recipient: [ann@example.com]}]}",),
        (to(), to("bob@example.com")),
        ("delivered", "delivered"),
    ),
    "functions that recipients call together are too many": Row(
        (
            "- {name: first, actions: [{relay: {to: exchange}}]}",
            rule(
                "keep",
                "[{subject: {equals: nothing}}]",
                "[{archive: {to: vault, on_failure: drop}}]",
            ),
            calling("ann", "ann@example.com", *"abcd"),
        ),
        (to(*BOTH),),
        ("delivered", "delivered"),
        last=calling("bob", "bob@example.com", *"efgh"),
    ),
    "a header with none of the values": Row(
        (rule("stop", "[{to: {contains: [one, two, three, four, five]}}]"),),
        (to(header="To: bob@example.com\r\n"), to(header="To: one@example.com\r\n"), to()),
        ("delivered", "dropped", "delivered"),
    ),
    "a header with none of the values, and a fact that is missing": Row(
        (
            rule("stop", "[{to: {contains: one}}]"),
            rule("fail", f"[{SPF}]"),
        ),
        (to(header="To: bob@example.com\r\n"), to(header="To: one@example.com\r\n")),
        ("unknown", "dropped"),
    ),
    "a letter whose lower case depends on the next one": Row(
        (rule("stop", "[{to: {contains: ΟΔΟΣ}}]"),),
        (to(header="To: ΟΔΟΣΑ <bob@example.com>\r\n"), to(header="To: a@example.com\r\n")),
        ("dropped", "delivered"),
        readings={**WHOLE, "string_case": "sensitive"},
    ),
    "an address that is not written in one piece": Row(
        (rule("stop", "[{to: {equals: bob@example.com}}]"),),
        (to(header="To: bob (Bob) @example.com\r\n"), to(header="To: bob, @example.com\r\n")),
        ("dropped", "delivered"),
    ),
    "a value within an encoded word": Row(
        (rule("stop", "[{to: {contains: offer}}]"),),
        (to(header="To: =?utf-8?q?=6Fffer?= <bob@example.com>\r\n"), to(header="To: b@x\r\n")),
        ("dropped", "delivered"),
        readings=WHOLE,
    ),
    "a header without what a rule is not for": Row(
        (rule("one", "[]", unless="[{to: {contains: keep}}]"),),
        (to(header="To: bob@example.com\r\n"), to(header="To: keep@example.com\r\n")),
        ("dropped", "delivered"),
    ),
    "a header that is another than the one that a rule names": Row(
        (rule("two", "[{to: {not_equals: two@example.com}}]"),),
        (to(header="To: bob@example.com\r\n"), to(header="To: two@example.com\r\n")),
        ("dropped", "delivered"),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_messages_that_look_alike_are_told_apart(name: str) -> None:
    row = ROWS[name]
    text = PROJECT + "".join(f"      {rule}\n" for rule in (*row.rules, row.last))
    gateway = replace(
        gateway_of_rule_set(load({"rules.yaml": text}), "inbound"),
        readings=Readings.of(row.readings),
        policy=None if row.policy is None else TrafficPolicy.of_api(row.policy),
        ip_type=IpType.DUAL_STACK,
    )
    scenario = Scenario(failing=frozenset(row.failing))
    known: dict[str, Any] = {"scenario": scenario, "assume_pass": row.passing}
    for messages in (row.messages, row.messages[::-1]):
        index = Index(gateway=gateway, **known)
        outcomes = []
        for submission in messages:
            trace = judge(gateway, submission, **known)
            dependences = readings_that_matter(gateway, submission, trace, **known)
            judged = index.judge(submission)
            assert judged == JudgedMessage.of(trace, dependences)
            assert list(judged.assumed) == list(trace.assumed)
            outcomes.append([str(got.ended.outcome) for got in judged.recipients])
        if messages is row.messages:
            assert tuple(one for each in outcomes for one in each) == row.outcomes
