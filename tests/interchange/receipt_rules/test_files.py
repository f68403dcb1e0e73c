"""Files as people have them: whole, cut off, in other encodings, of newer versions, hostile."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.lowering import lowered
from mmctl.interchange.migration.source import Opened, OtherGateway, SourceOptions
from mmctl.interchange.receipt_rules.reading import read

if TYPE_CHECKING:
    from mmctl.problem import Problem

RULE: dict[str, Any] = {
    "Name": "store",
    "Enabled": True,
    "TlsPolicy": "Optional",
    "Recipients": ["anna@example.com"],
    "Actions": [{"S3Action": {"BucketName": "mail"}}],
    "ScanEnabled": False,
}


def read_files(*contents: bytes) -> OtherGateway:
    named = {f"{at}.json": content for at, content in enumerate(contents)}
    return read(Opened(named=named, beside=lambda _: None), SourceOptions())


def problems_of(*contents: bytes) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsFound) as caught:
        read_files(*contents)
    return caught.value.problems


def a_set(*rules: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"Metadata": {"Name": "inbound"}, "Rules": list(rules), **more}).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_powershell_redirects_is_read(encoding: str) -> None:
    text = json.dumps({"Rules": [RULE]}, indent=4).replace("\n", "\r\n")
    (rule,) = read_files(text.encode(encoding)).rules
    assert (rule.name, rule.place.line) == ("store", 4)


def test_yaml_of_the_aws_command_is_read() -> None:
    text = (
        "Metadata:\n  CreatedTimestamp: '2016-07-15T16:25:59.607000+00:00'\n  Name: inbound\n"
        "Rules:\n- Actions:\n  - S3Action:\n      BucketName: mail\n  Enabled: true\n"
        "  Name: store\n  Recipients:\n  - anna@example.com\n  ScanEnabled: false\n"
        "  TlsPolicy: Optional\n"
    )
    assert read_files(text.encode()).rules[0].actions == read_files(a_set(RULE)).rules[0].actions


@pytest.mark.parametrize(
    "document",
    [
        {"Rule": RULE},
        {"Rule": RULE, "RuleSetName": "inbound"},
        [RULE],
        RULE,
    ],
)
def test_other_forms_of_a_rule(document: Any) -> None:
    (rule,) = read_files(json.dumps(document).encode()).rules
    assert rule.name == "store"


def test_what_a_service_answers_is_read() -> None:
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="mail")
        ses = boto3.client("ses", region_name="us-east-1")
        ses.create_receipt_rule_set(RuleSetName="inbound")
        ses.create_receipt_rule(RuleSetName="inbound", Rule=RULE)
        ses.create_receipt_rule(RuleSetName="inbound", Rule={**RULE, "Name": "again"})
        ses.set_active_receipt_rule_set(RuleSetName="inbound")
        active = ses.describe_active_receipt_rule_set()
        named = ses.describe_receipt_rule_set(RuleSetName="inbound")
    texts = [json.dumps(each, default=str).encode() for each in (active, named)]
    source = read_files(*texts)
    assert {rule.name for rule in source.rules} == {"store", "again"}
    assert source.unread == []


def test_a_file_that_is_cut_off_is_named_at_its_end() -> None:
    cut = json.dumps({"Rules": [RULE]}, indent=1)[:-9]
    (problem,) = problems_of(cut.encode())
    assert problem.position.line == cut.count("\n") + 1
    assert problem.message.startswith("this is not JSON")


def test_all_broken_files_are_named_at_once() -> None:
    places = [str(each.position) for each in problems_of(b"{", b"", b"\xff\xfe{", b"[1]")]
    assert [place.partition(":")[0] for place in places] == [f"{at}.json" for at in range(4)]


def test_two_documents_in_one_file() -> None:
    (problem,) = problems_of(a_set(RULE) + b"\n" + a_set(RULE))
    assert problem.help == "put each document into a file of its own"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Name": None}, "`Name` is missing"),
        ({"Enabled": "perhaps"}, '`Enabled`: got `"perhaps"`, expected true or false'),
        ({"Recipients": "anna@example.com"}, "expected a list"),
        ({"Recipients": [7]}, "got `7`, expected a text"),
        ({"Actions": {"S3Action": {}}}, "expected a list"),
        ({"Actions": [{"S3Action": {}}]}, "`BucketName` is missing"),
        ({"Actions": [{"SNSAction": {"TopicArn": "t", "Encoding": "x"}}]}, "`UTF-8` or `Base64`"),
        ({"TlsPolicy": "Never"}, "expected `Optional` or `Require`"),
    ],
)
def test_wrong_members_are_problems(members: dict[str, Any], message: str) -> None:
    assert any(message in each.message for each in problems_of(a_set({**RULE, **members})))


def test_members_of_a_newer_version_are_listed_with_their_place() -> None:
    source = read_files(
        a_set({**RULE, "Priority": 3, "Actions": [{"FutureAction": {"A": 1}}]}, Paging="x")
    )
    assert [each.text for each in source.unread] == [
        "`Priority` of rule `store`: `3`",
        '`Paging` of the answer: `"x"`',
    ]
    assert next(each.code for each in source.rules[0].differences) == "unknown-action"


def test_two_rule_sets_are_a_problem_because_one_is_active() -> None:
    other = {"Metadata": {"Name": "old"}, "Rules": [{**RULE, "Name": "older"}]}
    (problem,) = problems_of(a_set(RULE), json.dumps(other).encode())
    assert (
        problem.message
        == "there are 2 rule sets (`inbound`, `old`), and only one of them is active"
    )


def test_a_name_that_looks_like_a_variable_is_text() -> None:
    header = {"AddHeaderAction": {"HeaderName": "X-A", "HeaderValue": "${env.account} \u001b[2J"}}
    hostile = {**RULE, "Name": "${vars.x}", "Actions": [header]}
    made = lowered(read_files(a_set(hostile, {**RULE, "Actions": [header | {}]})))
    assert "$${vars.x}" in made.rules[0].rules[0]["description"]
    assert {each.code for each in made.rules[0].differences} == {"value-not-taken"}


def test_no_action_is_no_rule_and_an_action_behind_a_stop_never_runs() -> None:
    stop = {"StopAction": {"Scope": "RuleSet"}}
    source = read_files(
        a_set({**RULE, "Actions": []}, {**RULE, "Name": "b", "Actions": [stop, *RULE["Actions"]]})
    )
    assert [rule.name for rule in source.rules] == ["b"]
    assert [each.text for each in source.unread] == [
        "rule `store` without actions",
        "S3Action of rule `b`",
    ]


def test_a_stop_keeps_mail_whose_action_is_left_out() -> None:
    connect = {"ConnectAction": {"InstanceARN": "arn:aws:connect:::i", "IAMRoleARN": "arn:aws:iam"}}
    stop = {"StopAction": {"Scope": "RuleSet"}}
    made = lowered(read_files(a_set({**RULE, "Actions": [connect, stop]})))
    (rule,) = made.rules
    assert rule.is_todo
    assert "goes-on" in {each.code for each in rule.differences}


@pytest.mark.slow
def test_a_hundred_thousand_lines_take_seconds() -> None:
    rules = [
        {**RULE, "Name": f"r{at}", "Recipients": [f"u{n}@d{at}.example" for n in range(100)]}
        for at in range(900)
    ]
    content = json.dumps({"Rules": rules}, indent=1).encode()
    assert content.count(b"\n") > 90_000
    begin = time.process_time()
    assert len(read_files(content).rules) == 900
    assert time.process_time() - begin < 30


def test_a_rule_for_everybody_that_wants_tls_wants_it_of_all_recipients() -> None:
    """Also of those outside of the domains that `--domain` names."""
    wants = {**RULE, "Name": "all", "TlsPolicy": "Require", "Recipients": []}
    other = {**RULE, "Recipients": ["anna@example.net"]}
    opened = Opened(named={"r.json": a_set(wants, other)}, beside=lambda _: None)
    source = read(opened, SourceOptions(domains=("example.com",)))
    assert source.traffic_policy is not None
    [statement] = source.traffic_policy["statements"]
    assert statement["allow"] == [
        {"recipient": {"in_address_list": "receipt-recipients"}},
        {"tls_protocol": {"minimum": "TLS1_2"}},
    ]


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b'# ours\nresource "aws_ses_receipt_rule" "store" {\n  name = "store"\n}\n', 2, 11),
        (b'resource "aws_s3_bucket" "mail" {\n}\n', 1, 1),
        (
            b'{"format_version": "1.2",\n "planned_values": {"root_module": {"resources": [\n'
            b'  {"type": "aws_ses_receipt_rule", "values": {}}]}}}',
            3,
            13,
        ),
    ],
)
def test_files_of_terraform_are_refused_with_what_to_run(
    content: bytes, line: int, column: int
) -> None:
    (problem,) = problems_of(content)
    assert problem.message.startswith("this is a file of Terraform")
    assert (problem.position.line, problem.position.column) == (line, column)
    assert "aws ses describe-active-receipt-rule-set > rules.json" in str(problem.help)
