"""The policies of those who deploy stacks, against CloudFormation's own schemas and botocore's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.loaders import create_loader

from mmctl.cli.main import exit_code
from mmctl.live.iam.deploying import DeployedStack, stack_statements
from mmctl.live.iam.handlers import HANDLERS, actions_for, without_resource
from mmctl.live.iam.scope import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PLACE: Final = Place(account="111122223333", region="us-east-1", project="acme")
ALSO: Final = {
    # Its schema names no permissions.
    "AWS::CodeBuild::Project": {*actions_for("AWS::CodeBuild::Project")},
    "AWS::DynamoDB::Table": {
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:UpdateContinuousBackups",
    },
    "AWS::SecretsManager::Secret": {"secretsmanager:GetRandomPassword"},
    "AWS::Lambda::Function": {"lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency"},
}
"""What properties of our templates take, whether or not the schema of a version names it."""


def _handlers(type_: str) -> Iterator[str]:
    cfnlint = pytest.importorskip("cfnlint", reason="cfn-lint is not installed")
    schemas = Path(cfnlint.__file__).parent / "data/schemas"
    names = json.loads((schemas / "providers/us-east-1.json").read_text())
    schema: Any = json.loads((schemas / f"resources/{names[type_]}.json").read_text())
    for handler in schema.get("handlers", {}).values():
        yield from handler.get("permissions") or ()


def test_every_action_is_one_that_cloudformation_says_it_takes() -> None:
    wrong = {
        type_: extra
        for type_ in HANDLERS
        if (extra := {*actions_for(type_)} - {*_handlers(type_)} - ALSO.get(type_, set()))
    }
    assert wrong == {}
    silent = [type_ for type_ in HANDLERS if not actions_for(type_) and [*_handlers(type_)]]
    assert silent == []


def test_every_action_is_an_operation_of_botocore() -> None:
    loader = create_loader()
    services = {
        *("cloudwatch", "codebuild", "dynamodb", "ec2", "events", "iam", "kms", "lambda", "logs"),
        *("scheduler", "secretsmanager", "sns", "sqs", "sesv2"),
    }
    known = {
        name: {*loader.load_service_model(name, "service-2")["operations"]} for name in services
    }
    unknown = []
    for type_ in HANDLERS:
        for action in actions_for(type_):
            service, _, name = action.partition(":")
            # The actions of S3 have names of their own; the schemas of CloudFormation hold them.
            if service == "s3" or action == "iam:PassRole":
                continue
            named = known["sesv2" if service == "ses" else service]
            versions = {one.rstrip("0123456789_") for one in named}
            if name not in named | versions:
                unknown.append(action)
    assert sorted(set(unknown)) == []


def test_every_type_that_our_templates_make_is_known() -> None:
    rooms = [ROOT / "src/mmctl/operate" / room for room in ("foundation", "staging", "monitoring")]
    texts = [path.read_text() for room in rooms for path in room.rglob("*.py")]
    types = {found for text in texts for found in re.findall(r'type="(AWS::\w+::\w+)"', text)}
    assert len(types) > 25
    assert types - {*HANDLERS} == set()


@pytest.mark.parametrize("what", ["foundation", "staging"])
def test_whoever_deploys_the_reference_gateway_may_make_what_is_in_its_stacks(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["-C", str(ROOT), "plan", "--env", "staging", "--iam", what]) == 0
    printed = capsys.readouterr()
    statements = json.loads(printed.out)["Statement"]
    assert "put its statements into" in printed.err
    sids = [each["Sid"] for each in statements]
    assert len(sids) == len(set(sids))
    made = [each for each in statements if each["Sid"].startswith(("Make", "Any"))]
    assert made
    for each in made:
        via = {"aws:CalledVia": "cloudformation.amazonaws.com"}
        assert each["Condition"] == {"ForAnyValue:StringEquals": via}, each["Sid"]
        if each["Resource"] == ["*"]:
            assert {*each["Action"]} <= without_resource(), each["Sid"]
        else:
            assert "*" not in each["Resource"], each["Sid"]
    assert not any("*" in action for each in statements for action in each["Action"])


def test_buckets_and_roles_are_those_of_the_stack_or_named_in_it() -> None:
    stack = DeployedStack(
        name="mmctl-Acme-prod-foundation",
        types=frozenset({"AWS::S3::Bucket", "AWS::IAM::Role"}),
        named=(("AWS::S3::Bucket", "acme-copies"), ("AWS::IAM::Role", "mail-copies")),
    )
    found = {each["Sid"]: each for each in stack_statements([stack], PLACE)}
    assert found["MakeS3"]["Resource"] == [
        "arn:aws:s3:::acme-copies",
        "arn:aws:s3:::mmctl-acme-prod-foundation-*",
    ]
    assert "arn:aws:iam::111122223333:role/mail-copies" in found["MakeIam"]["Resource"]
    assert found["Stacks"]["Resource"] == [
        "arn:aws:cloudformation:us-east-1:111122223333:stack/mmctl-Acme-prod-foundation/*"
    ]
