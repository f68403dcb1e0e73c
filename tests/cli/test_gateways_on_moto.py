"""The reference gateway and each example through the real code on moto, with what moto made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest

pytest.importorskip("moto.server", reason="moto is not installed with its server")
pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from mmctl.cli.main import exit_code
from moto_stacks import ACCOUNT, moto_stacks
from ses_answers import SesAnswers, ses_answers

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PLACES: Final = (
    ("    profile: mail-staging\n", "    endpoint: embedded\n"),
    ("    role_arn: arn:aws:iam::444455556666:role/mmctl\n", "    endpoint: embedded\n"),
    ("111122223333", ACCOUNT),
    ("444455556666", ACCOUNT),
    # What is sent as mail is tried where the embedded Mail Manager takes it.
    ("cases: [cases/**/*.yaml]\n", ""),
)
"""What is not the gateway's own: the accounts are moto's, Mail Manager is on this machine."""
EMBARGO: Final = (
    '"@sanctioned-shipping.example"]',
    '"@sanctioned-shipping.example", "@blocked-freight.example"]',
)
"""A change of one list of the reference gateway."""
FOUNDATION: Final = "mmctl-acme-gateway-staging-foundation"
STAGING: Final = "mmctl-acme-gateway-staging-staging"
METADATA: Final = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::IAM::Role",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    }
)
"""Topic, queue, function and table for the metadata of mail."""
MADE: Final = {
    FOUNDATION: METADATA | {"AWS::Logs::ResourcePolicy", "AWS::S3::Bucket"},
    STAGING: {
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
    },
}
"""The types that moto makes of the reference gateway's templates, with a physical id."""
SKIPPED: Final = {
    FOUNDATION: {
        "AWS::CloudWatch::Alarm",
        "AWS::S3::BucketPolicy",
        "AWS::SES::EmailIdentity",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    },
    STAGING: {
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::EC2::EIPAssociation",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::Secret",
    },
}
"""The types that moto skips while it reports that the stack is complete."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse"),
    pytest.mark.filterwarnings("ignore:Unable to delete"),
]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SesAnswers]:
    with moto_stacks(monkeypatch), ses_answers(monkeypatch) as answers:
        yield answers


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    return copied(ROOT, tmp_path / "gateway")


def copied(source: Path, target: Path) -> Path:
    """A project without its cases, in the account that moto has."""
    for folder in ("rules", "lists"):
        if (source / folder).is_dir():
            shutil.copytree(source / folder, target / folder)
    text = (source / "mmctl.yaml").read_text()
    for before, after in PLACES:
        text = text.replace(before, after)
    if "embedded" not in text.partition("  prod:")[2]:
        text = text.replace("  prod:\n", "  prod:\n    endpoint: embedded\n")
    (target / "mmctl.yaml").write_text(text)
    return target


def ran(
    root: Path, capsys: pytest.CaptureFixture[str], command: str, code: int = 0
) -> tuple[dict[str, Any], str]:
    """One command that must end with a code: its document, and what it said."""
    ended = exit_code([*command.split(), "-C", str(root), "--format", "json"])
    out, said = capsys.readouterr()
    assert ended == code, said
    return (json.loads(out) if out.strip() else {}), said


def results(report: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["result"] for each in report["parts"]}


def types_of(stack: str) -> tuple[set[str], set[str]]:
    """The types of a stack that moto made and that it skipped."""
    client = boto3.client("cloudformation")
    body: Any = client.get_template(StackName=stack)["TemplateBody"]
    document = body if isinstance(body, dict) else json.loads(body)
    there = client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    made = {each["ResourceType"] for each in there if each.get("PhysicalResourceId")}
    return made, {each["Type"] for each in document["Resources"].values()} - made


def test_the_reference_gateway_comes_up_in_staging_twice_changes_and_goes(
    gateway: Path, aws: SesAnswers, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("s3").create_bucket(Bucket="acme-mmctl-staging")
    aws.unknown_are_all = True
    _, waits = ran(gateway, capsys, "staging up --yes --env staging", 6)
    assert "the records that SES has not said yet" in waits
    assert "SES is in its sandbox, and rules send mail" in waits
    types = {stack: types_of(stack) for stack in (FOUNDATION, STAGING)}
    assert {stack: made for stack, (made, _) in types.items()} == MADE
    assert {stack: skipped for stack, (_, skipped) in types.items()} == SKIPPED

    # moto made no identity: those that are there now are not the stack's, and leave its template.
    aws.unknown_are_all, aws.sandbox = False, False
    _, waits = ran(gateway, capsys, "staging up --yes --env staging", 6)
    assert "  tokena._domainkey.eu.example.com CNAME tokena.dkim.amazonses.com" in waits
    assert "sandbox" not in waits

    aws.all_are_verified = True
    first, _ = ran(gateway, capsys, "staging up --yes --env staging")
    parts = results(first)
    assert parts[FOUNDATION] == parts[STAGING] == "nothing to do"
    assert parts["rules"].startswith("applied as 0001-")
    points = {
        each["name"]: each["state"] for each in first["addresses"] if "ingress" in each["name"]
    }
    assert "ingress point public-mx-twin" in points
    assert set(points.values()) == {"ACTIVE"}

    again, said = ran(gateway, capsys, "staging up --yes --env staging")
    assert set(results(again).values()) == {"nothing to do", "no case to send"}
    assert f"{STAGING}: nothing to do" in said

    settings = gateway / "mmctl.yaml"
    settings.write_text(settings.read_text().replace(*EMBARGO))
    changed, said = ran(gateway, capsys, "staging up --yes --env staging")
    assert "@blocked-freight.example" in said
    parts = results(changed)
    assert parts[FOUNDATION] == parts[STAGING] == "nothing to do"
    assert parts["rules"].startswith("applied as 0002-")

    gone, _ = ran(gateway, capsys, "staging down --yes --env staging")
    assert list(results(gone)) == ["rules", STAGING, FOUNDATION]
    assert boto3.client("cloudformation").describe_stacks()["Stacks"] == []
    left = {each.partition(": ")[0] for each in gone["left"]}
    kinds = {each.rpartition(" ")[0] for each in left}
    assert kinds == {"archive", "bucket", "log group", "table"}
    assert "bucket acme-litigation-hold-staging" in left


PIPELINE: Final = METADATA | {"AWS::S3::Bucket"}
IDENTITIES: Final = frozenset({"AWS::SES::EmailIdentity"})


@pytest.mark.parametrize(
    ("place", "environment", "made", "skipped"),
    [
        ("", "prod", MADE[FOUNDATION], SKIPPED[FOUNDATION]),
        ("examples/compliance-audit", "prod", PIPELINE, SKIPPED[FOUNDATION]),
        ("examples/enterprise-gateway", "local", frozenset(), IDENTITIES),
        ("examples/multi-environment", "prod", frozenset(), IDENTITIES),
    ],
)
def test_each_foundation_comes_up_twice(
    tmp_path: Path,
    aws: SesAnswers,
    capsys: pytest.CaptureFixture[str],
    place: str,
    environment: str,
    made: set[str],
    skipped: set[str],
) -> None:
    aws.unknown_are_all = True
    root = copied(ROOT / place, tmp_path / "gateway")
    command = f"foundation up --yes --env {environment}"
    first, _ = ran(root, capsys, command)
    again, _ = ran(root, capsys, command)
    (stack,) = results(first)
    assert results(first) == {stack: "deployed"}
    assert results(again) == {stack: "nothing to do"}
    assert types_of(stack) == (made, skipped)
