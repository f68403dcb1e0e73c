"""Imported receipt rules do what the guide of SES says, but for what the report names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interchange.receipt_rules.plain_receiving import Mail, receive
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, SourceOptions
from mmctl.interchange.receipt_rules.reading import read
from mmctl.judge.judging import judge
from mmctl.judge.submission import Gateway, LambdaAnswer, Scenario, Submission
from mmctl.judge.submission import gateway_of_ingress_point as gateway_of
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.language.writing.write import to_yaml
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.actions import Does, row_of

if TYPE_CHECKING:
    from mmctl.interchange.migration.lowered import LoweredGateway
    from mmctl.judge.trace import RecipientTrace

Data = dict[str, Any]

TOPIC = "arn:aws:sns:us-east-1:111122223333:mail"
WAITS = "arn:aws:lambda:us-east-1:111122223333:function:waits"
ADDRESSES = ("anna@example.com", "bo@example.com", "anna+x@example.com", "bo@sub.example.com")
CONDITIONS = (
    *ADDRESSES,
    "example.com",
    ".example.com",
    "sub.example.com",
    "a.very.long.name.of.me@example.com",
)
PEOPLE = (
    *ADDRESSES,
    "anna+y@example.com",
    "ANNA@Example.com",
    "cy@deep.sub.example.com",
    "cy@other.example",
    "a.very.long.name.of.me+z@example.com",
)
ACTIONS: tuple[Data, ...] = (
    {"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in"}},
    {"S3Action": {"BucketName": "mail", "TopicArn": TOPIC}},
    {"SNSAction": {"TopicArn": TOPIC, "Encoding": "Base64"}},
    {"SNSAction": {"TopicArn": TOPIC}},
    {"LambdaAction": {"FunctionArn": WAITS, "InvocationType": "RequestResponse"}},
    {"LambdaAction": {"FunctionArn": WAITS.replace("waits", "goes")}},
    {
        "BounceAction": {
            "SmtpReplyCode": "550",
            "StatusCode": "5.1.1",
            "Message": "no such mailbox",
            "Sender": "postmaster@example.com",
        }
    },
    {
        "WorkmailAction": {
            "OrganizationArn": f"arn:aws:workmail:us-east-1:111122223333:organization/m-{'1' * 32}"
        }
    },
    {"AddHeaderAction": {"HeaderName": "X-Team", "HeaderValue": "mail ${x}"}},
    {"StopAction": {"Scope": "RuleSet"}},
)
CLIENTS = ("203.0.113.25", "198.51.100.7", "198.51.100.200", "192.0.2.1")
NETWORKS = ("198.51.100.0/24", "198.51.100.128/25", "198.51.100.7", "0.0.0.0/0", "192.0.2.1/24")

rules_of = st.lists(
    st.fixed_dictionaries(
        {
            "Enabled": st.sampled_from((True, True, True, False)),
            "TlsPolicy": st.sampled_from(("Optional", "Optional", "Require")),
            "ScanEnabled": st.just(False),
            "Recipients": st.lists(st.sampled_from(CONDITIONS), max_size=3, unique=True),
            "Actions": st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3),
        }
    ),
    min_size=1,
    max_size=6,
).map(lambda rules: [{"Name": f"rule-{at}", **rule} for at, rule in enumerate(rules)])
filters_of = st.lists(
    st.tuples(st.sampled_from(NETWORKS), st.sampled_from(("Block", "Block", "Allow"))), max_size=3
).map(
    lambda each: [
        {"Name": f"filter-{at}", "IpFilter": {"Policy": policy, "Cidr": cidr}}
        for at, (cidr, policy) in enumerate(each)
    ]
)
mail_of = st.builds(
    Mail,
    recipients=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple),
    client=st.sampled_from(CLIENTS),
    tls=st.booleans(),
)


def imported(rules: list[Data], filters: list[Data], domains: tuple[str, ...]) -> LoweredGateway:
    files = {
        "rules.json": json.dumps({"Metadata": {"Name": "inbound"}, "Rules": rules}).encode(),
        "filters.json": json.dumps({"Filters": filters}).encode(),
    }
    return lowered(read(Opened(named=files, beside=lambda _: None), SourceOptions(domains=domains)))


def gateway(made: LoweredGateway) -> Gateway:
    source = made.source
    text = to_yaml(
        {
            "version": 1,
            "rule_sets": {"inbound": {"rules": [r for each in made.rules for r in each.rules]}},
            "address_lists": {
                name: {"members": list(members or ())}
                for name, members in made.address_lists.items()
            },
            "traffic_policies": {"edge": source.traffic_policy},
            "ingress_points": {
                "mx-in": {
                    "type": "open",
                    "traffic_policy": "edge",
                    "rule_set": "inbound",
                    "tls_policy": source.tls_policy,
                }
            },
        }
    )
    needed = {name: value.stand_in for name, value in source.needed.items()}
    head = to_yaml({"version": 1, "project": "p", **({"vars": needed} if needed else {})})
    project, problems = read_text({"rules/a.yaml": text, "mmctl.yaml": head})
    assert [each for each in problems if each.severity == "error"] == [], text
    return gateway_of(project, "mx-in")


def judged(
    made: LoweredGateway, gate: Gateway, mail: Mail, answers: dict[str, LambdaAnswer]
) -> list[RecipientTrace]:
    submission = Submission(
        email=read_email(b"From: a@sender.example\r\nSubject: Hello\r\n\r\nHello\r\n"),
        session=Session(source_ip=mail.client, tls=Tls.TLS1_3 if mail.tls else Tls.NONE),
        envelope=Envelope(mail_from="a@sender.example", recipients=mail.recipients),
        facts=Facts(),
    )
    refused = made.source.tls_policy == "required" and not mail.tls
    traces = judge(gate, submission, Scenario(answers=answers)).recipients
    return [] if refused else [each for each in traces if each.outcome is not Outcome.REFUSED]


def done(made: LoweredGateway, got: RecipientTrace) -> list[tuple[str, str]]:
    """Source rule and action, in order, in the words of the interpreter."""
    names = {name: each.source.name for each in made.rules for name in each.names}
    return [
        (names[rule.rule], _said(action.kind, action.action.value))
        for rule in got.rules
        for action in rule.actions
        if row_of(action.action).does is not Does.ENDS
    ]


def _said(kind: str, action: Any) -> str:
    match kind:
        case "write_to_s3":
            return f"s3 {action.s3_bucket} {action.s3_prefix or ''}"
        case "publish_to_sns":
            if action.payload_type == "HEADERS":
                return f"notice {action.topic_arn}"
            return f"sns {action.topic_arn} {(action.encoding or 'UTF-8').lower()}"
        case "invoke_lambda":
            return f"lambda {action.function_arn}"
        case "bounce":
            return f"bounce {action.smtp_reply_code} {action.sender}"
        case "deliver_to_mailbox":
            return f"workmail {action.mailbox_arn}"
        case _:
            return f"header {action.header_name}: {action.header_value}"


def codes_of(made: LoweredGateway) -> set[str]:
    return {each.code for rule in made.rules for each in rule.differences}


ANSWERS = {
    "CONTINUE": LambdaAnswer.CONTINUE,
    "STOP_RULE": LambdaAnswer.STOP_RULE,
    "STOP_RULE_SET": LambdaAnswer.STOP_RULE_SET,
}


@settings(max_examples=150, deadline=None)
@given(
    rules=rules_of,
    filters=filters_of,
    mail=mail_of,
    domains=st.sampled_from(((), ("example.com",))),
    answer=st.sampled_from(tuple(ANSWERS)),
)
def test_mail_to_one_recipient_ends_alike(
    rules: list[Data], filters: list[Data], mail: Mail, domains: tuple[str, ...], answer: str
) -> None:
    made = imported(rules, filters, domains)
    gate = gateway(made)
    for recipient in mail.recipients:
        alone = Mail(recipients=(recipient,), client=mail.client, tls=mail.tls)
        there = receive(rules, filters, alone, domains=domains, dispositions={WAITS: answer})
        here = judged(made, gate, alone, {WAITS: ANSWERS[answer]})
        if recipient.startswith("a.very.long.name.of.me+") and not mail.tls and here:
            assert there.accepted or "tls-not-for-labels" in codes_of(made)
            continue
        assert bool(here) is there.accepted, alone
        if here:
            assert done(made, here[0]) == there.done, alone


@settings(max_examples=100, deadline=None)
@given(rules=rules_of, mail=mail_of)
def test_mail_to_several_recipients_gets_all_that_it_gets_there(
    rules: list[Data], mail: Mail
) -> None:
    made = imported(rules, [], ())
    there = receive(rules, [], mail, domains=(), dispositions={})
    here = judged(made, gateway(made), mail, {WAITS: LambdaAnswer.CONTINUE})
    if not there.accepted:
        return  # The whole message is refused there; here those recipients that ask for TLS.
    assert here
    together = {each for got in here for each in done(made, got)}
    assert set(there.done) <= together
    if "stops-for-its-recipients" not in codes_of(made):
        assert set(there.done) == together


def test_a_stop_is_for_its_recipients_alone_and_the_report_says_so() -> None:
    rules = [
        {"Name": "a", "Enabled": True, "Recipients": ["anna@example.com"], "Actions": [ACTIONS[9]]},
        {"Name": "b", "Enabled": True, "Recipients": ["bo@example.com"], "Actions": [ACTIONS[0]]},
    ]
    mail = Mail(recipients=("anna@example.com", "bo@example.com"))
    made = imported(rules, [], ())
    here = judged(made, gateway(made), mail, {})
    assert receive(rules, [], mail, domains=()).done == []
    assert [each for got in here for each in done(made, got)] == [("b", "s3 mail in/")]
    (difference,) = made.rules[0].differences
    assert difference.code == "stops-for-its-recipients"
    assert "mail to anna@example.com and bo@example.com, `b` is not tried" in difference.says


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("person", PEOPLE)
def test_each_form_of_recipient(condition: str, person: str) -> None:
    rules = [{"Name": "a", "Enabled": True, "Recipients": [condition], "Actions": [ACTIONS[0]]}]
    made = imported(rules, [], ())
    there = receive(rules, [], Mail(recipients=(person,)), domains=())
    here = judged(made, gateway(made), Mail(recipients=(person,)), {})
    assert bool(here) is there.accepted
