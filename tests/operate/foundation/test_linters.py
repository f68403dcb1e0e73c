"""Templates of the reference gateway and of each example pass linters, exceptions are argued."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from cfnlint import decode
from cfnlint.api import lint

from mmctl.cli.run import Run
from mmctl.language.stack import may_be_output
from mmctl.operate.staging.sections import staging_template
from mmctl.render.documents.template_yaml import as_json, as_yaml
from operate.foundation.built import RICH, ROOT, foundation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mmctl.operate.templates.template import Template

TODAY: Final = date(2026, 11, 29)
PROJECTS: Final = (
    (ROOT, "staging"),
    (ROOT, "prod"),
    (ROOT / "examples/compliance-audit", "local"),
    (ROOT / "examples/compliance-audit", "prod"),
    (ROOT / "examples/enterprise-gateway", "local"),
    (ROOT / "examples/multi-environment", "dev"),
    (ROOT / "examples/multi-environment", "test"),
    (ROOT / "examples/multi-environment", "prod"),
    (RICH, "staging"),
    (RICH, "prod"),
)
REGIONS: Final = ["us-east-1", "eu-west-1"]
NETWORK: Final = "network of staging"
LARGEST: Final = 1_000_000
"""Bytes of a template that CloudFormation takes by way of S3."""


@pytest.fixture(scope="module")
def templates() -> dict[str, Template]:
    found = {
        f"{folder.name}-{environment}": foundation(folder, environment, TODAY).template
        for folder, environment in PROJECTS
    }
    gateway = Run(directory=ROOT, environment="staging", today=TODAY).project()
    return {**found, NETWORK: staging_template(gateway)}


def test_only_a_project_that_needs_nothing_has_an_empty_template(
    templates: dict[str, Template],
) -> None:
    made = {name: len(template.resources()) for name, template in templates.items()}
    # There, mail is archived and goes nowhere.
    assert {name for name, count in made.items() if not count} == {"multi-environment-dev"}


def test_cfn_lint_has_nothing_to_say(templates: dict[str, Template]) -> None:
    said = [
        f"{name}: {match.rule.id} {match.message} ({match.path})"
        for name, template in templates.items()
        for match in (lint(as_yaml(template), regions=REGIONS) if template.resources() else ())
    ]
    assert said == []


def test_checkov_has_nothing_to_say(templates: dict[str, Template], tmp_path: Path) -> None:
    tool = _tool("checkov")
    for name, template in templates.items():
        if template.resources():
            (tmp_path / f"{name}.yaml").write_text(as_yaml(template), encoding="utf-8")
    ran = subprocess.run(
        [tool, "--framework", "cloudformation", "-d", tmp_path, "-o", "json", "--skip-download"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    report = json.loads(ran.stdout)
    failed = [
        f"{check['file_path']} {check['resource']}: {check['check_id']} {check['check_name']}"
        for check in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 100
    # An exception that nothing needs would hide a fault one day.
    skipped = {
        (check["resource"], check["check_id"]) for check in report["results"]["skipped_checks"]
    }
    stale = [
        (resource.name, each.check)
        for template in templates.values()
        for resource in template.resources()
        for each in resource.exceptions
        if (f"{resource.type}.{resource.name}", each.check) not in skipped
    ]
    assert stale == []


def _tool(name: str) -> str:
    folder = os.environ.get("MMCTL_TEST_TOOLS")
    found = shutil.which(name) or (folder and shutil.which(name, path=folder))
    if not found:
        pytest.skip(f"{name} is neither on PATH nor in MMCTL_TEST_TOOLS")
    return found


def test_every_exception_and_every_wildcard_has_a_reason(templates: dict[str, Template]) -> None:
    wrong = []
    for name, template in templates.items():
        for resource in template.resources():
            where = f"{name} {resource.name}"
            wrong += [
                f"{where}: {each.check} has no reason"
                for each in resource.exceptions
                if len(each.reason) < 20
            ]
            sids = {
                statement["Sid"]
                for statement in _statements(resource.properties)
                if "*" in json.dumps([statement[key] for key in _SPEAKING if key in statement])
            }
            wrong += [f"{where}: `{sid}` has an unargued *" for sid in sids - {*resource.wildcards}]
            wrong += [f"{where}: `{sid}` has no *" for sid in {*resource.wildcards} - sids]
    assert wrong == []


_SPEAKING: Final = ("Action", "Resource", "Principal", "Condition")
_ARN_OF_LOGS: Final = "WriteLogs"


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    """All statements of policies in the properties of a resource, also those in texts."""
    if isinstance(value, dict):
        if "Effect" in value:
            # The ARN of a log group ends in `:*`, which a reference does not show.
            more = {"Resource": "*"} if value.get("Sid") == _ARN_OF_LOGS else {}
            yield value | more
            return
        for each in value.values():
            yield from _statements(each)
    elif isinstance(value, list):
        for each in value:
            yield from _statements(each)
    elif isinstance(value, str) and '"Statement"' in value:
        yield from _statements(json.loads(value))


def test_lint_knows_the_outputs_of_every_template(templates: dict[str, Template]) -> None:
    names = {
        each for template in templates.values() for each in template.document().get("Outputs", ())
    }
    assert len(names) > 50
    assert not [name for name in sorted(names) if not may_be_output(name)]


def test_both_forms_of_a_template_say_the_same_as_its_value(
    templates: dict[str, Template], tmp_path: Path
) -> None:
    for name, template in templates.items():
        document = template.document()
        assert json.loads(as_json(template)) == document, name
        file = tmp_path / f"{name}.yaml"
        file.write_text(as_yaml(template), encoding="utf-8")
        read, _ = decode.decode(str(file))
        assert json.loads(json.dumps(read)) == json.loads(json.dumps(document)), name


def test_everything_says_whether_it_stays_and_what_takes_tags_has_them(
    templates: dict[str, Template],
) -> None:
    wrong = []
    for name, template in templates.items():
        for key, resource in template.document()["Resources"].items():
            wrong += [
                f"{name} {key}: no {member}"
                for member in ("DeletionPolicy", "UpdateReplacePolicy")
                if resource.get(member) not in {"Delete", "Retain"}
            ]
            tags = resource["Properties"].get("Tags")
            if tags is not None and "mmctl:project" not in json.dumps(tags):
                wrong.append(f"{name} {key}: no tag of the project")
    assert wrong == []


def test_what_holds_mail_or_records_stays_when_the_stack_goes(
    templates: dict[str, Template],
) -> None:
    kept = {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::DynamoDB::Table"}
    for name, template in templates.items():
        for resource in template.resources():
            # The key of staging encrypts a secret that goes with it.
            if resource.type in kept and name != NETWORK:
                assert resource.keeps_data, resource.name


def test_a_template_has_room_for_what_is_added_to_it(templates: dict[str, Template]) -> None:
    for template in templates.values():
        assert len(json.dumps(template.document())) < LARGEST
        assert len(template.resources()) <= 500
        assert len(template.outputs()) <= 200
        for output in template.outputs():
            assert re.fullmatch(r"[A-Za-z0-9]{1,255}", output.name)


def test_outputs_that_variables_use_are_made() -> None:
    made = foundation(RICH, "staging", TODAY).template
    used = {
        "BucketRecordsName",
        "RoleCopiesArn",
        "TopicAuditArn",
        "LogGroupInboundArn",
        "KeyMailArn",
    }
    assert used <= {each.name for each in made.outputs()}
    generated = {"BucketRecords", "RoleCopies", "TopicAudit", "LogGroupInbound", "KeyMail"}
    named = ("BucketName", "RoleName", "TopicName")
    for resource in made.resources():
        if resource.name in generated:
            assert not any(name in resource.properties for name in named), resource.name
            generated.discard(resource.name)
    assert generated == set()
