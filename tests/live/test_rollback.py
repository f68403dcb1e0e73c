"""Rollback: the same plan and apply, with a snapshot as the wanted state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.errors import Refused, UsageError
from mmctl.live.apply.apply import check_permitted
from mmctl.live.apply.effects import Permissions
from mmctl.live.apply.rollback import cannot_come_back

if TYPE_CHECKING:
    from live.conftest import World


def test_a_rolled_back_rule_change_leaves_the_first_state(world: World) -> None:
    world.apply()
    text, before = world.text, world.plan().digest_before
    world.replace('"@exarnple.com"', '"@example.net"')
    assert [(e.name, e.path) for e in world.plan().edits] == [
        ("block-lookalike", "conditions[0].values")
    ]
    world.apply()
    entry = world.rollback()
    assert entry is not None
    assert (entry.kind, entry.result, entry.reason) == ("rollback", "done", "it was wrong")
    world.text = text
    assert world.plan().empty
    assert world.plan().digest_before == before


def test_a_rule_that_was_added_goes_without_a_flag(world: World) -> None:
    world.apply()
    text = world.text
    world.replace(
        "      - name: deliver",
        "      - {name: extra, actions: [{archive: {to: compliance}}]}\n      - name: deliver",
    )
    world.apply()
    world.rollback()
    world.text = text
    assert world.plan().empty


def test_an_object_that_was_made_since_needs_a_flag_and_is_named(world: World) -> None:
    world.apply()
    text = world.text
    world.replace(
        "  exchange: {",
        "  second: {server: two.example.com, port: 25, authentication: none}\n  exchange: {",
    )
    world.apply()
    with pytest.raises(Refused, match=r"deletes: 1 to delete \(relay second \(made") as refused:
        world.rollback()
    assert refused.value.help == "to go on: --allow-delete"
    world.rollback(allow_delete=True)
    world.text = text
    assert world.plan().empty


def test_rules_members_and_relays_that_were_deleted_come_back(world: World) -> None:
    world.apply()
    text, before = world.text, world.plan().digest_before
    world.text = "version: 1\n"
    world.apply(allow_delete=True, forced=("irreversible",))
    plan = world.plan_rollback()
    assert list(cannot_come_back(plan)) == [
        "archive compliance comes back empty: the mail in it is lost",
        "ingress point mx gets a new A record: change the MX records",
    ]
    world.rollback()
    world.text = text
    assert world.plan().empty
    assert world.plan().digest_before == before


def test_brakes_that_do_not_hold_a_rollback_up_are_said(world: World) -> None:
    world.apply()
    world.replace("port: 25,", "port: 2525,")
    world.apply(forced=("relay-target",))
    passed = check_permitted(world.plan_rollback(), world.means(), Permissions())
    assert [grip.brake for grip in passed] == ["relay-target"]
    assert world.rollback() is not None


def test_what_was_rolled_back_is_not_applied_again_until_unpinned(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    with pytest.raises(Refused, match="was rolled back and is pinned"):
        world.apply()
    assert world.history.unpin()
    world.apply()
    assert world.plan().empty


def test_changed_files_are_applied_in_spite_of_the_pin(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    world.replace('"@example.net"', '"@example.org"')
    world.apply()
    assert world.plan().empty


def test_a_rollback_goes_to_any_state_by_number(world: World) -> None:
    world.apply()
    first = world.text
    for name in ("@a.example", "@b.example"):
        world.text = first.replace("@exarnple.com", name)
        world.apply()
    world.rollback("2")
    world.text = first
    assert world.plan().empty


def test_twice_the_same_rollback_is_nothing_to_do(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    assert world.rollback() is not None
    assert world.rollback() is None


def test_a_rollback_can_itself_be_rolled_back(world: World) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    world.rollback("3")
    assert world.plan().empty


@pytest.mark.parametrize("id", ["9", "nothing"])
def test_an_id_that_is_not_there_is_said(world: World, id: str) -> None:
    world.apply()
    with pytest.raises(UsageError, match="no apply or rollback has the id"):
        world.rollback(id)


def test_without_any_apply_there_is_nothing_to_roll_back(world: World) -> None:
    with pytest.raises(UsageError, match="nothing to roll back"):
        world.rollback()


def test_a_closed_ingress_point_is_open_again(world: World) -> None:
    world.apply()
    text = world.text
    world.replace("tls_policy: required", "tls_policy: required\n    status: closed")
    world.apply(forced=("entrance",))
    world.rollback()
    world.text = text
    assert world.plan().empty
