"""Real configurations: applied, read back, and then the plan is empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmctl.compiler.configuration import LiveConfiguration, LiveObject
from mmctl.language.project import Brakes
from mmctl.language.references import with_references
from mmctl.live.apply.apply import apply
from mmctl.live.apply.effects import Permissions
from mmctl.live.plan.plan import Plan, Target, make_plan
from mmctl.live.state.read import read_live
from mmctl.model.kinds import Kind, live_name_of

if TYPE_CHECKING:
    from live.conftest import World
    from mmctl.language.project import Reference

pytestmark = pytest.mark.slow

CONFIGS = Path(__file__).parents[3] / "shared" / "reference" / "configs"
VALID = sorted(CONFIGS.glob("[0-9]*.json"))

SECTIONS = {
    "addressLists": Kind.ADDRESS_LIST,
    "archives": Kind.ARCHIVE,
    "relays": Kind.RELAY,
    "ruleSets": Kind.RULE_SET,
    "trafficPolicies": Kind.TRAFFIC_POLICY,
    "ingressPoints": Kind.INGRESS_POINT,
}


def configuration_of(document: dict[str, Any]) -> LiveConfiguration:
    """The requests of a file as a desired configuration."""
    shapes = [
        (kind, kind.row.shape.of_api(request))
        for section, kind in SECTIONS.items()
        for request in document.get(section, [])
    ]
    first = {kind: live_name_of(shape) for kind, shape in reversed(shapes)}

    def inside(reference: Reference) -> str:
        pointers = {Kind.RULE_SET, Kind.TRAFFIC_POLICY}
        if reference.kind in pointers:
            return first[reference.kind]
        return reference.name if reference.name.startswith("arn:") else f"id:{reference.name}"

    objects = [desired(kind, with_references(shape, inside)) for kind, shape in shapes]
    return LiveConfiguration(project="acme", objects=tuple(objects))


def desired(kind: Kind, shape: Any) -> LiveObject:
    secret = getattr(shape, "ingress_point_configuration", None)
    password = secret is not None and secret.smtp_password is not None
    tags = {tag.key: tag.value for tag in shape.tags or ()}
    bare = shape.changed(tags=None)
    if password:
        bare = bare.changed(ingress_point_configuration=None)
    return LiveObject(
        kind=kind,
        name=live_name_of(shape),
        shape=bare,
        tags=tags,
        project="acme",
        smtp_password_env="MMCTL_SMTP_MX" if password else None,
    )


def plan_for(world: World, configuration: LiveConfiguration) -> Plan:
    service = world.service()
    target = Target(environment="local", identity=service.identity, brakes=Brakes())
    return make_plan(target, configuration, read_live(service, configuration))


@pytest.mark.skipif(not VALID, reason="the reference configurations are not here")
@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_a_real_configuration_is_applied_and_then_the_plan_is_empty(
    world: World, file: Path
) -> None:
    world.environ["MMCTL_SMTP_MX"] = "Example12345!"
    world.main = world.main.replace("embedded}", "embedded, region: eu-west-2}")
    document = json.loads(file.read_text(encoding="utf-8"))
    configuration = configuration_of(document)
    plan = plan_for(world, configuration)
    assert len(plan.edits) == len(configuration.objects) > 0
    forced = ("catch-all",)
    apply(plan, world.means(), Permissions(forced=forced))
    assert plan_for(world, configuration).edits == ()
    assert plan_for(world, configuration).steps == ()


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=32)
texts = st.text("abc@.é ✉*", min_size=1, max_size=12)
conditions = st.one_of(
    st.builds(
        lambda attribute, operator, values: {
            "StringExpression": {
                "Evaluate": {"Attribute": attribute},
                "Operator": operator,
                "Values": values,
            }
        },
        st.sampled_from(["FROM", "SUBJECT", "RECIPIENT", "HELO"]),
        st.sampled_from(["EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS"]),
        st.lists(texts, min_size=1, max_size=10),
    ),
    st.builds(
        lambda value: {
            "NumberExpression": {
                "Evaluate": {"Attribute": "MESSAGE_SIZE"},
                "Operator": "GREATER_THAN",
                "Value": value,
            }
        },
        st.floats(0, 4e7, allow_nan=False),
    ),
    st.builds(
        lambda operator, values: {"DmarcExpression": {"Operator": operator, "Values": values}},
        st.sampled_from(["EQUALS", "NOT_EQUALS"]),
        st.lists(st.sampled_from(["NONE", "QUARANTINE", "REJECT"]), min_size=1, max_size=3),
    ),
)
actions = st.one_of(
    st.just({"Drop": {}}),
    st.builds(
        lambda policy, more: {"Archive": {"TargetArchive": "id:a-elsewhere", **policy, **more}},
        st.sampled_from([{}, {"ActionFailurePolicy": "CONTINUE"}, {"ActionFailurePolicy": "DROP"}]),
        st.just({}),
    ),
    st.builds(
        lambda encoding: {
            "PublishToSns": {
                "TopicArn": "arn:aws:sns:us-east-1:111122223333:mail",
                "RoleArn": "arn:aws:iam::111122223333:role/mail",
                **encoding,
            }
        },
        st.sampled_from([{}, {"Encoding": "UTF-8"}, {"Encoding": "BASE64"}]),
    ),
)
rules = st.builds(
    lambda name, name_it, conditions, unless, actions: {
        **({"Name": name} if name_it else {}),
        **({"Conditions": conditions} if conditions is not None else {}),
        **({"Unless": unless} if unless is not None else {}),
        "Actions": actions,
    },
    names,
    st.booleans(),
    st.none() | st.lists(conditions, max_size=3),
    st.none() | st.lists(conditions, max_size=2),
    st.lists(actions, min_size=1, max_size=3),
)


def rule_set(listed: list[dict[str, Any]]) -> LiveConfiguration:
    shape = Kind.RULE_SET.row.shape.of_api({"RuleSetName": "inbound", "Rules": listed})
    return LiveConfiguration(project="acme", objects=(desired(Kind.RULE_SET, shape),))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(rules, max_size=6), st.lists(rules, max_size=6))
def test_after_applying_any_rule_set_the_plan_is_empty_and_a_rollback_restores(
    world: World, first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    forced = ("catch-all", "size", "pin", "destination", "blocking", "ordinary-mail")
    permissions = Permissions(allow_delete=True, forced=forced)
    for listed in (first, second):
        configuration = rule_set(listed)
        apply(plan_for(world, configuration), world.means(), permissions)
        assert plan_for(world, configuration).empty
