"""The table of what actions take: dated, each row with its source, and whole."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import create_loader

from mmctl.live.iam.facts import CHECKED, FACTS, MAIL_MANAGER, RESOURCE_TAG
from mmctl.live.iam.policies import policy_for
from mmctl.live.iam.scope import Place
from mmctl.model.kinds import API

if TYPE_CHECKING:
    from live.conftest import World

MODEL: dict[str, Any] = create_loader().load_service_model("mailmanager", "service-2")


def test_the_table_is_dated_and_each_row_names_its_source() -> None:
    assert date.fromisoformat(CHECKED) <= date(2026, 11, 28)
    for fact in FACTS.values():
        assert re.search(r"Reference|Guide|CloudFormation", fact.source), fact
        assert not fact.keys or fact.types, fact


def test_every_action_of_mail_manager_is_an_operation_or_a_permission_alone() -> None:
    alone = {"AllowVendedLogDeliveryForResource", "GetAccount"}
    for action in FACTS:
        service, _, name = action.partition(":")
        assert service != "ses" or name in MODEL["operations"] or name in alone, action


def test_the_resource_types_are_those_of_arns() -> None:
    types = {
        part for fact in FACTS.values() if fact.action.startswith("ses:") for part in fact.types
    }
    assert types == {resource.arn_part for resource in API.values()}


def test_what_depends_on_others_depends_on_rows_of_the_table_or_of_other_services() -> None:
    for fact in FACTS.values():
        for action in fact.dependent:
            assert action in FACTS or not action.startswith("ses:"), fact


def test_creates_take_tags_and_depend_on_tagging() -> None:
    for name, operation in MODEL["operations"].items():
        shape = MODEL["shapes"][operation["input"]["shape"]]
        if name.startswith("Create") and "Tags" in shape["members"]:
            assert "ses:TagResource" in FACTS[f"ses:{name}"].dependent, name


@pytest.mark.parametrize("what", ["plan", "apply"])
def test_an_action_comes_with_those_that_it_depends_on(world: World, what: str) -> None:
    world.replace("actions: [drop]\n      - name: block-feed", ROLE)
    key = "arn:aws:kms:us-east-1:111122223333:key/archive"
    world.replace("{retention: SEVEN_YEARS}", f"{{retention: SEVEN_YEARS, kms_key: {key!r}}}")
    place = Place(account="0" * 12, region="us-east-1", project="acme", store="acme/prod")
    policy = policy_for(what, world.desired()[0], place)
    allowed = {action for part in policy["Statement"] for action in part["Action"]}
    private = {"ec2:DescribeVpcEndpoints"}
    for action in allowed & FACTS.keys():
        if not action.startswith("logs:"):
            assert set(FACTS[action].dependent) - private <= allowed, action


def test_a_write_that_takes_the_tag_as_a_condition_is_bound_to_it(world: World) -> None:
    place = Place(account="0" * 12, region="us-east-1", project="acme")
    for part in policy_for("apply", world.desired()[0], place)["Statement"]:
        conditions = str(part.get("Condition", {}))
        for action in part["Action"]:
            fact = FACTS.get(action)
            reads = action.partition(":")[2].startswith(("Get", "List"))
            if fact is not None and RESOURCE_TAG in fact.keys and not reads:
                assert "mmctl:project" in conditions, action
                assert fact.source.startswith(MAIL_MANAGER)


ROLE = (
    "actions: [{write_to_s3: {bucket: mail, role: 'arn:aws:iam::111122223333:role/mail-s3'}}]\n"
    "      - name: block-feed"
)
