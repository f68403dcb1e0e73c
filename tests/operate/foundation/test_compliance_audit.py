"""The compliance example as a whole: real mail → topic → queue → function → table, and archives."""

from __future__ import annotations

import json
import shutil
import smtplib
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from embedded_server import EmbeddedServer
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config

from mmctl.cli.main import exit_code
from moto_stacks import ACCOUNT, moto_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parents[3] / "examples/compliance-audit"
REGION = "us-east-1"
STACK = "mmctl-compliance-audit-prod-foundation"
PATIENCE = 120.0
"""Seconds after which a test gives up; nothing waits that long unless something is broken."""
MAIL = {
    "an executive and a colleague": (
        "Offer for the new office",
        ["jane.doe@example.com", "anna.berg@example.com"],
    ),
    "a code word": ("Re: Project Heron, draft 3", ["contracts@example.com"]),
    "ordinary": ("Agenda", ["anna.berg@example.com"]),
}

pytestmark = [
    pytest.mark.slow,
    # Of some types moto makes nothing, and warns; those that matter here are made by their own API.
    pytest.mark.filterwarnings("ignore:Tried to parse"),
]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What stands for AWS here; the embedded Mail Manager publishes to its SNS."""
    # Lambda without Docker: moto keeps the function, the test runs its code.
    monkeypatch.setitem(default_user_config["lambda"], "use_docker", False)
    with moto_stacks(monkeypatch) as url:
        yield url


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example, in the account that moto has."""
    root = tmp_path / "compliance-audit"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".mmctl"))
    settings = root / "mmctl.yaml"
    settings.write_text(settings.read_text().replace("111122223333", ACCOUNT))
    return root


def mmctl(root: Path, *words: str) -> None:
    assert exit_code([words[0], "-C", str(root), *words[1:]]) == 0


def send(root: Path) -> None:
    """Each message by SMTP to the embedded ingress point."""
    ports = json.loads((root / ".mmctl/mail/ports.json").read_text())["ingress_points"]
    (point,) = ports
    with smtplib.SMTP("127.0.0.1", point["port"], timeout=PATIENCE) as smtp:
        smtp.starttls()
        for subject, recipients in MAIL.values():
            text = f"From: petra@consulting.example\r\nSubject: {subject}\r\n\r\nHello\r\n"
            smtp.sendmail("petra@consulting.example", recipients, text)


def items_of(table: str) -> list[Any]:
    """The items of a table, once there is one for each message."""
    until = time.monotonic() + PATIENCE
    while True:
        items: list[Any] = boto3.client("dynamodb").scan(TableName=table)["Items"]
        if len(items) >= len(MAIL):
            return items
        assert time.monotonic() < until, items
        time.sleep(0.05)


def made(name: str) -> dict[str, str]:
    """The physical id of each resource of a stack, by its logical id."""
    resources = boto3.client("cloudformation").list_stack_resources(StackName=name)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in resources["StackResourceSummaries"]
        if "LogicalResourceId" in each
    }


def subscribe(stack: dict[str, str]) -> None:
    """What moto does not make of a stack: the topic sends to the queue."""
    sqs = boto3.client("sqs")
    asked = sqs.get_queue_attributes(QueueUrl=stack["MetadataQueue"], AttributeNames=["QueueArn"])
    boto3.client("sns").subscribe(
        TopicArn=stack["TopicMailMetadata"],
        Protocol="sqs",
        Endpoint=asked["Attributes"]["QueueArn"],
    )


def runs_its_code(function: str, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto's queue call the code that the stack deployed; it hands over everything twice."""
    config = boto3.client("lambda").get_function(FunctionName=function)["Configuration"]
    for variable, value in config["Environment"]["Variables"].items():
        monkeypatch.setenv(variable, value)
    template = boto3.client("cloudformation").get_template(StackName=STACK)["TemplateBody"]
    code = template["Resources"]["MetadataFunction"]["Properties"]["Code"]["ZipFile"]
    module = ModuleType("index")
    exec(compile(code, "index.py", "exec"), module.__dict__)  # noqa: S102 - what is tested
    handler = module.__dict__["handler"]

    def handed_over(_: object, arn: str, message: Any, _queue: str) -> bool:
        told.append(arn)
        event = {"Records": [{"messageId": message.id, "body": message.body}]}
        return [handler(event, None) for _ in range(2)] == [{"batchItemFailures": []}] * 2

    monkeypatch.setattr(LambdaSimpleBackend, "_send_sqs_message", handed_over)


def subjects_in(root: Path, archive: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The subjects that a search of an archive finds."""
    capsys.readouterr()
    mmctl(root, "archive", "search", "--archive", archive, "--format", "json", "-q")
    found = json.loads(capsys.readouterr().out)["messages"]
    return sorted(each["subject"] for each in found)


def test_the_metadata_of_every_message_is_in_the_table_and_each_copy_in_its_archive(
    project: Path, aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mmctl(project, "foundation", "up", "--env", "prod", "--yes", "-q")
    mmctl(project, "apply", "--yes", "-q")
    stack = made(STACK)
    subscribe(stack)
    calls: list[str] = []
    runs_its_code(stack["MetadataFunction"], calls, monkeypatch)
    with EmbeddedServer(project, {}, "--sns", aws):
        send(project)
        items = items_of(stack["MetadataTable"])
        told = {each["subject"]["S"]: each for each in items}
        assert {subject: set(each["recipients"]["SS"]) for subject, each in told.items()} == {
            subject: set(recipients) for subject, recipients in MAIL.values()
        }
        for each in items:
            assert each["mail_from"] == {"S": "petra@consulting.example"}
            assert each["topics"]["SS"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:mail-metadata"]
    assert len(calls) == len(MAIL)
    archived = {
        archive: subjects_in(project, archive, capsys)
        for archive in ("executives", "all-mail", "sensitive")
    }
    assert archived == {
        "executives": ["Offer for the new office"],
        "all-mail": ["Agenda", "Offer for the new office", "Re: Project Heron, draft 3"],
        "sensitive": ["Re: Project Heron, draft 3"],
    }
