"""What an apply leaves that was cut off, and how it is told; each fault at each call is tried by
`test_every_call.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError

from live.stopping import FORCED, Killed, at_write, change_every_kind
from mmctl.errors import CouldNot, Refused, StoppedPartWay
from mmctl.live.history.drift import drift_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from live.conftest import World


def cut_off_from(world: World, call: int) -> Callable[[str, Mapping[str, Any]], None]:
    """An observer that lets nothing through from that call of the next command on."""
    last = len(world.calls) + call

    def observe(operation: str, _parameters: Mapping[str, Any]) -> None:
        if len(world.calls) >= last:
            raise ConnectionClosedError(endpoint_url=operation)

    return observe


def calls_of_change(world: World) -> int:
    """How many calls an apply of one changed rule makes."""
    world.replace('"@exarnple.com"', '"@example.org"')
    world.calls.clear()
    world.apply()
    return len(world.calls)


@pytest.mark.parametrize("number", [1, 4, 9, 14])
def test_a_finished_apply_after_a_killed_one_is_rolled_back_to_the_state_before_both(
    world: World, number: int
) -> None:
    world.apply()
    before, first = world.text, world.plan().digest_before
    change_every_kind(world)
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply(**FORCED)
    world.observe = None
    world.apply(**FORCED)
    world.rollback(**FORCED)
    world.text = before
    assert world.plan().digest_before == first


def test_a_service_that_cannot_be_read_is_no_apply_at_all(world: World) -> None:
    plan = world.plan()
    world.observe = cut_off_from(world, 1)
    with pytest.raises(CouldNot):
        world.apply(plan)
    assert world.history.entries() == ()


def test_an_apply_that_was_killed_shows_as_unfinished(world: World) -> None:
    world.observe = at_write(3, Killed)
    with pytest.raises(Killed):
        world.apply()
    entry = world.history.entries()[-1]
    assert entry.result == "stopped part-way"
    last = world.history.journal(entry.id)[-1]
    assert (last["moment"], last["operation"]) == ("before", "RegisterMember")


def test_an_apply_that_could_not_be_read_back_is_done_when_the_next_finds_nothing_to_do(
    world: World,
) -> None:
    world.apply()
    calls = calls_of_change(world)
    world.replace('"@example.org"', '"@example.net"')
    world.observe = cut_off_from(world, calls)
    with pytest.raises(StoppedPartWay):
        world.apply()
    world.observe = None
    entry = world.history.entries()[-1]
    assert entry.result == "stopped part-way"
    drift = drift_of(world.plan(), world.history)
    assert ([edit.name for edit in drift.by_hand], drift.cut_off) == (["block-lookalike"], entry.id)

    assert world.apply() is None

    assert world.history.entries()[-1].result == "done"
    drift = drift_of(world.plan(), world.history)
    assert (drift.by_hand, drift.cut_off) == ((), None)


def test_an_apply_after_one_that_was_done_after_all_is_rolled_back_alone(world: World) -> None:
    world.apply()
    calls = calls_of_change(world)
    world.replace('"@example.org"', '"@example.net"')
    world.observe = cut_off_from(world, calls)
    with pytest.raises(StoppedPartWay):
        world.apply()
    world.observe = None
    world.apply()
    before = world.plan().digest_before
    world.replace('"@example.net"', '"@example.com"')
    world.apply()
    world.rollback()
    assert world.plan().digest_before == before


def test_what_a_rollback_leaves_is_pinned_although_the_rollback_was_cut_off(
    world: World,
) -> None:
    world.apply()
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.calls.clear()
    world.rollback()
    calls = len(world.calls)
    world.rollback("3")  # forward again
    world.history.unpin()
    world.observe = cut_off_from(world, calls)
    with pytest.raises(StoppedPartWay, match="read back") as stopped:
        world.rollback("2")
    assert "mmctl rollback 0002-" in (stopped.value.help or "")
    world.observe = None
    assert world.rollback("2") is None
    assert world.history.entries()[-1].result == "done"
    with pytest.raises(Refused, match="was rolled back and is pinned"):
        world.apply()
