"""Every resource kind has all that its row promises: reader, writer, schema, plan line, export …

One test for each promise, over all kinds; each names every kind that lacks it. An example of a new
kind makes itself: its name, and a text for each member that takes any.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator

from mmctl.compiler.compile import compile_resource
from mmctl.compiler.configuration import LiveConfiguration, LiveObject
from mmctl.emulator.operations import MAIL_MANAGER, OPERATIONS
from mmctl.interchange.api_json import import_api_json
from mmctl.interchange.cloudformation.writing import to_cloudformation
from mmctl.interchange.terraform.spelling import snake
from mmctl.interchange.terraform.writing import to_terraform
from mmctl.interchange.to_api_json import to_api_json
from mmctl.language.dialect.resources import record_of
from mmctl.language.dialect.schema import file_schema
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Brakes
from mmctl.language.writing.write import resource_to_file, to_yaml
from mmctl.live.compare.file_words import member_words
from mmctl.live.iam.policies import policy_for
from mmctl.live.iam.scope import Place
from mmctl.live.plan.plan import Target, plan_between
from mmctl.live.plan.steps import Create, Delete
from mmctl.live.state.canonical import canonical, same
from mmctl.live.state.encode import object_document, object_of
from mmctl.live.state.service import Identity
from mmctl.model.actions import ACTIONS
from mmctl.model.kinds import NAMED_BY, Beside, Kind, live_name_of
from mmctl.render.text.plan import human

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY: Final = Path(__file__).parents[1]
HERE: Final = Identity(
    account="111122223333",
    region="us-east-1",
    endpoint="embedded",
    caller="arn:aws:iam::111122223333:user/somebody",
)
NAME: Final = "first"
REQUESTS: Final[dict[Kind, dict[str, Any]]] = {
    Kind.ARCHIVE: {"Retention": {"RetentionPeriod": "ONE_YEAR"}},
    Kind.RELAY: {
        "ServerName": "mail.example.com",
        "ServerPort": 25,
        "Authentication": {"NoAuthentication": {}},
    },
    Kind.RULE_SET: {"Rules": [{"Name": "one", "Actions": [{"Drop": {}}]}]},
    Kind.TRAFFIC_POLICY: {
        "DefaultAction": "DENY",
        "MaxMessageSizeBytes": 1000,
        "PolicyStatements": [],
    },
    Kind.INGRESS_POINT: {
        "Type": "OPEN",
        "RuleSetId": "id:rs-1",
        "TrafficPolicyId": "id:tp-1",
        "TlsPolicy": "REQUIRED",
        "NetworkConfiguration": {"PublicNetworkConfiguration": {"IpType": "IPV4"}},
    },
}
"""What a Create request has beside the name; of kinds that are not here, texts."""
NAMES: Final = {Kind.ADD_ON: "FIRST"}
"""Names in the service: of an add-on, its product."""


def example(kind: Kind) -> LiveObject:
    """A live object of a kind."""
    fields = kind.row.shape.model_fields.values()
    texts = {str(field.alias): "one" for field in fields if field.annotation in (str, str | None)}
    request = texts | {kind.row.api.name_member: NAMES.get(kind, NAME)} | REQUESTS.get(kind, {})
    return LiveObject(
        kind=kind,
        name=NAME,
        shape=kind.row.shape.of_api(request),
        project="acme",
        members=("a@example.com",) if kind is Kind.ADDRESS_LIST else None,
        id="x-1",
        subscription_id=None if kind.row.instance is None else "y-1",
    )


def written(thing: LiveObject) -> str:
    data = resource_to_file(thing.shape, name=thing.name, members=thing.members)
    return to_yaml({"version": 1, thing.kind.value: {thing.name: data}})


def configuration(*things: LiveObject) -> LiveConfiguration:
    return LiveConfiguration(project="acme", objects=things)


@pytest.fixture(params=list(Kind), ids=str)
def thing(request: pytest.FixtureRequest) -> LiveObject:
    kind: Kind = request.param
    return example(kind)


def test_what_is_written_is_read_and_compiled_to_the_same(thing: LiveObject) -> None:
    project, problems = read_text({"rules.yaml": written(thing)})
    assert not problems
    resource = project.of_kind(thing.kind)[NAME]
    made = compile_resource(thing.kind, resource, project.environment.name)
    assert same(replace(made, project="acme"), thing)
    assert live_name_of(made.shape) == thing.live_name


def test_what_is_written_is_what_the_schema_says(thing: LiveObject) -> None:
    data = resource_to_file(thing.shape, name=NAME, members=thing.members)
    document = {"version": 1, thing.kind.value: {NAME: json.loads(json.dumps(data, default=float))}}
    Draft202012Validator(file_schema()).validate(document)


def test_the_plan_shows_it_and_does_it(thing: LiveObject) -> None:
    target = Target(environment="local", identity=HERE, brakes=Brakes())
    here, nowhere = configuration(thing), configuration()
    made, gone, left = (
        plan_between(target, *sides) for sides in ((here, nowhere), (nowhere, here), (here, here))
    )
    assert [type(step) for step in made.steps][:1] == [Create]
    assert [type(step) for step in gone.steps] == [Delete]
    assert left.empty
    title = f"{thing.kind.noun} {NAME}"
    assert re.search(rf"^\+ {title}\b", human(made).plain, re.MULTILINE)
    assert re.search(rf"^- {title}\b", human(gone).plain, re.MULTILINE)
    assert f"{title}  no change" in human(left).plain


def test_a_change_is_said_in_the_words_of_its_file(thing: LiveObject) -> None:
    row = thing.kind.row
    elsewhere = {row.api.name_member, Beside.INSTANCE, *row.counts}
    for member, value in canonical(thing).items():
        if member not in elsewhere:
            words = member_words(thing.kind, member, None, value)
            assert words.partition(":")[0] in record_of(thing.kind).members, member


def test_snapshots_hold_it(thing: LiveObject) -> None:
    document = json.loads(json.dumps(object_document(thing)))
    assert object_of(document) == thing


def test_it_is_exported(thing: LiveObject) -> None:
    noun = thing.kind.row.referred.noun
    where: dict[str, Any] = {"project": "acme", "environment": "local"}
    template = to_cloudformation([thing], {}, form="yaml", **where)
    assert f"Type: AWS::SES::MailManager{noun}" in template.text
    module = to_terraform([thing], {}, ids={thing.key: "x-1"}, **where)
    assert re.search(rf'resource "\w+_{snake(noun)}" "{NAME}"', module.text)
    requests = to_api_json([replace(thing, members=None)], {}).text
    imported = import_api_json({"requests.json": requests})
    assert not imported.refused
    assert list(imported.sections[thing.kind]) == [NAME]


def test_policies_allow_what_is_done_with_it(thing: LiveObject) -> None:
    place = Place(account=HERE.account, region=HERE.region, project="acme")
    policy = policy_for("apply", configuration(thing), place)
    allowed = {action for part in policy["Statement"] for action in part["Action"]}
    for resource in thing.kind.row.resources:
        verbs = ["Create", "Get", "Delete", *(["Update"] if resource.updates else [])]
        needed = {f"ses:{verb}{resource.noun}" for verb in verbs} | {f"ses:List{resource.plural}"}
        assert needed <= allowed


def test_the_embedded_service_has_its_operations(thing: LiveObject) -> None:
    known = OPERATIONS[MAIL_MANAGER]
    for resource in thing.kind.row.resources:
        verbs = ["Create", "Get", "Delete", *(["Update"] if resource.updates else [])]
        assert {f"{verb}{resource.noun}" for verb in verbs} <= known.keys()
        assert f"List{resource.plural}" in known


def kinds_in(schema: Any) -> Iterator[list[str]]:
    """Every list of kinds in a schema."""
    if isinstance(schema, dict):
        listed = schema.get("enum")
        if isinstance(listed, list) and Kind.ADDRESS_LIST.value in listed:
            yield listed
        for value in schema.values():
            yield from kinds_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from kinds_in(value)


@pytest.mark.parametrize("name", ["plan", "snapshot"])
def test_schemas_of_documents_list_all_kinds(name: str) -> None:
    file = f"src/mmctl/render/schemas/{name}.schema.json"
    found = list(kinds_in(json.loads((REPOSITORY / file).read_text(encoding="utf-8"))))
    assert found
    for listed in found:
        assert listed == list(Kind), f"{file} lists other kinds"


def test_the_manual_has_a_line_for_every_kind() -> None:
    manual = "docs/language.md"
    text = (REPOSITORY / manual).read_text(encoding="utf-8")
    for kind in Kind:
        assert re.search(rf"^{kind.value}:", text, re.MULTILINE), f"{manual} has no `{kind}:`"


def test_actions_name_the_kinds_that_are_named_by_them() -> None:
    of_actions = {
        key.member: key.names for row in ACTIONS for key in row.keys if isinstance(key.names, Kind)
    }
    assert of_actions.items() <= NAMED_BY.items()
