"""An apply that stops at any call: again it finishes, and a rollback undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError

from live.stopping import FORCED, Killed, assert_no_doubles, at_write, change_every_kind, is_write
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.errors import CouldNot, StoppedPartWay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.conftest import World


def test_the_first_apply_has_the_writes_that_the_fault_tests_count_on(world: World) -> None:
    world.apply()
    first = len(world.writes)
    world.calls.clear()
    change_every_kind(world)
    world.apply(**FORCED)
    assert first == 11
    assert len(world.writes) == 14


@pytest.mark.parametrize("number", [1, 3, 7, 8, 11])
def test_a_first_apply_killed_at_any_write_is_finished_by_another(
    world: World, number: int
) -> None:
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply()
    world.observe = None
    world.apply()
    assert world.plan().empty
    assert_no_doubles(world)


@pytest.mark.parametrize("number", range(1, 15))
def test_a_change_killed_at_any_write_is_finished_by_another_apply(
    world: World, number: int
) -> None:
    world.apply()
    change_every_kind(world)
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply(**FORCED)
    world.observe = None
    world.apply(**FORCED)
    assert world.plan().empty
    assert_no_doubles(world)


@pytest.mark.parametrize("number", range(1, 15))
def test_a_change_killed_at_any_write_is_undone_by_a_rollback(world: World, number: int) -> None:
    world.apply()
    before, first = world.text, world.plan().digest_before
    change_every_kind(world)
    world.observe = at_write(number, Killed)
    with pytest.raises(Killed):
        world.apply(**FORCED)
    world.observe = None
    world.rollback(**FORCED)
    world.text = before
    assert world.plan().empty
    assert world.plan().digest_before == first
    assert_no_doubles(world)


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


@pytest.mark.parametrize("number", [2, 7, 11, 14])
def test_a_connection_cut_for_good_before_any_write_says_what_is_live(
    world: World, number: int
) -> None:
    world.apply()
    change_every_kind(world)

    def cut() -> Exception:
        return ConnectionClosedError(endpoint_url="embedded")

    writes = at_write(number, cut)
    broken = False

    def observe(operation: str, parameters: Mapping[str, Any]) -> None:
        nonlocal broken
        if broken:
            raise cut()
        try:
            writes(operation, parameters)
        except ConnectionClosedError:
            broken = True
            raise

    world.observe = observe
    with pytest.raises(StoppedPartWay, match=r"stopped after \d+ of \d+ steps"):
        world.apply(**FORCED)
    world.observe = None
    assert world.history.entries()[-1].result == "stopped part-way"
    world.apply(**FORCED)
    assert world.plan().empty
    assert_no_doubles(world)


@pytest.mark.parametrize("number", range(1, 15))
def test_an_answer_that_is_lost_for_good_after_any_write_does_no_harm(
    world: World, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()
    change_every_kind(world)
    answer, writes = EmbeddedMailManager.call, 0

    def call(self: EmbeddedMailManager, operation: str, *given: Any, **more: Any) -> Any:
        nonlocal writes
        answered = answer(self, operation, *given, **more)
        writes += is_write(operation)
        if is_write(operation) and writes >= number:
            raise ConnectionClosedError(endpoint_url="embedded")
        return answered

    monkeypatch.setattr(EmbeddedMailManager, "call", call)
    with pytest.raises(StoppedPartWay):
        world.apply(**FORCED)
    monkeypatch.undo()
    world.apply(**FORCED)
    assert world.plan().empty
    assert_no_doubles(world)


@pytest.mark.parametrize("number", [1, 7, 11])
def test_one_lost_connection_at_any_write_is_got_over(world: World, number: int) -> None:
    world.observe = at_write(number, lambda: ConnectionClosedError(endpoint_url="embedded"))
    entry = world.apply()
    assert entry is not None
    assert entry.result == "done"
    assert world.plan().empty


def test_a_service_that_cannot_be_read_is_no_apply_at_all(world: World) -> None:
    def observe(operation: str, _parameters: Mapping[str, Any]) -> None:
        raise ConnectionClosedError(endpoint_url=operation)

    plan = world.plan()
    world.observe = observe
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
