"""A rollback of packed rule sets keeps what was done by hand where it has a place, or says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from live.many_rules import blocked, gateway, many
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from live.conftest import World

LURES = [
    f"{{name: lure-{number}, conditions: [{{subject: {{contains: [lure{number}]}}}}], "
    "actions: [drop]}"
    for number in range(10)
]


def add_by_hand(world: World, name: str, value: str) -> None:
    """Add a value to the first condition of a live rule."""
    service = world.service()
    (found,) = service.list(Noun.RULE_SET)
    live: dict[str, Any] = service.get(Noun.RULE_SET, found["RuleSetId"]) or {}
    rule = next(rule for rule in live["Rules"] if rule["Name"] == name)
    rule["Conditions"][0]["StringExpression"]["Values"].append(value)
    service.update(Noun.RULE_SET, found["RuleSetId"], {"Rules": live["Rules"]})


def applied(world: World, *texts: str) -> None:
    for text in texts:
        world.text = text
        world.apply(allow_delete=True, forced=("size",))


def test_a_hand_edit_of_a_packed_rule_is_kept_in_its_logical_rule(world: World) -> None:
    applied(world, gateway([blocked(1), *LURES[:4]]), gateway([*many(), *LURES[:4]]))
    add_by_hand(world, "mm.lure-0.etc", "prize")
    plan = world.plan_rollback()
    assert [edit.name for edit in plan.kept] == ["lure-0"]
    assert plan.warnings == ()
    world.rollback(allow_delete=True)
    rule_set = world.plan().live.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None
    rules = {rule["Name"]: rule for rule in rule_set.shape.to_api()["Rules"]}
    values = rules["lure-0"]["Conditions"][0]["StringExpression"]["Values"]
    assert sorted(values) == ["lure0", "prize"]
    world.text = gateway([blocked(1), *LURES[:4]])
    plan = world.plan()
    assert [edit.name for edit in plan.edits] == ["lure-0"]


def test_a_hand_edit_is_kept_in_a_live_rule_that_the_snapshot_has_too(world: World) -> None:
    applied(world, gateway([*many(), *LURES[:4]]), gateway([blocked(99), *many(), *LURES[:4]]))
    add_by_hand(world, "mm.lure-0.etc", "prize")
    plan = world.plan_rollback()
    assert [edit.name for edit in plan.kept] == ["lure-0"]
    world.rollback(allow_delete=True)
    world.text = gateway([*many(), *LURES[:4]])
    assert [edit.name for edit in world.plan().edits if edit.of_rule] == ["lure-0"]


def test_what_the_snapshot_has_no_room_for_is_said_and_goes(world: World) -> None:
    applied(world, gateway([*many(), *LURES]), gateway([*many(), *LURES[:4]]))
    add_by_hand(world, "mm.lure-0.etc", "prize")
    plan = world.plan_rollback()
    assert plan.kept == ()
    assert [warning for warning in plan.warnings if "rule lure-0 of inbound" in warning]
    world.rollback(allow_delete=True)
    world.text = gateway([*many(), *LURES])
    assert world.plan().empty
