"""`staging up` twice, a change, `down`: the real code against moto, and what moto made of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest

pytest.importorskip("moto.server", reason="moto is not installed with its server")
pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from mmctl.cli.main import exit_code
from moto_stacks import ACCOUNT, moto_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT: Final = f"""\
version: 1
project: shop
environments:
  staging:
    endpoint: embedded
    account: "{ACCOUNT}"
    region: us-east-1
    snapshots: s3://shop-mmctl/staging
    vars: {{exchange: "${{stack.MailServerName}}"}}
    stack:
      mail_server: {{domains: [example.com], relay_networks: [192.0.2.0/24]}}
      sender: true
  bare: {{endpoint: embedded, account: "{ACCOUNT}", vars: {{exchange: mx.example.com}}}}
  prod:
    endpoint: embedded
    account: "{ACCOUNT}"
    region: us-east-1
    protected: true
    vars: {{exchange: mx.example.com}}
    stack:
      mail_server: {{domains: [example.com], relay_networks: [192.0.2.0/24]}}
default_environment: staging
"""
RULES: Final = f"""\
version: 1
rule_sets:
  inbound:
    rules:
      - name: keep
        actions:
          - write_to_s3: {{bucket: shop-records, role: "arn:aws:iam::{ACCOUNT}:role/shop-mail"}}
          - archive: {{to: records}}
          - relay: {{to: exchange}}
relays:
  exchange: {{server: "${{vars.exchange}}", port: 25, authentication: none}}
archives:
  records: {{retention: ONE_YEAR}}
traffic_policies:
  edge: {{default: allow, statements: []}}
ingress_points:
  mx-in: {{type: open, rule_set: inbound, traffic_policy: edge}}
"""
COPIES: Final = f"""\
          - write_to_s3: {{bucket: shop-copies, role: "arn:aws:iam::{ACCOUNT}:role/shop-copies"}}
          - archive"""
FOUNDATION: Final = "mmctl-shop-staging-foundation"
STAGING: Final = "mmctl-shop-staging-staging"
MADE: Final = {
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::Instance",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
}
"""The types that moto makes, with a physical id."""
SKIPPED: Final = {
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::EC2::EIPAssociation",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::Secret",
}
"""The types that moto skips while it reports that the stack is complete."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse"),
    pytest.mark.filterwarnings("ignore:Unable to delete"),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules" / "gateway.yaml").write_text(RULES)
    with moto_stacks(monkeypatch):
        yield tmp_path


class Ran:
    """One command: how it ended, its document, and what it said."""

    def __init__(
        self, project: Path, capsys: pytest.CaptureFixture[str], command: str, code: int = 0
    ) -> None:
        ended = exit_code([*command.split(), "-C", str(project), "--format", "json"])
        out, self.said = capsys.readouterr()
        assert ended == code, self.said
        self.report: dict[str, Any] = json.loads(out) if out.strip() else {}

    @property
    def stacks(self) -> dict[str, str]:
        return {each["name"]: each["status"] for each in self.report["stacks"]}

    @property
    def parts(self) -> dict[str, str]:
        return {each["name"]: each["result"] for each in self.report["parts"]}


def test_staging_comes_up_twice_changes_and_goes(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Ran(project, capsys, "staging up --yes")
    assert first.stacks == {FOUNDATION: "CREATE_COMPLETE", STAGING: "CREATE_COMPLETE"}
    assert first.parts["rules"].startswith("applied as 0001-")
    states = {each["name"]: each["state"] for each in first.report["addresses"]}
    assert states == {
        "ingress point mx-in": "ACTIVE",
        "ingress point mx-in-twin": "ACTIVE",
        "mail server": "made",
        "mail server's name": "made",
        "sender": "made",
    }
    assert "new stack, 5 resources to make" in first.said
    assert "an hour" in first.said
    _check_types()

    again = Ran(project, capsys, "staging up --yes")
    assert set(again.parts.values()) == {"nothing to do", "no case to send"}
    assert f"{STAGING}: nothing to do" in again.said

    status = Ran(project, capsys, "staging status")
    assert status.parts == {"rules": "live as in the files", "last judged run": "none"}
    assert all("not known" in each["drift"] for each in status.report["stacks"])  # moto has none

    (project / "rules" / "gateway.yaml").write_text(RULES.replace("          - archive", COPIES))
    held = Ran(project, capsys, "staging up --yes", 3)
    assert "+ BucketShopCopies  AWS::S3::Bucket" in held.said
    assert "--force destination=shop-copies" in held.said
    released = "--force destination=shop-copies --force ordinary-mail=elsewhere.example"
    changed = Ran(project, capsys, f"staging up --yes {released}")
    assert changed.parts[FOUNDATION] == changed.parts[STAGING] == "nothing to do"
    assert changed.parts["rules"].startswith("applied as 0002-")

    refused = Ran(project, capsys, "foundation down --yes", 3)
    assert "stands on the foundation" in refused.said
    asked = Ran(project, capsys, "staging down", 3)
    assert "no terminal to confirm on" in asked.said
    for goes in ("- ingress point mx-in", "- rule set inbound", "Vpc  AWS::EC2::VPC"):
        assert goes in asked.said, asked.said
    assert f"- stack {STAGING}, " in asked.said
    assert "--allow-delete" not in asked.said
    assert _names() == [FOUNDATION, STAGING]
    gone = Ran(project, capsys, "staging down --yes")
    assert "--allow-delete" not in gone.said
    assert gone.parts["rules"].startswith("applied as 0003-")
    assert list(gone.parts) == ["rules", STAGING, FOUNDATION]
    left = [each.partition(": ")[0] for each in gone.report["left"]]
    assert left == [
        "archive records",
        *(f"bucket shop-{n}" for n in ("copies", "mmctl", "records")),
    ]
    assert "it goes on to cost $0.19 a GB-month" in gone.report["left"][0]
    assert not _names()

    nothing = Ran(project, capsys, "staging down --yes")
    assert nothing.parts == {
        "rules": "nothing to do",
        STAGING: "was not there",
        FOUNDATION: "was not there",
    }
    boto3.client("s3").put_object(Bucket="shop-copies", Key="mail.eml", Body=b"x")
    all_gone = Ran(project, capsys, "staging down --yes --with-data")
    assert all_gone.report["left"] == []
    assert "deleting bucket shop-copies" in all_gone.said
    assert "shop-copies" not in [
        each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]
    ]


def test_what_a_down_left_is_told_and_not_made_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Ran(project, capsys, "foundation up --yes")
    Ran(project, capsys, "foundation down --yes")
    again = Ran(project, capsys, "foundation up --yes")
    assert "bucket `shop-records` is not made: it exists already" in again.said
    assert again.stacks == {FOUNDATION: "CREATE_COMPLETE"}


def test_a_protected_environment_gets_a_foundation_and_keeps_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is protected" in Ran(project, capsys, "staging up --yes --env prod", 3).said
    Ran(project, capsys, "foundation up --yes --env prod")
    for layer in ("staging", "foundation"):
        refused = Ran(project, capsys, f"{layer} down --yes --env prod", 3)
        assert "environment prod is protected" in refused.said
    name = "mmctl-shop-prod-foundation"
    assert _names() == [name]
    rules = project / "rules" / "gateway.yaml"
    rules.write_text(RULES.replace("shop-records", "shop-copies"))
    held = Ran(project, capsys, "foundation up --yes --env prod", 3)
    assert "BucketShopRecords (AWS::S3::Bucket)" in held.said
    assert "--allow-delete" in held.said
    Ran(project, capsys, "foundation up --yes --env prod --allow-delete")


def test_a_stack_of_that_name_that_is_not_ours_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    client = boto3.client("cloudformation")
    client.create_stack(StackName=FOUNDATION, TemplateBody=body)
    for command in ("staging up --yes", "staging status", "staging down --yes", "plan"):
        code = 1 if command == "plan" else 3
        ran = Ran(project, capsys, command, code)
        assert "is not ours" in ran.said or command == "plan", ran.said
    assert _names() == [FOUNDATION]


def test_nobody_is_asked_without_a_terminal_and_nothing_is_left(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--yes" in Ran(project, capsys, "staging up", 3).said
    assert not _names()


def test_an_environment_without_a_mail_server_is_not_one_for_staging(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is not one for staging" in Ran(project, capsys, "staging up --yes --env bare", 64).said


def test_what_moto_skips_fits_its_schema_and_is_made_once_by_its_own_api(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cfnlint = pytest.importorskip("cfnlint.api", reason="cfn-lint is not installed")
    Ran(project, capsys, "staging up --yes")
    for name in (FOUNDATION, STAGING):
        found = cfnlint.lint_all(json.dumps(_template(name)))
        assert [str(each) for each in found if each.rule.id.startswith("E")] == []
    physical = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for name in (FOUNDATION, STAGING)
        for each in boto3.client("cloudformation").list_stack_resources(StackName=name)[
            "StackResourceSummaries"
        ]
        if each.get("PhysicalResourceId")
    }
    resources = {**_template(FOUNDATION)["Resources"], **_template(STAGING)["Resources"]}
    secrets, buckets = boto3.client("secretsmanager"), boto3.client("s3")
    ec2 = boto3.client("ec2")
    made: set[str] = set()
    for name in sorted(resources, key=lambda each: resources[each]["Type"], reverse=True):
        properties = _resolved(resources[name].get("Properties", {}), physical)
        match resources[name]["Type"]:
            case "AWS::SecretsManager::Secret":
                asked = properties["GenerateSecretString"]
                value = json.loads(asked["SecretStringTemplate"])
                value[asked["GenerateStringKey"]] = "x" * asked["PasswordLength"]
                answer = secrets.create_secret(
                    Name=name, SecretString=json.dumps(value), Tags=properties["Tags"]
                )
                physical[name] = answer["ARN"]
                assert {"username", "password"} <= set(value)
            case "AWS::SecretsManager::ResourcePolicy":
                policy = json.dumps(properties["ResourcePolicy"])
                secrets.put_resource_policy(SecretId=physical["RelaySecret"], ResourcePolicy=policy)
            case "AWS::S3::BucketPolicy":
                policy = json.dumps(properties["PolicyDocument"])
                buckets.put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)
            case "AWS::EC2::EIPAssociation":
                address = physical[resources[name]["Properties"]["AllocationId"]["Fn::GetAtt"][0]]
                found = ec2.describe_addresses(PublicIps=[address])["Addresses"][0]
                ec2.associate_address(
                    AllocationId=found["AllocationId"], InstanceId=properties["InstanceId"]
                )
            case _:
                continue
        made.add(resources[name]["Type"])
    # Wait conditions have no API of their own: only CloudFormation makes them.
    assert made == {each for each in SKIPPED if "WaitCondition" not in each}


def _template(stack: str) -> dict[str, Any]:
    body = boto3.client("cloudformation").get_template(StackName=stack)["TemplateBody"]
    found: dict[str, Any] = body if isinstance(body, dict) else json.loads(body)
    return found


def _resolved(value: Any, physical: dict[str, str]) -> Any:
    """A part of a template, with references replaced as CloudFormation does it."""
    known = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": "us-east-1"}
    if isinstance(value, list):
        return [_resolved(each, physical) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return {**known, **physical}.get(value["Ref"], value["Ref"])
    if set(value) == {"Fn::GetAtt"}:
        name, _ = value["Fn::GetAtt"]
        return f"arn:aws:s3:::{physical[name]}" if name.startswith("Bucket") else name
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"]
        for name, each in {**known, **physical}.items():
            text = text.replace(f"${{{name}}}", each).replace(
                f"${{{name}.Arn}}", f"arn:aws:s3:::{each}"
            )
        return text
    return {key: _resolved(each, physical) for key, each in value.items()}


def _names() -> list[str]:
    found = boto3.client("cloudformation").describe_stacks()["Stacks"]
    return sorted(each["StackName"] for each in found)


def _check_types() -> None:
    """What moto made has a physical id, and what it skipped is what is written here."""
    client = boto3.client("cloudformation")
    made: set[str] = set()
    wanted: set[str] = set()
    for name in (FOUNDATION, STAGING):
        wanted |= {each["Type"] for each in _template(name)["Resources"].values()}
        there = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        made |= {each["ResourceType"] for each in there if each.get("PhysicalResourceId")}
    assert made == MADE
    assert wanted - made == SKIPPED


CASES: Final = """\
version: 1
cases:
  - name: mail for us is kept and delivered
    message: {from: a@example.org, to: b@example.com, subject: Hello}
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    expect: {b@example.com: delivered}
"""


def test_mail_that_could_not_be_sent_is_sent_when_run_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "cases").mkdir()
    (project / "cases" / "mail.yaml").write_text(CASES)
    first = Ran(project, capsys, "staging up --yes", 5)
    assert first.parts["rules"].startswith("applied as 0001-")
    assert first.parts["mail"].startswith("not sent: the embedded Mail Manager")
    assert first.report["good"] is False
    assert "start it in another shell: mmctl emulate" in first.said
    again = Ran(project, capsys, "staging up --yes", 5)
    assert again.parts["rules"] == "nothing to do"

    with _mail_taken(project):
        sent = Ran(project, capsys, "staging up --yes")
    assert sent.parts["mail"] == "1 as_stated, 1 same"
    status = Ran(project, capsys, "staging status")
    assert status.parts["last judged run"].endswith("1 of 1 case passed")


@contextmanager
def _mail_taken(project: Path) -> Iterator[None]:
    """Serve the embedded Mail Manager of a project on free ports meanwhile."""
    words = ["emulate", "-C", str(project), "--api-port", "0", "--smtp-port", "0"]
    served = subprocess.Popen(
        [sys.executable, "-m", "mmctl", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 120
        while not (project / ".mmctl/mail/ports.json").exists():
            assert served.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        yield
    finally:
        served.terminate()
        served.wait(timeout=120)
