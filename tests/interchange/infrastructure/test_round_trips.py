"""What is exported, or shown by Terraform, comes back as the same objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from interchange.infrastructure.essence import essence, example, imported_back, without_empty
from interchange.infrastructure.plain_terraform import Resources
from interchange.test_exports import MAIN, VALID, gateway, of_file
from language.test_write import ARCHIVES, INGRESS_POINTS, POLICIES, RELAYS, RULE_SETS
from mmctl.compiler.configuration import LiveConfiguration, LiveObject
from mmctl.interchange.cloudformation.reading import import_cloudformation
from mmctl.interchange.cloudformation.writing import to_cloudformation
from mmctl.interchange.migration.source import SourceOptions
from mmctl.interchange.terraform.reading import import_terraform
from mmctl.interchange.terraform.writing import to_terraform
from mmctl.model.kinds import Kind, live_name_of

if TYPE_CHECKING:
    from mmctl.interchange.api_json import Imported

WITHOUT_BINDINGS = MAIN.partition("    bindings:")[0]


CONFIGURATIONS = [
    pytest.param(gateway, id="gateway"),
    *(
        pytest.param(lambda name=name: example(name), id=name)
        for name in ("enterprise-gateway", "compliance-audit", "multi-environment")
    ),
    *(pytest.param(lambda path=path: of_file(path), id=path.stem) for path in VALID),
]


def from_template(configuration: LiveConfiguration, form: str) -> Imported:
    exported = to_cloudformation(
        configuration.objects,
        configuration.bindings,
        project="acme",
        environment="prod",
        form=form,
    )
    return import_cloudformation({f"stack.{form}": exported.text.encode()}, SourceOptions())


def from_module(configuration: LiveConfiguration) -> Imported:
    exported = to_terraform(
        configuration.objects, configuration.bindings, project="acme", environment="prod", ids={}
    )
    return import_terraform({"main.tf": exported.text.encode()}, SourceOptions())


def ids_of(configuration: LiveConfiguration) -> dict[tuple[Kind, str], str]:
    return {
        (thing.kind, thing.name): f"{thing.kind.row.referred.id_prefix}{number:026}"
        for number, thing in enumerate(configuration.objects)
    }


def with_own_logs(configuration: LiveConfiguration) -> list[Any]:
    return [each[:-1] for each in essence(configuration)]


def with_arns(configuration: LiveConfiguration) -> LiveConfiguration:
    """The configuration with the ARNs that a state has, where a file has bound ids."""
    bound = {
        kind: {
            name: f"arn:aws:ses:us-east-1:444455556666:{kind.row.referred.arn_part}/{id_}"
            if kind.row.by_arn
            else id_
            for name, id_ in names.items()
        }
        for kind, names in configuration.bindings.items()
    }
    return LiveConfiguration(
        project=configuration.project, objects=configuration.objects, bindings=bound
    )


@pytest.mark.parametrize("make", CONFIGURATIONS)
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_template_comes_back_as_the_same_objects(make: Any, form: str) -> None:
    configuration = make()
    imported = from_template(configuration, form)
    assert [problem.message for problem in imported.unsaid] == []
    assert imported.needed == {}
    assert essence(imported_back(imported, WITHOUT_BINDINGS)) == essence(configuration)


@pytest.mark.parametrize("make", CONFIGURATIONS)
def test_a_module_comes_back_as_the_same_objects(make: Any) -> None:
    configuration = make()
    imported = from_module(configuration)
    assert [problem.message for problem in imported.unsaid] == []
    assert imported.needed == {}
    assert essence(imported_back(imported, WITHOUT_BINDINGS)) == essence(configuration)


@pytest.mark.parametrize("make", CONFIGURATIONS)
@pytest.mark.parametrize("all_of_awscc", [False, True], ids=["aws", "awscc"])
@pytest.mark.parametrize("form", ["show", "file"])
def test_a_state_comes_back_as_the_same_objects(make: Any, all_of_awscc: bool, form: str) -> None:
    configuration = make()
    ids = ids_of(configuration)
    resources = Resources(configuration, ids, all_of_awscc)
    text = resources.state() if form == "show" else resources.state_file()
    imported = import_terraform({"state.json": text.encode()}, SourceOptions())
    assert [problem.message for problem in imported.unsaid] == []
    assert imported.needed == {}
    back = imported_back(imported, WITHOUT_BINDINGS)
    assert with_own_logs(back) == with_own_logs(with_arns(configuration))
    assert {*imported.ids.values()} == {*ids.values()}
    assert "hunter2" not in str(imported)


@pytest.mark.parametrize("make", CONFIGURATIONS)
@pytest.mark.parametrize("all_of_awscc", [False, True], ids=["aws", "awscc"])
def test_a_plan_comes_back_as_the_same_objects(make: Any, all_of_awscc: bool) -> None:
    configuration = make()
    resources = Resources(configuration, ids_of(configuration), all_of_awscc)
    imported = import_terraform({"plan.json": resources.plan().encode()}, SourceOptions())
    assert [problem.message for problem in imported.unsaid] == []
    if all_of_awscc and imported.needed:
        # A nested attribute has one list of all that it names: which of several archives a rule
        # means is not in the plan. Each such place has a variable of its own.
        kinds = ("target_archive", "analyzer")
        assert all(
            needed.why.partition("`")[2].split("`")[0].endswith(kinds)
            for needed in imported.needed.values()
        )
        return
    assert imported.needed == {}
    back = imported_back(imported, WITHOUT_BINDINGS)
    assert with_own_logs(back) == with_own_logs(with_arns(configuration))


# -- generated

SHAPES = {
    Kind.RULE_SET: RULE_SETS,
    Kind.TRAFFIC_POLICY: POLICIES,
    Kind.INGRESS_POINT: INGRESS_POINTS,
    Kind.RELAY: RELAYS,
    Kind.ARCHIVE: ARCHIVES,
}


def alone(kind: Kind, members: dict[str, Any]) -> LiveConfiguration:
    """A configuration of one object."""
    shape = kind.row.shape.of_api({k: v for k, v in members.items() if k != "Tags"})
    tags = {tag["Key"]: tag["Value"] for tag in members.get("Tags", [])}
    tags = {key: value for key, value in tags.items() if not key.lower().startswith("aws:")}
    name = live_name_of(shape)
    thing = LiveObject(kind=kind, name=name, shape=shape, project="acme", tags=tags)
    return LiveConfiguration(project="acme", objects=(thing,))


def shape_in(imported: Imported, kind: Kind) -> Any:
    assert imported.refused == []
    (thing,) = imported_back(imported, WITHOUT_BINDINGS).objects
    assert thing.kind is kind
    return thing


def with_ids_of_archives(value: Any) -> Any:
    """What an export writes: an archive is named by its id, where a file has an ARN."""
    if isinstance(value, dict):
        return {
            key: f"id:{inner.rsplit('/', 1)[-1]}"
            if key == "TargetArchive" and inner.startswith("arn:")
            else with_ids_of_archives(inner)
            for key, inner in value.items()
        }
    return [with_ids_of_archives(item) for item in value] if isinstance(value, list) else value


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", SHAPES, ids=lambda kind: kind.value)
@pytest.mark.parametrize("way", ["yaml", "json", "hcl"])
def test_every_object_comes_back_as_it_was(kind: Kind, way: str) -> None:
    @settings(max_examples=10, deadline=None, suppress_health_check=[*HealthCheck])
    @given(SHAPES[kind])
    def comes_back(members: dict[str, Any]) -> None:
        members = with_ids_of_archives(members)
        configuration = alone(kind, members)
        if sum(rule.get("Name") == "none" for rule in members.get("Rules", [])) > 1:
            return
        imported = from_module(configuration) if way == "hcl" else from_template(configuration, way)
        (thing,) = configuration.objects
        back = shape_in(imported, kind)
        assert without_empty(back.shape.to_api()) == without_empty(thing.shape.to_api())
        assert dict(back.tags) == dict(thing.tags)

    comes_back()
