"""Apply against the embedded Mail Manager, through real boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.edits import EditKind

if TYPE_CHECKING:
    from conftest import World


def test_a_project_with_every_kind_is_applied_and_then_there_is_nothing_to_do(world: World) -> None:
    plan = world.plan()
    assert [edit.object for edit in plan.edits] == [
        "partners", "feed", "compliance", "exchange", "vade", "inbound", "edge", "mx",
    ]
    assert {edit.kind for edit in plan.edits} == {EditKind.ADDED}

    entry = world.apply(plan)

    assert entry is not None
    assert entry.result == "done"
    assert world.plan().empty
    assert world.apply() is None


def test_a_rolled_back_rule_change_leaves_the_first_state(world: World) -> None:
    world.apply()
    before = world.plan().digest_before
    text = world.text
    world.replace('"@exarnple.com"', '"@example.net"')
    plan = world.plan()
    assert [(e.kind, e.name, e.path) for e in plan.edits] == [
        (EditKind.CHANGED, "block-lookalike", "conditions[0].values")
    ]
    world.apply(plan)
    world.rollback()
    world.text = text
    assert world.plan().empty
    assert world.plan().digest_before == before
