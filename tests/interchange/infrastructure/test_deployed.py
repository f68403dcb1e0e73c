"""What came from a deployed stack, or from what Terraform applied, plans empty against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from interchange.infrastructure.essence import desired, example, texts_of
from interchange.infrastructure.plain_deploying import deploy
from interchange.infrastructure.plain_terraform import Resources
from interchange.test_exports import CERTIFICATE, GATEWAY, cloudformation
from interchange.test_exports import MAIN as EXPORTED
from live.conftest import World
from mmctl.interchange.cloudformation.reading import import_cloudformation
from mmctl.interchange.migration.source import SourceOptions
from mmctl.interchange.terraform.reading import import_terraform
from mmctl.live.compare.edits import EditKind
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.interchange.api_json import Imported

MAIN = """\
version: 1
project: imported
environments:
  local: {endpoint: embedded}
default_environment: local
"""


def planned(world: World, imported: Imported) -> list[Any]:
    """The edits between what was imported and what is live, without those of adoption."""
    files = texts_of(imported)
    world.main = MAIN
    world.text = files.pop("rules/a.yaml")
    world.files = files
    plan = world.plan()
    return [edit for edit in plan.edits if edit.kind is not EditKind.ADOPTED]


def gateway() -> LiveConfiguration:
    """The gateway of the exports, with log destinations that are there without another account."""
    other = "arn:aws:logs:us-east-1:111122223333:delivery-destination:central"
    text = GATEWAY.replace(other, "arn:aws:s3:::acme-mail-logs/later")
    return desired({"mmctl.yaml": EXPORTED, "rules/a.yaml": text, "rules/ca.pem": CERTIFICATE})


def with_passwords(template: str) -> dict[str, str]:
    name = "ClientsIngressPointSmtpPassword"
    return {name: "Secret12345!"} if name in template else {}


@pytest.fixture
def deployed(tmp_path: Path) -> World:
    return World(root=tmp_path, environ={})


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize(
    "name", ["gateway", "enterprise-gateway", "compliance-audit", "multi-environment"]
)
def test_a_deployed_stack_plans_empty_against_its_template(
    deployed: World, name: str, form: str
) -> None:
    configuration = gateway() if name == "gateway" else example(name)
    template = cloudformation(configuration, form).text
    deploy(deployed.service(), template, with_passwords(template))
    imported = import_cloudformation({"stack.template": template.encode()}, SourceOptions())
    assert imported.unsaid == []
    assert planned(deployed, imported) == []


@pytest.mark.parametrize("all_of_awscc", [False, True], ids=["aws", "awscc"])
@pytest.mark.parametrize("name", ["gateway", "enterprise-gateway"])
def test_what_terraform_applied_plans_empty_against_its_state(
    deployed: World, name: str, all_of_awscc: bool
) -> None:
    configuration = gateway() if name == "gateway" else example(name)
    template = cloudformation(configuration).text
    made = deploy(deployed.service(), template, with_passwords(template))
    ids = ids_by_name(made, configuration)
    identity = deployed.service().identity
    place = f"{identity.region}:{identity.account}"
    state = Resources(configuration, ids, all_of_awscc, place).state()
    imported = import_terraform({"state.json": state.encode()}, SourceOptions())
    assert imported.unsaid == []
    edits = planned(deployed, imported)
    # Log deliveries are resources of their own, and not in this state.
    assert [edit for edit in edits if not edit.path.startswith("logging")] == []


def ids_by_name(made: dict[str, dict[str, str]], configuration: Any) -> dict[Any, str]:
    """The ids that the service gave, by kind and logical name; made in the order of the objects."""
    ids = {}
    for thing in configuration.objects:
        noun = thing.kind.row.referred.noun
        given = [
            attributes[f"{noun}Id"] for attributes in made.values() if f"{noun}Id" in attributes
        ]
        same = [each for each in configuration.objects if each.kind is thing.kind]
        ids[thing.kind, thing.name] = given[same.index(thing)]
    return ids


def test_a_change_after_the_deploy_is_in_the_plan(deployed: World) -> None:
    template = cloudformation(gateway()).text
    deploy(deployed.service(), template, with_passwords(template))
    changed = template.replace("mail.corp.example.com", "other.corp.example.com")
    imported = import_cloudformation({"stack.yaml": changed.encode()}, SourceOptions())
    (edit,) = planned(deployed, imported)
    assert (edit.resource, edit.object, edit.path) == (Kind.RELAY, "exchange", "server_name")
