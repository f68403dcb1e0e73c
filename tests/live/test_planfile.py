"""Saved plans: bound to what they were made from, and refused when edited."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from mmctl.errors import Refused, UsageError
from mmctl.live.plan.planfile import load_plan, plan_document, plan_schema, save_document, save_plan
from mmctl.live.state.canonical import digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from live.conftest import World


@pytest.fixture
def saved(world: World, tmp_path: Path) -> Path:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    path = tmp_path / "plan.json"
    save_plan(world.plan(), path)
    return path


def test_a_saved_plan_is_the_plan_and_does_what_it_says(world: World, saved: Path) -> None:
    plan = world.plan()
    assert replace(load_plan(saved), seal=None) == plan
    world.text = "version: 1\n"
    world.apply(load_plan(saved))
    world.text = world.text.replace("version: 1\n", "version: 1\n")
    live = world.plan().live.objects
    assert any("@example.net" in json.dumps(thing.shape.to_api()) for thing in live)


def test_only_its_owner_may_read_a_plan(saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600


def test_the_same_plan_gives_the_same_bytes(world: World, saved: Path) -> None:
    before = saved.read_bytes()
    save_plan(world.plan(), saved)
    assert saved.read_bytes() == before


def test_plans_fit_their_schema(world: World) -> None:
    validator = Draft202012Validator(plan_schema())
    Draft202012Validator.check_schema(plan_schema())
    first = world.plan()
    world.apply(first)
    for plan in (first, world.plan()):
        validator.validate(json.loads(json.dumps(plan_document(plan))))
        validator.validate(json.loads(json.dumps(save_document(plan))))


def test_the_least_that_machines_count_on_is_there(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    document = plan_document(world.plan())
    assert document["schema"] == "mmctl/plan@1"
    assert document["account"] == "000000000000"
    assert document["summary"]["change"] == 1
    (edit,) = document["edits"]
    assert {member: edit[member] for member in ("kind", "resource", "name", "path")} == {
        "kind": "changed",
        "resource": "rule_sets/inbound",
        "name": "block-lookalike",
        "path": "conditions[0].values",
    }
    assert edit["after"] == ["@examp1e.com", "@example.net"]


@pytest.mark.parametrize("member", ["account", "edits", "saved", "seal"])
def test_an_edited_plan_is_refused(saved: Path, member: str) -> None:
    document = json.loads(saved.read_text())
    value: Any = document[member]
    document[member] = {**value, "serial": 9} if isinstance(value, dict) else value[1:]
    saved.write_text(json.dumps(document))
    with pytest.raises(Refused, match="was changed after it was made"):
        load_plan(saved)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "is not a plan"),
        ("[]", "is not a plan"),
        ('{"schema": "mmctl/plan@2"}', "expected schema `mmctl/plan@1`"),
        ('{"schema": "mmctl/plan@1"}', "a plan for display only"),
        ('{"schema": "mmctl/plan@1", "seal": "SEAL"}', "a plan for display only"),
    ],
)
def test_what_is_no_saved_plan_is_said(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text.replace("SEAL", digest_of({"schema": "mmctl/plan@1"})))
    with pytest.raises(UsageError, match=message) as error:
        load_plan(path)
    assert error.value.help == "make one with: mmctl plan --save FILE"


def test_a_plan_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the plan"):
        load_plan(tmp_path / "none.json")


def test_a_plan_that_cannot_be_written_is_said(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write the plan"):
        save_plan(world.plan(), tmp_path / "none" / "plan.json")


def test_a_saved_plan_is_not_applied_twice(world: World, saved: Path) -> None:
    plan = load_plan(saved)
    world.apply(plan)
    with pytest.raises(Refused, match="the plan is already applied"):
        world.apply(plan)
