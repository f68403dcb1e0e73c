"""Names that change hands: no plan ends in a conflict half-way, and none takes an object away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live.stopping import Killed, at_write
from mmctl.live.plan.steps import FreeName, Update
from mmctl.model.kinds import Kind, Noun

if TYPE_CHECKING:
    from live.conftest import World

SECOND = "  second: {server: two.example.com, port: 25, authentication: none}\n  exchange: {"


def with_two_relays(world: World) -> dict[str, str]:
    """A project with two relays, applied; their ids by name."""
    world.replace("  exchange: {", SECOND)
    world.apply()
    return {thing.live_name: str(thing.id) for thing in world.plan().live.of_kind(Kind.RELAY)}


def relays(world: World) -> dict[str, str]:
    service = world.service()
    return {each["RelayName"]: each["RelayId"] for each in service.list(Noun.RELAY)}


def swap_by_hand(world: World, ids: dict[str, str]) -> None:
    service = world.service()
    service.update(Noun.RELAY, ids["exchange"], {"RelayName": "between"})
    service.update(Noun.RELAY, ids["second"], {"RelayName": "exchange"})
    service.update(Noun.RELAY, ids["exchange"], {"RelayName": "second"})


FORCED = ("relay-target", "pin", "drift")


def test_two_objects_that_swapped_names_get_them_back_by_way_of_a_third_name(world: World) -> None:
    ids = with_two_relays(world)
    world.replace(
        "port: 25, authentication: none}\n  exchange", "port: 26, authentication: none}\n  exchange"
    )
    world.apply(forced=FORCED)
    swap_by_hand(world, ids)

    plan = world.plan_rollback(take_away=True)

    assert [type(step) for step in plan.steps] == [FreeName, Update, Update]
    world.rollback(forced=FORCED)
    assert relays(world) == ids
    assert world.plan_rollback("2").empty


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_swap_that_was_killed_at_any_write_is_finished_by_the_same_rollback(
    world: World, number: int
) -> None:
    ids = with_two_relays(world)
    world.replace(
        "port: 25, authentication: none}\n  exchange", "port: 26, authentication: none}\n  exchange"
    )
    world.apply(forced=FORCED)
    swap_by_hand(world, ids)
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.rollback("2", forced=FORCED)
    world.observe = None
    world.rollback("2", forced=FORCED)
    assert relays(world) == ids
    assert world.plan_rollback("2").empty


def test_a_new_object_takes_the_name_of_one_that_gets_another(world: World) -> None:
    ids = with_two_relays(world)
    world.replace(
        "  exchange: {server: mail.corp.example.com",
        "  newer: {live_name: other, was: exchange, server: mail.corp.example.com",
    )
    world.replace("relay: {to: exchange}", "relay: {to: newer}")
    world.apply()
    assert relays(world) == {"other": ids["exchange"], "second": ids["second"]}
    assert world.plan().empty
