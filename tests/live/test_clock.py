"""A clock that jumps: order, pins, locks and plan files go by numbers and digests, not by time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from live.stopping import Killed, at_write
from mmctl.errors import Refused
from mmctl.live.apply.settling import settle
from mmctl.live.plan.planfile import load_plan, save_plan
from mmctl.records import replace

if TYPE_CHECKING:
    from live.conftest import World

YEAR = timedelta(days=366)


@pytest.mark.parametrize("jump", [-YEAR, YEAR], ids=["back", "forth"])
def test_a_clock_that_jumps_changes_neither_order_nor_way_back(
    world: World, jump: timedelta
) -> None:
    first = world.text
    for name in ("@a.example", "@b.example", "@c.example"):
        world.text = first.replace("@exarnple.com", name)
        world.apply()
        world.clock.at += jump
    assert [entry.id[:5] for entry in world.history.entries()] == ["0001-", "0002-", "0003-"]

    world.rollback()

    world.text = first.replace("@exarnple.com", "@b.example")
    assert world.plan().empty
    assert world.history.entries()[-1].goes_back_to == world.history.find("3").id
    world.text = first.replace("@exarnple.com", "@c.example")
    with pytest.raises(Refused, match="was rolled back and is pinned"):
        world.apply()


@pytest.mark.parametrize("jump", [-YEAR, YEAR], ids=["back", "forth"])
def test_a_saved_plan_is_as_good_as_what_it_was_made_from_at_any_time(
    world: World, jump: timedelta
) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    file = world.root / "a.plan"
    save_plan(world.plan(), file)
    world.clock.at += jump
    assert world.apply(load_plan(file)) is not None
    assert world.plan().empty


@pytest.mark.parametrize("jump", [-YEAR, YEAR], ids=["back", "forth"])
def test_a_lock_is_held_however_old_or_young_it_says_it_is(world: World, jump: timedelta) -> None:
    at = (world.clock.at + jump).strftime("%Y-%m-%dT%H:%M:%SZ")
    lock = {"who": "ann", "host": "there", "process": 1, "at": at}
    world.history.store.put_new("lock.json", json.dumps(lock))
    with pytest.raises(Refused, match=f"ann on there since {at}"):
        world.apply()
    assert world.writes == []


@pytest.mark.parametrize("jump", [-YEAR, YEAR], ids=["back", "forth"])
def test_a_clock_that_jumps_within_an_apply_does_no_harm(world: World, jump: timedelta) -> None:
    def observe(operation: str, _parameters: object) -> None:
        if operation == "CreateIngressPoint":
            world.clock.at += jump

    world.observe = observe
    entry = world.apply()
    assert entry is not None
    assert entry.result == "done"
    assert world.plan().empty


def test_the_ten_thousandth_entry_comes_after_the_one_before(world: World) -> None:
    world.apply()
    (first,) = world.history.entries()
    store = world.history.store
    for ending in (".entry.json", ".snapshot.json"):
        text = store.get(first.id + ending) or ""
        store.put(f"9999-x{ending}", text.replace(first.id, "9999-x"))
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    assert [entry.number for entry in world.history.entries()] == [1, 9999, 10000, 10001]
    assert world.history.entries()[-1].goes_back_to == world.history.entries()[-2].id


def test_a_write_at_the_end_of_a_second_has_its_whole_time_to_become_visible(world: World) -> None:
    world.clock.at += timedelta(milliseconds=900)
    world.observe = at_write(2, Killed)
    with pytest.raises(Killed):
        world.apply()
    killed, awake = world.clock.at, []

    def sleep(seconds: float) -> None:
        world.clock.sleep(seconds)
        awake.append(world.clock.at)

    means = replace(world.means(), sleep=sleep)
    settle(means, world.desired()[0].project)
    assert (awake[0] - killed).total_seconds() >= means.lag_seconds
